#!/usr/bin/env python3
"""Our greedy k-centre against NumPy on this machine: alternating processes, median of the per-pair ratios NumPy / ours, the same picks.

    benchmarks/peers/setup-pytorch.sh FOLDER
    benchmarks/peers/compare_queries.py --numpy FOLDER

The size is that of `ainas bench --queries coreset`: 40,000 x 10,000 labelled x 512 dimensions, 5,000 picks; both sides make the same
embeddings and time only the query. Picks may differ at near ties, since NumPy sums in another order;
that is said. Exit status: 0 measured, 1 usage, 3 a run failed.
"""
import argparse
import json
import pathlib
import shlex
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
OURS = f"dotnet {HERE.parent.parent / 'src/ActiveInas.Cli/bin/Release/net10.0/ainas.dll'}"


def run(command):
    """The last line or whole of a command's output as JSON."""
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        sys.exit(fail(f"{shlex.join(command)} ended with status {done.returncode}"))
    return json.loads(done.stdout)


def fail(message):
    """Says what failed; the exit status."""
    print(f"compare_queries: {message}", file=sys.stderr)
    return 3


def main():
    """Runs the pairs and prints a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--numpy", required=True, metavar="FOLDER", help="folder made by setup-pytorch.sh")
    parser.add_argument("--ours", metavar="CMD", default=OURS, help="default: the Release build of this tree")
    parser.add_argument("--pairs", type=int, default=3)
    options = parser.parse_args()
    ours_command = shlex.split(options.ours) + ["bench", "--queries", "coreset", "--json"]
    peer_command = [str(HERE / "inside.sh"), options.numpy, "python3", "/peers/coreset_numpy.py"]
    ratios, ours_seconds, peer_seconds = [], [], []
    for pair in range(options.pairs):
        for side in (("ours", "peer") if pair % 2 == 0 else ("peer", "ours")):
            if side == "ours":
                ours = run(ours_command)["queries"][0]
            else:
                peer = run(peer_command)
        if ours["picks_hash"] != peer["picks_hash"]:
            print(f"compare_queries: the picks differ: ours {ours['picks_hash']}, NumPy {peer['picks_hash']} (NumPy sums in another order, so "
                  "near ties may fall differently)", file=sys.stderr)
        ours_seconds.append(ours["seconds"])
        peer_seconds.append(peer["seconds"])
        ratios.append(peer["seconds"] / ours["seconds"])
        print(f"compare_queries: pair {pair + 1} of {options.pairs}: ours {ours['seconds']:.2f} s, NumPy {peer['seconds']:.2f} s", file=sys.stderr)
    print("| k-centre 40,000 x 10,000 x 512, 5,000 picks | ours | NumPy | ratio: median (least to most) |")
    print("|---|---|---|---|")
    print(f"| {options.pairs} pairs | {statistics.median(ours_seconds):.2f} s | {statistics.median(peer_seconds):.2f} s | "
          f"{statistics.median(ratios):.1f} ({min(ratios):.1f} to {max(ratios):.1f}) |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
