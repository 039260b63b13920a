#!/bin/sh
# Line coverage of src/ over all test projects (coverlet; hits of the projects are joined). Tests that start processes are left out:
# their processes do not report. Needs python3.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
dotnet test "$root/ActiveInas.slnx" -c Release --collect "XPlat Code Coverage" --results-directory "$work" --filter "Category!=Process" >&2
python3 - "$work" <<'PY'
import glob, os, sys, xml.etree.ElementTree as tree
lines = {}
for path in glob.glob(sys.argv[1] + "/**/coverage.cobertura.xml", recursive=True):
    root = tree.parse(path).getroot()
    sources = [source.text or "" for source in root.iter("source")]
    for part in root.iter("class"):
        name = part.get("filename")
        full = next((s + name for s in sources if os.path.exists(s + name)), name)
        if "/src/" not in full or "/obj/" in full:
            continue
        for line in part.iter("line"):
            key = (full, int(line.get("number")))
            lines[key] = max(lines.get(key, 0), int(line.get("hits")))
folders = {}
for (full, _), hits in lines.items():
    tail = full.split("/src/", 1)[1].split("/")
    entry = folders.setdefault("/".join(tail[:2] if len(tail) > 2 else tail[:1]), [0, 0])
    entry[0] += hits > 0
    entry[1] += 1
for name, (hit, total) in sorted(folders.items()):
    print(f"{name:40} {hit:6} of {total:6}  {hit / total:6.1%}")
hit, total = sum(v[0] for v in folders.values()), sum(v[1] for v in folders.values())
print(f"{'src':40} {hit:6} of {total:6}  {hit / total:6.1%}")
sys.exit(0 if hit >= 0.85 * total else 1)
PY
