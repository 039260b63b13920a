#!/bin/sh
# Measures how hard the generated set is, over three seeds, and fails unless labels and capacity matter as documented:
# A(1,1) gains at least 0.10 from 200 to 2,000 labels, A(2,3) beats A(1,1) by at least 0.03 at 2,000, nothing exceeds 0.95.
# (That a linear classifier stays under 0.40 is a test of the suite.) Needs a Release build and python3; about 10 minutes on 2 cores.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
program="$root/src/ActiveInas.Cli/bin/Release/net10.0/ainas.dll"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

accuracy() { # architecture, labels, seed
    dotnet "$program" run --data shapes --data-seed "$3" --seed "$3" --architecture "$1" --query random --initial "$2" --batch 1 --budget "$2" \
        --recipe quick --no-progress --json --out "$work/$1-$2-$3" 2> "$work/log" \
        | python3 -c 'import json, sys; print(json.load(sys.stdin)["rounds"][0]["test_accuracy"])'
}

echo "seed  A(1,1)@200  A(1,1)@2000  A(2,3)@2000"
for seed in 1 2 3; do
    few=$(accuracy 'A(1,1)' 200 $seed)
    many=$(accuracy 'A(1,1)' 2000 $seed)
    large=$(accuracy 'A(2,3)' 2000 $seed)
    printf '%-5s %-11s %-12s %s\n' "$seed" "$few" "$many" "$large"
    awk "BEGIN { exit !($many - $few >= 0.10 && $large - $many >= 0.03 && $few <= 0.95 && $many <= 0.95 && $large <= 0.95) }" \
        || { echo "seed $seed: outside the bounds"; exit 1; }
done
echo "all within the bounds"
