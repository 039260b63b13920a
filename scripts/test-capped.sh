#!/bin/sh
# Runs the tests of the engine and of the first losses with the instruction set capped (AINAS_MAX_ISA=avx2), and once more with
# hardware intrinsics off in the runtime, so that the plain paths are taken on any machine. Prints counts. What needs more than
# is left must be skipped, not fail. Usage: scripts/test-capped.sh
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0

# label, then the environment
capped() {
    label=$1
    shift
    for project in ActiveInas.Compute.Tests ActiveInas.Tests; do
        filter='FullyQualifiedName~ActiveInas'
        [ "$project" = ActiveInas.Tests ] && filter='FullyQualifiedName~GoldenLoss'
        code=0
        env "$@" dotnet test "$root/tests/$project" -c Release --nologo -v quiet --filter "$filter" > "$log" 2>&1 || code=$?
        echo "$label, $project: $(grep -oE '(Passed|Failed|Skipped)! .*Total: +[0-9]+' "$log" | tr -s ' ')"
        if [ "$code" -ne 0 ]; then
            cat "$log"
            status=1
        fi
    done
}

capped "AINAS_MAX_ISA=avx2" AINAS_MAX_ISA=avx2
capped "no hardware intrinsics" DOTNET_EnableHWIntrinsic=0
exit $status
