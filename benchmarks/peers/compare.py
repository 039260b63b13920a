#!/usr/bin/env python3
"""Our engine against PyTorch on this machine: alternating processes, medians of the per-round ratios ours / PyTorch.

    benchmarks/peers/setup-pytorch.sh FOLDER
    benchmarks/peers/compare.py --pytorch FOLDER --out RESULTS --networks "A(1,2) A(2,4)"

Per network: one screening run of every PyTorch variant finds the best for training and for inference; then each of `--pairs` rounds runs
ours, eager bf16, eager fp32 and the best, each in a process of its own on all cores; every other round in reverse order. A ratio is taken
within a round. Training at batch 128; inference of each side at its best of 128, 256 and 500.

Writes RESULTS/compare.md, compare.csv and compare.json. Exit status: 0 measured, 1 usage, 3 a run failed.
"""

import argparse
import csv
import json
import os
import re
import shlex
import signal
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
OURS = "dotnet " + shlex.quote(os.path.join(ROOT, "src/ActiveInas.Cli/bin/Release/net10.0/ainas.dll")) + " bench"

KEYS = {"training": "train_images_per_second", "inference": "inference_images_per_second"}
MAIN = "eager-bf16"
FP32 = "eager-fp32"

# Suffix of a variant: glibc keeps freed memory instead of giving it back to the kernel, which PyTorch's large buffers gain from.
MALLOC = "+malloc"
MALLOC_SETTINGS = {"MALLOC_MMAP_THRESHOLD_": str(1 << 40), "MALLOC_TRIM_THRESHOLD_": str(1 << 40)}
SCREENED = "eager-fp32+malloc,eager-bf16+malloc,compile-fp32,compile-bf16,freeze-fp32,freeze-bf16,cast-bf16"

# The same ceiling for both sides. AVX512_CORE_FP16 is everything of AVX-512 and no AMX.
PEER_CAPS = {
    "avx512": {"ONEDNN_MAX_CPU_ISA": "AVX512_CORE_FP16", "ATEN_CPU_CAPABILITY": "avx512"},
    "avx2": {"ONEDNN_MAX_CPU_ISA": "AVX2", "ATEN_CPU_CAPABILITY": "avx2"},
}


class RunFailed(Exception):
    """A command ended with an error or without its JSON."""


def run(command, settings, timeout):
    """Runs a command in a process group of its own; its JSON document, or RunFailed with the end of its stderr."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                               env={**os.environ, **settings}, start_new_session=True)
    try:
        output, log = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        raise RunFailed(f"no result after {timeout:g} s (--timeout)") from None
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)
        raise
    tail = " ".join(log.split())[-400:]
    try:
        return json.loads(output), process.returncode, tail
    except json.JSONDecodeError:
        raise RunFailed(f"status {process.returncode} and no JSON: {tail or 'nothing on stderr'}") from None


class Bench:
    """The commands of both sides for the given options."""

    def __init__(self, options):
        self.options = options
        self.threads = str(len(os.sched_getaffinity(0)))

    def ours(self, network):
        """The entry of our engine."""
        command = shlex.split(self.options.ours) + ["--networks", network, "--seconds", f"{self.options.seconds:g}", "--json"]
        settings = {"AINAS_MAX_ISA": self.options.isa} if self.options.isa else {}
        return self.entry(command, settings, network)

    def peer(self, network, variant, measure="both"):
        """The entry of a PyTorch variant."""
        name, malloc, _ = variant.partition(MALLOC)
        command = self.peer_command() + ["--networks", network, "--seconds", f"{self.options.seconds:g}", "--variant", name,
                                         "--measure", measure, "--threads", self.threads]
        settings = {"OMP_NUM_THREADS": self.threads, **PEER_CAPS.get(self.options.isa, {}), **(MALLOC_SETTINGS if malloc else {})}
        return self.entry(command, settings, network)

    def peer_command(self):
        """How to start pytorch_bench.py."""
        if self.options.peer:
            return shlex.split(self.options.peer)
        return ["sh", os.path.join(HERE, "inside.sh"), self.options.pytorch, "python3", "/peers/pytorch_bench.py"]

    def entry(self, command, settings, network):
        """The one network of the document. A peer's partial result (a rate is null) is a result."""
        document, status, log = run(command, settings, self.options.timeout)
        entries = document.get("networks") or []
        if len(entries) != 1 or f"A({entries[0].get('blocks')},{entries[0].get('stacks')})" != network:
            raise RunFailed(f"status {status}, wanted one entry for {network} in `networks`, found {json.dumps(entries)[:200]}: {log}")
        if status != 0 and "error" not in entries[0]:
            raise RunFailed(f"status {status}: {log}")
        return entries[0]


