using System.CommandLine;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using ActiveInas.Cli.Views;
using ActiveInas.Compute;
using ActiveInas.Data.Images;
using ActiveInas.Runs;
using Spectre.Console;

namespace ActiveInas.Cli.Commands;

/// <summary><c>ainas info</c>: version, processor, kernels, libraries.</summary>
internal static class InfoCommand
{
    public static Command Create(Terminal terminal)
    {
        Command command = new("info", "Show the version, the processor's features, and which kernels are used.");
        command.SetAction(parsed =>
        {
            string chosen = RunParts.Default.ChooseKernels(null);
            if (parsed.GetValue(CommonOptions.Json))
            {
                terminal.Out.WriteLine(JsonText.Write(Document(chosen)));
            }
            else
            {
                Write(terminal.Result, chosen);
            }
        });
        return command;
    }

    private static string? Cap => Environment.GetEnvironmentVariable(CpuFeatures.CapVariable) is { Length: > 0 } cap ? cap : null;

    private static JsonObject Document(string chosen) => new()
    {
        ["schema_version"] = RunDocument.SchemaVersion,
        ["version"] = RunEnvironment.Version,
        ["commit"] = RunEnvironment.Commit,
        ["runtime"] = RuntimeInformation.FrameworkDescription,
        ["os"] = RuntimeInformation.OSDescription,
        ["cpu"] = RunEnvironment.Cpu,
        ["threads"] = Environment.ProcessorCount,
        ["instruction_set"] = Lower(CpuFeatures.Hardware),
        ["cap"] = Cap,
        ["notice"] = CpuFeatures.Notice,
        ["kernels"] = new JsonArray([.. KernelTable.Rows.Select(row => new JsonObject
        {
            ["name"] = row.Name,
            ["family"] = Lower(row.Family),
            ["instruction_set"] = Lower(row.InstructionSet),
            ["supported"] = row.IsSupported,
            ["allowed"] = IsAllowed(row),
            ["chosen"] = row.Name == chosen,
        })]),
        ["libgd"] = ImageDecoder.IsAvailable,
    };

    private static void Write(IAnsiConsole console, string chosen)
    {
        Tables.Fact(console, "version", $"{RunEnvironment.Version}{(RunEnvironment.Commit is { } commit ? $" ({commit[..Math.Min(10, commit.Length)]})" : "")}");
        Tables.Fact(console, "runtime", $"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}");
        Tables.Fact(console, "processor", $"{RunEnvironment.Cpu}, {Environment.ProcessorCount} threads");
        Tables.Fact(console, "instruction set", $"{Lower(CpuFeatures.Hardware)}{(Cap is { } cap ? $", capped at {cap} by {CpuFeatures.CapVariable}" : "")}");
        if (CpuFeatures.Notice is { } notice)
        {
            Tables.Fact(console, "note", notice);
        }

        Tables.Fact(console, "image files", ImageDecoder.IsAvailable ? "libgd found" : "libgd not found (needed for JPEG, PNG and other image files only): apt-get install libgd3");

        Table table = Tables.Create("kernels", "family", "needs", "state");
        foreach (KernelRow row in KernelTable.Rows)
        {
            string state = row.Name == chosen ? "used" : !row.IsSupported ? "not on this processor" : IsAllowed(row) ? "available" : "capped";
            table.AddRow(Tables.Text(row.Name), Tables.Text(Lower(row.Family)), Tables.Text(Lower(row.InstructionSet)), Tables.State(state));
        }

        console.Write(table);
    }

    private static bool IsAllowed(KernelRow row) => row.InstructionSet <= CpuFeatures.Best;

    private static string Lower<T>(T value)
        where T : struct, Enum
        => value.ToString().ToLowerInvariant();
}
