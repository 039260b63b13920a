#!/usr/bin/env bash
# Writes the API reference of the three libraries, made of their XML docs, as a site: artifacts/api/site/index.html. Fails where a reference in them leads nowhere.
set -euo pipefail
cd "$(dirname "$0")/.."
dotnet build -c Release --nologo -v quiet src/ActiveInas.Cli
dotnet tool restore
rm -rf artifacts/api
dotnet docfx docs/api/docfx.json --warningsAsErrors