def say(text):
    """Progress."""
    print(f"compare: {text}", file=sys.stderr, flush=True)


def screen(bench, network, variants):
    """One run of every variant: (best variant by kind, rates by variant)."""
    rates = {}
    for variant in variants:
        try:
            entry = bench.peer(network, variant)
        except RunFailed as failure:
            entry = {"error": str(failure)}
        rates[variant] = {kind: entry.get(key) for kind, key in KEYS.items()} | ({"error": entry["error"]} if "error" in entry else {})
        say(f"{network} screening {variant}: " + ", ".join(f"{kind} {rates[variant][kind] or 0:.0f}/s" for kind in KEYS)
            + (f" (does not work here: {entry['error'][:160]})" if "error" in entry else ""))
    best = {}
    for kind in KEYS:
        working = [variant for variant in variants if rates[variant][kind]]
        if not working:
            raise RunFailed(f"no PyTorch variant measured {kind} for {network}; the lines above say why.")
        best[kind] = max(working, key=lambda variant: rates[variant][kind])
    return best, rates


def rounds(bench, network, best, screened, pairs):
    """[{side: {kind: rate}}] with sides `ours` and the variants that work here (bf16 on AVX2 may not)."""
    extra = {}
    for kind, variant in best.items():
        if variant not in (MAIN, FP32):
            extra[variant] = "both" if variant in extra else {"training": "train", "inference": "infer"}[kind]
    sides = [("ours", lambda: bench.ours(network))]
    sides += [(variant, lambda variant=variant: bench.peer(network, variant)) for variant in (MAIN, FP32)
              if any(screened.get(variant, {}).get(kind) for kind in KEYS)]
    sides += [(variant, lambda variant=variant, part=part: bench.peer(network, variant, part)) for variant, part in extra.items()]
    measured = []
    for number in range(pairs):
        result = {}
        for name, start in sides if number % 2 == 0 else reversed(sides):
            entry = start()
            result[name] = {kind: entry.get(key) for kind, key in KEYS.items()}
        measured.append(result)
        say(f"{network} round {number + 1} of {pairs}: " + "; ".join(
            f"{name} " + " ".join(f"{kind} {rate:.0f}/s" for kind, rate in result[name].items() if rate) for name, _ in sides))
    return measured


def summarise(network, kind, best, screened, measured):
    """The rows of the table: ours against eager bf16, eager fp32 and the best; no row for what did not work in the screening."""
    for label, variant in (("eager bf16", MAIN), ("eager fp32", FP32), ("best", best[kind])):
        if not screened.get(variant, {}).get(kind):
            continue
        pairs = [(one["ours"][kind], one[variant][kind]) for one in measured]
        if not all(ours and peer for ours, peer in pairs):
            raise RunFailed(f"{network} {kind}: a rate against {variant} is missing in {pairs}.")
        ratios = [ours / peer for ours, peer in pairs]
        yield {
            "network": network, "kind": kind, "peer": label, "variant": variant,
            "ours_images_per_second": statistics.median(ours for ours, _ in pairs),
            "peer_images_per_second": statistics.median(peer for _, peer in pairs),
            "ratio": statistics.median(ratios), "ratio_min": min(ratios), "ratio_max": max(ratios), "pairs": len(ratios),
        }


