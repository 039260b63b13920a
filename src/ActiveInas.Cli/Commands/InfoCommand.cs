using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using ActiveInas.Cli.Views;
using ActiveInas.Compute;
using ActiveInas.Data.Images;
using ActiveInas.Kernels;
using ActiveInas.Runs.Output;
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
            MeasuredKernels chosen = KernelSelection.Measured;
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

    private static JsonObject Document(MeasuredKernels chosen) => new()
    {
        ["schema_version"] = RunDocument.SchemaVersion,
        ["version"] = ProductVersion.Number,
        ["commit"] = ProductVersion.Commit,
        ["runtime"] = RuntimeInformation.FrameworkDescription,
        ["os"] = RuntimeInformation.OSDescription,
        ["cpu"] = CpuFeatures.ModelName,
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
            ["chosen"] = row == chosen.Row,
        })]),
        ["choice"] = new JsonObject
        {
            ["kernels"] = chosen.Row.Name,
            ["candidates"] = new JsonArray([.. chosen.Candidates.Select(row => JsonValue.Create(row.Name))]),
            ["measured"] = chosen.Limits.Count > 0,
            ["limits"] = new JsonArray([.. chosen.Limits.Select(limit => new JsonObject
            {
                ["name"] = limit.Name,
                ["instruction_set"] = Lower(limit.InstructionSet),
                ["one_thread_tflops"] = limit.TeraFlops,
            })]),
            ["cache"] = chosen.CacheFile,
        },
        ["image_decoder"] = ImageDecoder.Version,
    };

    private static void Write(IAnsiConsole console, MeasuredKernels chosen)
    {
        Tables.Fact(console, "version", $"{ProductVersion.Number}{(ProductVersion.Commit is { } commit ? $" ({commit[..Math.Min(10, commit.Length)]})" : "")}");
        Tables.Fact(console, "runtime", $"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}");
        Tables.Fact(console, "processor", $"{CpuFeatures.ModelName}, {Counted.Of(Environment.ProcessorCount, "thread")}");
        Tables.Fact(console, "instruction set", $"{Lower(CpuFeatures.Hardware)}{(Cap is { } cap ? $", capped at {cap} by {CpuFeatures.CapVariable}" : "")}");
        if (CpuFeatures.Notice is { } notice)
        {
            Tables.Fact(console, "note", notice);
        }

        Tables.Fact(console, "kernels used", $"{chosen.Row.Name}, {Reason(chosen)}");
        Tables.Fact(console, "image files", ImageDecoder.Version ?? "cannot be read: the image decoder has no library for this system");

        Table table = Tables.Create("kernels", "family", "needs", "state");
        foreach (KernelRow row in KernelTable.Rows)
        {
            string state = row == chosen.Row ? "used" : !row.IsSupported ? "not on this processor" : IsAllowed(row) ? "available" : "capped";
            table.AddRow(Tables.Text(row.Name), Tables.Text(Lower(row.Family)), Tables.Text(Lower(row.InstructionSet)), Tables.State(state));
        }

        console.Write(table);
    }

    private static string Reason(MeasuredKernels chosen)
    {
        if (chosen.Limits.Count == 0)
        {
            return chosen.Candidates.Count == 1 ? "the only choice for its instruction set" : "the last that may be used: nothing could be measured";
        }

        string figures = string.Join(", ", chosen.Limits.Select(limit => string.Create(CultureInfo.InvariantCulture, $"{limit.Name} {limit.TeraFlops:F3}")));
        return $"by measurement: TFLOP/s of a core {figures}{(chosen.CacheFile is { } file ? $" (remembered in {file})" : "")}";
    }

    private static bool IsAllowed(KernelRow row) => row.InstructionSet <= CpuFeatures.Best;

    private static string Lower<T>(T value)
        where T : struct, Enum
        => value.ToString().ToLowerInvariant();
}
