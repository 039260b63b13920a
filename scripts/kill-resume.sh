#!/bin/sh
# Kills a tiny run N times (default 50) at random moments, resumes it each time, and compares the results with those of an
# uninterrupted run: queries/, model/, and the JSON document without run, threads, out and keys that contain "seconds".
# Needs a Release build of src/ActiveInas.Cli, and python3 to compare JSON. Usage: scripts/kill-resume.sh [N] [SEED]
set -eu
kills=${1:-50}
seed=${2:-1}
root=$(cd "$(dirname "$0")/.." && pwd)
program="$root/src/ActiveInas.Cli/bin/Release/net10.0/ainas.dll"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Both replace the shell they run in, so that a kill hits the program itself.
tiny() {
    exec dotnet "$program" run --data shapes --image-size 4 --space 2,1 --initial 24 --batch 12 --budget 48 --set recipe.batchSize=8 \
        --set recipe.training.epochs=1 --set recipe.training.minimumSteps=6 \
        --set recipe.candidate.epochs=1 --set recipe.candidate.minimumSteps=3 --threads 1 --json --no-progress "$@"
}
resume() { exec dotnet "$program" resume "$1" --json --no-progress; }

# A fixed sequence of delays in [0, 1) of the length of a run.
next() { seed=$(( (seed * 1103515245 + 12345) % 2147483648 )); }

compare() {
    for part in queries model; do diff -r "$work/whole/$part" "$1/$part"; done
    python3 - "$work/whole.json" "$2" <<'PY'
import json, sys
def strip(node):
    if isinstance(node, dict):
        return {k: strip(v) for k, v in node.items() if k not in ("run", "threads", "out") and "seconds" not in k}
    return [strip(v) for v in node] if isinstance(node, list) else node
a, b = (strip(json.load(open(path))) for path in sys.argv[1:3])
sys.exit(0 if a == b else "the documents differ")
PY
}

begin=$(date +%s%N)
(tiny --out "$work/whole") > "$work/whole.json" 2> "$work/log"
length=$(( ($(date +%s%N) - begin) / 1000000 ))
echo "uninterrupted: $length ms"

made=0
round=0
while [ "$made" -lt "$kills" ]; do
    run="$work/killed-$round"
    command=start
    while :; do
        next
        delay=$(awk "BEGIN { print $seed / 2147483648 * $length / 1000 }")
        case $command in
            start) (tiny --out "$run") > "$work/out.json" 2> "$work/log" & ;;
            resume) (resume "$run") > "$work/out.json" 2> "$work/log" & ;;
        esac
        process=$!
        if [ "$made" -lt "$kills" ]; then
            sleep "$delay"
            kill -9 "$process" 2> /dev/null || true
        fi
        code=0
        wait "$process" 2> /dev/null || code=$?
        case $code in
            0) break ;;
            137) made=$((made + 1)); command=resume ;;
            2) grep -q "nothing recorded, start it with run" "$work/log" || { cat "$work/log"; exit 1; }; command=start ;;
            *) echo "exit $code"; cat "$work/log"; exit 1 ;;
        esac
    done
    compare "$run" "$work/out.json"
    echo "round $round: same bytes after $made kills"
    rm -rf "$run"
    round=$((round + 1))
done
echo "$made kills, every run ended with the bytes of an uninterrupted one"