def markdown(rows, options):
    """The table of the README."""
    cap = f" Both sides capped at {options.isa}." if options.isa else ""
    lines = [f"Images a second, medians of {options.pairs} alternating rounds; ratio = ours / PyTorch within a round.{cap}", "",
             "| network | | ours | PyTorch | variant | ratio (least - most) |", "|---|---|---:|---:|---|---:|"]
    for row in rows:
        lines.append(f"| {row['network']} | {row['kind']} | {row['ours_images_per_second']:.0f} | {row['peer_images_per_second']:.0f} | "
                     f"{row['peer']}{': ' + row['variant'] if row['peer'] == 'best' else ''} | "
                     f"{row['ratio']:.2f} ({row['ratio_min']:.2f} - {row['ratio_max']:.2f}) |")
    return "\n".join(lines) + "\n"


def write(options, rows, details):
    """The three files, each under a temporary name first."""
    os.makedirs(options.out, exist_ok=True)

    def put(name, fill):
        path = os.path.join(options.out, name)
        with open(path + ".tmp", "w", encoding="utf-8", newline="") as file:
            fill(file)
        os.replace(path + ".tmp", path)

    def table(file):
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)

    settings = {"pairs": options.pairs, "seconds": options.seconds, "isa": options.isa}
    put("compare.json", lambda file: json.dump({"schema_version": 1, **settings, "rows": rows, "networks": details}, file, indent=1))
    put("compare.csv", table)
    put("compare.md", lambda file: file.write(markdown(rows, options)))


def parse_arguments():
    """Options of the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", required=True, help="folder of the results")
    parser.add_argument("--pytorch", metavar="FOLDER", help="folder made by setup-pytorch.sh")
    parser.add_argument("--peer", metavar="CMD", help="instead of --pytorch: the command that runs pytorch_bench.py")
    parser.add_argument("--ours", metavar="CMD", default=OURS, help="default: the Release build of this tree")
    parser.add_argument("--networks", default="A(1,1) A(1,2) A(2,4) A(5,3)")
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=5.0, help="of every measurement")
    parser.add_argument("--timeout", type=float, default=600.0, help="seconds a process may take")
    parser.add_argument("--isa", choices=sorted(PEER_CAPS), help="cap both sides")
    parser.add_argument("--fp32-only", action="store_true", help="leave out eager-bf16 (on AVX2 it is very slow)")
    parser.add_argument("--screen", default=SCREENED, help="variants tried for 'best of PyTorch', beside eager-bf16 and eager-fp32; may be empty")
    options = parser.parse_args()
    if bool(options.pytorch) == bool(options.peer):
        parser.error("give --pytorch FOLDER (made by setup-pytorch.sh) or --peer CMD, one of them.")
    if options.pairs < 1 or options.seconds <= 0 or options.timeout <= 0:
        parser.error("--pairs must be at least 1, --seconds and --timeout more than 0.")
    options.networks = [re.sub(r"\s", "", name) for name in re.findall(r"A\([^)]*\)", options.networks)]
    if not options.networks or not all(re.fullmatch(r"A\([1-9]\d*,[1-9]\d*\)", name) for name in options.networks):
        parser.error("--networks wants names such as 'A(1,2) A(2,4)'.")
    return options


def main():
    """Screens, measures and writes, network by network; what is measured so far is on disk after each."""
    options = parse_arguments()
    # As an exception, so that run() ends the process it waits for.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(3))
    bench = Bench(options)
    variants = ([FP32] if options.fp32_only else [MAIN, FP32]) + [name for name in options.screen.split(",") if name]
    rows, details = [], []
    try:
        for network in options.networks:
            best, screened = screen(bench, network, variants)
            measured = rounds(bench, network, best, screened, options.pairs)
            for kind in KEYS:
                rows.extend(summarise(network, kind, best, screened, measured))
            details.append({"network": network, "best": best, "screening": screened, "rounds": measured})
            write(options, rows, details)
    except (RunFailed, OSError) as failure:
        say(f"failed: {failure}")
        return 3
    print(markdown(rows, options), end="")
    return 0


if __name__ == "__main__":
    # argparse ends with 2 on wrong usage; here that is 1, as in `ainas`.
    try:
        sys.exit(main())
    except SystemExit as end:
        sys.exit(1 if end.code == 2 else end.code)
