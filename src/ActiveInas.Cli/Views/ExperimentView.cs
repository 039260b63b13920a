using System.Globalization;
using System.Text.Json.Nodes;
using ActiveInas.Experiments;
using ActiveInas.Learning;
using ActiveInas.Runs;
using ActiveInas.Statistics;
using Spectre.Console;

namespace ActiveInas.Cli.Views;

/// <summary>An experiment for people and programs: its cells, and what came out of each method so far.</summary>
internal static class ExperimentView
{
    /// <summary>What would run.</summary>
    public static void WriteCells(Terminal terminal, Experiment experiment, ExperimentFolder folder, bool json)
    {
        IReadOnlyList<CellState> cells = CellState.ReadAll(experiment, folder);
        if (json)
        {
            terminal.Out.WriteLine(JsonText.Write(Document(experiment, folder, cells, null)));
            return;
        }

        Table table = Tables.Create(["run", .. experiment.Varying, "#seed", "#labels", "state"]);
        foreach (CellState cell in cells)
        {
            int labels = cell.Run is { Rounds.Count: > 0 } run ? run.Rounds[^1].Labels : 0;
            table.AddRow([
                Tables.Text(cell.Cell.Id), .. cell.Cell.Settings.Select(Tables.Text), Tables.Text($"{cell.Cell.Seed}"),
                Tables.Text($"{ProgressText.Count(labels)} of {ProgressText.Count(cell.Cell.Configuration.Budget)}"), Tables.State(cell.State)]);
        }

        terminal.Result.Write(table);
        Tables.Fact(terminal.Result, "folder", folder.Root);
        Tables.Fact(terminal.Result, "runs", Counts(cells));
    }

    /// <summary>What came out.</summary>
    public static void WriteOutcome(Terminal terminal, Experiment experiment, ExperimentFolder folder, ExperimentOutcome outcome, bool json)
    {
        IReadOnlyList<CellState> cells = CellState.ReadAll(experiment, folder);
        if (json)
        {
            terminal.Out.WriteLine(JsonText.Write(Document(experiment, folder, cells, outcome)));
            return;
        }

        terminal.Result.Write(Methods(cells));
        foreach ((ExperimentCell cell, string message) in outcome.Failed)
        {
            Tables.Fact(terminal.Result, "failed", $"{cell.Label}: {message}");
        }

        foreach (ExperimentCell cell in outcome.Busy)
        {
            Tables.Fact(terminal.Result, "elsewhere", $"{cell.Label}: another process works on it");
        }

        Tables.Fact(terminal.Result, "runs", Counts(cells));
        string memory = outcome.PeakMemory is { } peak ? $", {peak / 1e6:N0} MB of memory at most" : "";
        Tables.Fact(terminal.Result, "this session", $"{ProgressText.Duration(outcome.Seconds)}{memory}");
        Tables.Fact(terminal.Result, "look", $"ainas report {folder.Root}");
    }

    /// <summary>What came out of the finished runs of each method.</summary>
    public static Table Methods(IReadOnlyList<CellState> cells)
    {
        Table table = Tables.Create("method", "#runs", "#labels", "#test accuracy", "#mean test error", "#time");
        foreach (IGrouping<string, CellState> method in cells.GroupBy(cell => cell.Cell.Method))
        {
            RunDocument[] runs = [.. method.Where(cell => cell.State == "finished").Select(cell => cell.Run!)];
            RoundRecord[] ends = [.. runs.Select(run => run.Rounds[^1])];
            table.AddRow(
                Tables.Text(method.Key),
                Tables.Text($"{runs.Length} of {method.Count()}"),
                Tables.Text(ends.Length == 0 ? "-" : ProgressText.Count(ends.Min(round => round.Labels))),
                Tables.Strong(Text(Sample.Of([.. ends.Select(round => round.Test?.Accuracy).OfType<double>()]))),
                Tables.Text(Text(Sample.Of([.. runs.Select(run => run.Auc).OfType<double>()]))),
                Tables.Text(runs.Length == 0 ? "-" : ProgressText.Duration(runs.Sum(run => run.Seconds))));
        }

        return table;
    }

    /// <summary>"3 finished, 2 missing".</summary>
    public static string Counts(IReadOnlyList<CellState> cells)
        => string.Join(", ", cells.GroupBy(cell => cell.State).OrderBy(group => group.Key, StringComparer.Ordinal).Select(group => $"{group.Count()} {group.Key}"));

    private static string Text(Sample sample) => sample switch
    {
        { Count: 0 } => "-",
        { StandardError: { } error } => $"{ProgressText.Share(sample.Mean)} ± {error.ToString("0.0000", CultureInfo.InvariantCulture)}",
        _ => ProgressText.Share(sample.Mean),
    };

    private static JsonObject Document(Experiment experiment, ExperimentFolder folder, IReadOnlyList<CellState> cells, ExperimentOutcome? outcome) => new()
    {
        ["schema_version"] = Experiment.SchemaVersion,
        ["name"] = experiment.Name,
        ["title"] = experiment.Title,
        ["out"] = folder.Root,
        ["cells"] = new JsonArray([.. cells.Select(cell => new JsonObject
        {
            ["id"] = cell.Cell.Id,
            ["settings"] = new JsonObject(experiment.Varying.Zip(cell.Cell.Settings, (key, value) => KeyValuePair.Create(key, (JsonNode?)JsonValue.Create(value)))),
            ["seed"] = cell.Cell.Seed,
            ["state"] = cell.State,
            ["folder"] = cell.Folder.Root,
            ["labels"] = cell.Run is { Rounds.Count: > 0 } run ? run.Rounds[^1].Labels : 0,
            ["test_accuracy"] = JsonText.Number(cell.Run is { Rounds.Count: > 0 } ended ? ended.Rounds[^1].Test?.Accuracy : null),
            ["auc"] = JsonText.Number(cell.Run?.Auc),
            ["failure"] = outcome?.Failed.FirstOrDefault(failure => failure.Cell.Id == cell.Cell.Id).Message,
        })]),
        ["session"] = outcome is null ? null : new JsonObject
        {
            ["finished"] = outcome.Finished,
            ["failed"] = outcome.Failed.Count,
            ["busy"] = outcome.Busy.Count,
            ["seconds"] = outcome.Seconds,
            ["peak_memory_bytes"] = outcome.PeakMemory,
        },
    };
}
