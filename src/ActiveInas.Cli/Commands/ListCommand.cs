using System.CommandLine;
using System.Text.Json.Nodes;
using ActiveInas.Cli.Views;
using ActiveInas.Runs;
using ActiveInas.Runs.Experiments;
using ActiveInas.Runs.Folder;
using ActiveInas.Runs.Output;
using ActiveInas.Runs.Sessions;
using Spectre.Console;

namespace ActiveInas.Cli.Commands;

/// <summary><c>ainas list [ROOT]</c>: the runs and experiments in a folder; the runs of an experiment for its own folder.</summary>
internal static class ListCommand
{
    private const int SecondsAt = 16;

    public static Command Create(Terminal terminal)
    {
        Argument<string?> root = new("ROOT") { Arity = ArgumentArity.ZeroOrOne, Description = "folder that holds runs (default: runs)" };
        Command command = new("list", "List the runs and experiments in a folder.") { root };
        command.SetAction(parsed =>
        {
            string? asked = parsed.GetValue(root);
            string folder = asked ?? RunFolder.DefaultRoot;
            if (ExperimentFolder.IsExperiment(folder))
            {
                ExperimentFolder experiment = ExperimentFolder.At(folder);
                ExperimentView.WriteCells(terminal, experiment.Read(), experiment, parsed.GetValue(CommonOptions.Json));
                return;
            }

            // Having run nothing yet is no mistake; naming a folder that is not there is.
            IReadOnlyList<RunSummary> runs = asked is null && !Directory.Exists(folder) ? [] : Catalog.List(folder);
            ListedExperiment[] experiments = Directory.Exists(folder) ? [.. Experiments(folder)] : [];
            WriteProblems(terminal, runs, experiments);
            if (parsed.GetValue(CommonOptions.Json))
            {
                terminal.Out.WriteLine(JsonText.Write(Document(folder, runs, experiments)));
                return;
            }

            if (runs.Count > 0)
            {
                terminal.Result.Write(Table(runs));
            }
            else if (experiments.Length == 0)
            {
                terminal.Out.WriteLine($"no runs in {folder}/; start one with 'ainas run'");
            }

            foreach (ListedExperiment experiment in experiments)
            {
                Tables.Fact(terminal.Result, "experiment", $"{experiment.Folder}: {(experiment.Problem is null ? ExperimentView.Counts(experiment.Cells) : RunState.Unreadable.Name())}");
            }
        });
        return command;
    }

    private static IEnumerable<ListedExperiment> Experiments(string root)
        => Directory.EnumerateDirectories(root).Order(StringComparer.Ordinal).Where(ExperimentFolder.IsExperiment).Select(path =>
        {
            ExperimentFolder folder = ExperimentFolder.At(path);
            try
            {
                return new ListedExperiment(path, CellState.ReadAll(folder.Read(), folder), null);
            }
            catch (Exception exception) when (exception is RunException or ConfigurationException)
            {
                // One damaged experiment must not hide the others.
                return new ListedExperiment(path, [], exception.Message);
            }
        });

    // An unreadable run has the reason where others have their data.
    private static string? Problem(RunSummary run) => run.State == RunState.Unreadable ? run.Data : null;

    private static void WriteProblems(Terminal terminal, IReadOnlyList<RunSummary> runs, ListedExperiment[] experiments)
    {
        IEnumerable<(string Folder, string? Problem)> all = [.. runs.Select(run => (run.Folder, Problem(run))), .. experiments.Select(experiment => (experiment.Folder, experiment.Problem))];
        foreach ((string folder, string? problem) in all.Where(one => one.Problem is not null))
        {
            terminal.Error.WriteLine($"{folder} is unreadable: {problem!.ReplaceLineEndings(" ")}");
        }
    }

    private static JsonObject Document(string folder, IReadOnlyList<RunSummary> runs, ListedExperiment[] experiments) => new()
    {
        ["schema_version"] = RunDocument.SchemaVersion,
        ["root"] = folder,
        ["runs"] = new JsonArray([.. runs.Select(Document)]),
        ["experiments"] = new JsonArray([.. experiments.Select(experiment => new JsonObject
        {
            ["out"] = experiment.Folder,
            ["runs"] = experiment.Cells.Count,
            ["finished"] = experiment.Cells.Count(cell => cell.State == RunState.Finished),
            ["problem"] = experiment.Problem,
        })]),
    };

    private static JsonObject Document(RunSummary run)
    {
        JsonObject json = new()
        {
            ["run"] = run.Id,
            ["out"] = run.Folder,
            ["state"] = run.State.Name(),
            ["created_at"] = run.CreatedAt,
            ["data"] = Problem(run) is null ? run.Data : "",
            ["query"] = run.Query,
            ["architecture"] = run.Architecture,
            ["rounds"] = run.Rounds,
            ["labels"] = run.Labels,
        };
        json.AddQuality(run.Last);
        json["problem"] = Problem(run);
        return json;
    }

    // "2026-01-02 03:04Z" of "2026-01-02T03:04:05Z".
    private static string Minute(string time) => time.Length < SecondsAt ? time : $"{time[..SecondsAt].Replace('T', ' ')}Z";

    private static Table Table(IReadOnlyList<RunSummary> runs)
    {
        Table table = Tables.Create("run", "state", "started", "data", "query", "architecture", "#labels", "#accuracy", "#balanced", "folder");
        foreach (RunSummary run in runs)
        {
            table.AddRow(
                Tables.Text(run.Id),
                Tables.State(run.State.Name()),
                Tables.Text(Minute(run.CreatedAt)),
                Tables.Text(Problem(run) is null ? run.Data : "-"),
                Tables.Text(run.Query),
                Tables.Text(run.Architecture),
                Tables.Text(NumberText.Count(run.Labels)),
                Tables.Text(run.Last is { } last ? RoundMetrics.Accuracy.Text(last) : "-"),
                Tables.Text(run.Last is { } ended ? RoundMetrics.BalancedAccuracy.Text(ended) : "-"),
                Tables.Text(run.Folder));
        }

        return table;
    }

    /// <summary>An experiment of a list.</summary>
    /// <param name="Folder">Where.</param>
    /// <param name="Cells">Its runs.</param>
    /// <param name="Problem">Why it cannot be read; null when it can.</param>
    private sealed record ListedExperiment(string Folder, IReadOnlyList<CellState> Cells, string? Problem);
}
