#!/usr/bin/env bash
# Packs the libraries and the tool, installs the tool from there and uses it, and lets a new project reference the packed library and run the README's loop.
# The packages get a version of their own, so that nothing that was released or cached before can stand in for them.
set -euo pipefail
root="$(cd "$(dirname "$0")/.." && pwd)"
work="$(mktemp -d)"
version="0.0.0-test.$(date +%s)"
system="$(dotnet --info | sed -n 's/^ *RID: *//p' | head -1)"
cache="$(dotnet nuget locals global-packages --list | sed 's/^[^:]*: *//')"
trap 'rm -rf "$work" "$cache"/activeinas*/"$version" "$cache"/ainas*/"$version"' EXIT

dotnet pack "$root/scripts/packages.slnf" -c Release --nologo -v quiet -p:PackageVersion="$version" -p:ToolSystems="$system" -o "$work/feed"
holds() {
    unzip -Z1 "$work/feed/$1" > "$work/files.txt"
    grep -qxF "$2" "$work/files.txt" || { echo "FAILED: $1 has no $2; it has: $(tr '\n' ' ' < "$work/files.txt")" >&2; exit 1; }
}
for name in ActiveInas.Compute ActiveInas ActiveInas.Runs; do
    holds "$name.$version.nupkg" "lib/net10.0/$name.dll"
    holds "$name.$version.nupkg" "lib/net10.0/$name.xml"
    holds "$name.$version.nupkg" README.md
    holds "$name.$version.snupkg" "lib/net10.0/$name.pdb"
done
du -h "$work"/feed/*.nupkg | sed "s|$work/feed/||"

echo "-- the tool"
dotnet tool install ainas --version "$version" --tool-path "$work/tools" --add-source "$work/feed"
"$root/scripts/try-program.sh" "$work/tools/ainas"

echo "-- the libraries in a new project"
mkdir "$work/app"
cd "$work/app"
cat > NuGet.Config << XML
<configuration><packageSources><add key="packed" value="$work/feed" /></packageSources></configuration>
XML
cat > app.csproj << XML
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFramework>net10.0</TargetFramework>
    <ImplicitUsings>enable</ImplicitUsings>
    <Nullable>enable</Nullable>
    <RuntimeIdentifier>$system</RuntimeIdentifier>
    <SelfContained>false</SelfContained>
    <TieredCompilationQuickJitForLoops>false</TieredCompilationQuickJitForLoops>
    <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="ActiveInas.Runs" Version="$version" />
  </ItemGroup>
</Project>
XML
{
    printf 'using %s;\n' ActiveInas.Data ActiveInas.Architectures ActiveInas.Learning ActiveInas.Querying ActiveInas.Search ActiveInas.Training
    echo 'Recipe quick = Recipes.Quick, recipe = quick with { BatchSize = 8, Training = quick.Training with { Epochs = 1, MinimumSteps = 4 }, Candidate = quick.Candidate with { Epochs = 1, MinimumSteps = 2 } };'
    awk '/^```csharp$/ { inside = 1; next } /^```$/ { if (inside) exit } inside' "$root/README.md" | sed 's|DataRequest("photos/")|DataRequest("shapes", ImageSize: 8)|'
    echo 'Console.WriteLine($"{result.Rounds[^1].Labels} labels: {result.Reason}");'
} > Program.cs
dotnet run -c Release | tee said.txt
grep -q '^600 labels: ' said.txt || { echo "FAILED: the README's loop did not run to its budget" >&2; exit 1; }
