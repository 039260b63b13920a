using System.CommandLine;
using System.Text.Json.Nodes;
using ActiveInas.Cli.Views;
using ActiveInas.Runs.Experiments;
using ActiveInas.Runs.Output;
using ActiveInas.Runs.Reports;
using ActiveInas.Runs.Sessions;

namespace ActiveInas.Cli.Commands;

/// <summary><c>ainas report RUN...|EXPERIMENT</c>: one HTML file, and on demand SVG, PNG and CSV of everything in it.</summary>
internal static class ReportCommand
{
    private const string FileName = "report.html";

    public static Command Create(Terminal terminal)
    {
        Argument<string[]> what = new("RUN...|EXPERIMENT") { Arity = ArgumentArity.OneOrMore, Description = "runs (folders, or ids in runs/), or the folder of an experiment" };
        Option<string?> output = new("--out") { Description = "the HTML file (default: report.html in the folder, of several runs in the current one)", HelpName = "FILE" };
        Option<string?> figures = new("--figures") { Description = "write every figure as SVG and PNG", HelpName = "DIR" };
        Option<string?> csv = new("--csv") { Description = "write every number as CSV", HelpName = "DIR" };
        Command command = new("report", "Write a report of runs or an experiment: curves, statistics, architectures, cost, images picked.") { what, output, figures, csv };
        command.SetAction(async (parsed, _) =>
        {
            using Signals signals = new(terminal, stopping: null);
            string[] paths = parsed.GetRequiredValue(what);
            ReportInput input = Input(paths);
            input = input with { Command = SettingTable.InOptions(input.Command) };
            string html = parsed.GetValue(output) ?? DefaultFile(paths);
            List<string> files = await ProgressViews.WatchAsync(
                terminal, parsed, progress => WriteAsync(input, html, parsed.GetValue(figures), parsed.GetValue(csv), progress, signals.Token)).ConfigureAwait(false);
            if (parsed.GetValue(CommonOptions.Json))
            {
                terminal.Out.WriteLine(JsonText.Write(new JsonObject
                {
                    ["schema_version"] = RunDocument.SchemaVersion,
                    ["report"] = html,
                    ["files"] = new JsonArray([.. files.Select(file => JsonValue.Create(file))]),
                }));
                return ExitCode.Ok;
            }

            Tables.Fact(terminal.Result, "report", html);
            if (files.Count > 1)
            {
                Tables.Fact(terminal.Result, "beside it", $"{Counted.Of(files.Count - 1, "file")} in {string.Join(", ", files.Skip(1).Select(Path.GetDirectoryName).Distinct())}");
            }

            return ExitCode.Ok;
        });
        return command;
    }

    private static ReportInput Input(string[] paths)
    {
        string? experiment = paths.FirstOrDefault(ExperimentFolder.IsExperiment);
        return experiment is null ? ReportInput.OfRuns(paths)
            : paths.Length == 1 ? ReportInput.OfExperiment(experiment)
            : throw new UsageException($"'{experiment}' is an experiment; it must be the only one: give one experiment, or runs");
    }

    // Of one run or experiment beside its other files; several have no folder in common.
    private static string DefaultFile(string[] paths)
        => paths.Length > 1 ? FileName : Path.Combine(Directory.Exists(paths[0]) ? paths[0] : Catalog.Find(paths[0]).Root, FileName);

    private static async Task<List<string>> WriteAsync(
        ReportInput input, string html, string? figures, string? csv, IProgress<ProgressEvent> progress, CancellationToken cancellation)
    {
        Report report = await Report.CreateAsync(input, progress, cancellation: cancellation).ConfigureAwait(false);
        return NamedFiles.Write("The report", "--out, --figures or --csv", () => Write(report, html, figures, csv, cancellation));
    }

    private static List<string> Write(Report report, string html, string? figures, string? csv, CancellationToken cancellation)
    {
        List<string> files = [html];
        cancellation.ThrowIfCancellationRequested();
        AtomicFile.WriteText(html, report.ToHtml());
        if (figures is not null)
        {
            files.AddRange(report.WriteFigures(figures, cancellation));
        }

        if (csv is not null)
        {
            cancellation.ThrowIfCancellationRequested();
            files.AddRange(report.WriteCsv(csv));
        }

        return files;
    }
}
