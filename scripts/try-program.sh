#!/usr/bin/env bash
# Uses an installed or published `ainas` the way somebody does who has just got it: what it needs at run time (image decoder, SQLite, charts, the files of the page) must be there.
# scripts/try-program.sh PROGRAM
set -euo pipefail
program="$(realpath -s "$1")"
work="$(mktemp -d)"
label=
trap '[ -z "$label" ] || kill "$label" 2> /dev/null || true; rm -rf "$work"' EXIT
cd "$work"

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

"$program" --version | grep -E '^[0-9]+\.[0-9]+\.[0-9]+' || fail "--version says no version"
"$program" info | grep -E '^kernels|avx|vector' > /dev/null || fail "info names no kernels"

# A run: SQLite. Its report: charts in Jint. As many pixels of noise in a file as a PPM needs: the decoder.
"$program" run --data shapes --image-size 8 --architecture 'A(1,1)' --recipe quick --set recipe.training.epochs=1 --set recipe.training.minimumSteps=4 \
    --initial 20 --batch 10 --budget 30 --out run --no-progress > run.txt 2> run.log || fail "run: $(cat run.log)"
[ -s run/model/model.safetensors ] || fail "the run left no model"
"$program" report run > report.txt
[ "$(grep -c '<svg\|echarts' run/report.html)" -gt 0 ] || fail "the report has no charts"
mkdir photos
for i in $(seq 12); do
    { printf 'P6 8 8 255\n'; head -c 192 /dev/urandom; } > "photos/$i.ppm"
done
"$program" predict run photos --csv predictions.csv > predict.txt
[ "$(grep -c '\.ppm' predictions.csv)" = 12 ] || fail "not all 12 images were predicted"

# The page, and the process that computes beside it.
"$program" label photos --classes a,b --port 0 --out project > label.txt 2>&1 &
label=$!
address=
for _ in $(seq 120); do
    address="$(grep -o 'http://[^ ]*' label.txt || true)"
    [ -z "$address" ] || break
    kill -0 "$label" 2> /dev/null || fail "label ended: $(cat label.txt)"
    sleep 0.5
done
[ -n "$address" ] || fail "label printed no address within a minute"
curl --silent --fail --location --cookie-jar cookies --max-time 20 "$address" > page.html || fail "the page at $address is not served"
grep -q 'app\.js' page.html || fail "what is served is not the page"
curl --silent --fail --cookie cookies --max-time 20 "$(echo "$address" | grep -o 'http://[^/]*')/page/app.js" > /dev/null || fail "the page's app.js is not served"
kill -TERM "$label"
wait "$label" || [ $? = 75 ] || fail "label did not stop as asked: $(cat label.txt)"
label=
echo "$program: version, info, run, report, predict and label work"
