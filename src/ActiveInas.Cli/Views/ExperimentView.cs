using System.Globalization;
using System.Text.Json.Nodes;
using ActiveInas.Learning;
using ActiveInas.Runs.Experiments;
using ActiveInas.Runs.Output;
using ActiveInas.Runs.Statistics;
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
                Tables.Text($"{NumberText.Count(labels)} of {NumberText.Count(cell.Cell.Configuration.Budget)}"), Tables.State(cell.State.Name())]);
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
        if (FewSeeds(cells) is { } few)
        {
            Tables.Fact(terminal.Result, "note", few);
        }

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
        Tables.Fact(terminal.Result, "this session", $"{NumberText.Duration(outcome.Seconds)}{memory}");
        Tables.Fact(terminal.Result, "look", $"ainas report {folder.Root}");
    }

    /// <summary>What came out of the finished runs of each method: means over their seeds, with standard errors.</summary>
    public static Table Methods(IReadOnlyList<CellState> cells)
    {
        Table table = Tables.Create("method", "#seeds", "#labels", $"#{RoundMetrics.Accuracy.Title}", $"#{RoundMetrics.BalancedAccuracy.Title}", "#mean test error", "#mean balanced error", "#time");
        foreach (IGrouping<string, CellState> method in cells.GroupBy(cell => cell.Cell.Method))
        {
            RunDocument[] runs = Finished(method);
            RoundRecord[] ends = [.. runs.Select(run => run.Rounds[^1])];
            Sample[] means = Means(runs);
            table.AddRow(
                Tables.Text(method.Key),
                Tables.Text($"{Range(Seeds(runs))} of {method.Count()}"),
                Tables.Text(Range([.. ends.Select(round => round.Labels)])),
                Tables.Strong(Text(means[0])),
                Tables.Strong(Text(means[1])),
                Tables.Text(Text(means[2])),
                Tables.Text(Text(means[3])),
                Tables.Text(runs.Length == 0 ? "-" : NumberText.Duration(runs.Sum(run => run.Seconds))));
        }

        return table;
    }

    /// <summary>What to think of means over few seeds; null when there are enough, or none.</summary>
    public static string? FewSeeds(IReadOnlyList<CellState> cells)
    {
        int[] seeds = [.. cells.GroupBy(cell => cell.Cell.Method).Select(Finished).Where(runs => runs.Length > 0).SelectMany(Seeds)];
        return seeds.Length > 0 && seeds.Min() < Sample.Few ? $"few seeds ({Range(seeds)}): differences may be chance" : null;
    }

    /// <summary>"3 finished, 2 missing".</summary>
    public static string Counts(IReadOnlyList<CellState> cells)
        => string.Join(", ", cells.GroupBy(cell => cell.State).Select(group => (Name: group.Key.Name(), Count: group.Count())).OrderBy(group => group.Name, StringComparer.Ordinal).Select(group => $"{group.Count} {group.Name}"));

    private static RunDocument[] Finished(IEnumerable<CellState> cells)
        => [.. cells.Where(cell => cell.Run is { State: RunState.Finished, Rounds.Count: > 0 }).Select(cell => cell.Run!)];

    // Accuracy and balanced accuracy at the end, and the areas under the curves of their errors.
    private static Sample[] Means(RunDocument[] runs)
    {
        Func<RunDocument, double?>[] values =
        [
            run => RoundMetrics.Accuracy.Of(run.Rounds[^1]), run => RoundMetrics.BalancedAccuracy.Of(run.Rounds[^1]), run => run.Auc, run => run.BalancedAuc,
        ];
        return [.. values.Select(value => Sample.Of([.. runs.Select(value).OfType<double>()]))];
    }

    // Of each mean of a method that has a value: a run without a test part has neither, and one with a single round no area.
    private static int[] Seeds(RunDocument[] runs)
    {
        int[] counts = [.. Means(runs).Select(mean => mean.Count).Where(count => count > 0)];
        return counts.Length > 0 ? counts : [runs.Length];
    }

    /// <summary>"3", or "1..3"; "-" for none.</summary>
    private static string Range(int[] values) => values.Length == 0 ? "-"
        : values.Min() == values.Max() ? NumberText.Count(values[0])
        : $"{NumberText.Count(values.Min())}..{NumberText.Count(values.Max())}";

    private static string Text(Sample sample) => sample switch
    {
        { Count: 0 } => "-",
        { StandardError: { } error } => $"{NumberText.Share(sample.Mean)} ± {error.ToString("0.0000", CultureInfo.InvariantCulture)}",
        _ => NumberText.Share(sample.Mean),
    };

    private static JsonObject Document(Experiment experiment, ExperimentFolder folder, IReadOnlyList<CellState> cells, ExperimentOutcome? outcome) => new()
    {
        ["schema_version"] = Experiment.SchemaVersion,
        ["name"] = experiment.Name,
        ["title"] = experiment.Title,
        ["out"] = folder.Root,
        ["cells"] = new JsonArray([.. cells.Select(cell => Document(experiment, cell, outcome))]),
        ["session"] = outcome is null ? null : new JsonObject
        {
            ["finished"] = outcome.Finished,
            ["failed"] = outcome.Failed.Count,
            ["busy"] = outcome.Busy.Count,
            ["seconds"] = outcome.Seconds,
            ["peak_memory_bytes"] = outcome.PeakMemory,
        },
    };
    private static JsonObject Document(Experiment experiment, CellState cell, ExperimentOutcome? outcome)
    {
        RoundRecord? last = cell.Run is { Rounds.Count: > 0 } run ? run.Rounds[^1] : null;
        JsonObject json = new()
        {
            ["id"] = cell.Cell.Id,
            ["settings"] = new JsonObject(experiment.Varying.Zip(cell.Cell.Settings, (key, value) => KeyValuePair.Create(key, (JsonNode?)JsonValue.Create(value)))),
            ["seed"] = cell.Cell.Seed,
            ["state"] = cell.State.Name(),
            ["folder"] = cell.Folder.Root,
            ["labels"] = last?.Labels ?? 0,
        };
        json.AddQuality(last);
        json["auc"] = JsonText.Number(cell.Run?.Auc);
        json["balanced_auc"] = JsonText.Number(cell.Run?.BalancedAuc);
        json["failure"] = outcome?.Failed.FirstOrDefault(failure => failure.Cell.Id == cell.Cell.Id).Message;
        return json;
    }
}
