using ActiveInas.Data;
using ActiveInas.Learning;
using ActiveInas.Runs.Configuration;
using ActiveInas.Runs.Output;
using ActiveInas.Runs.Store;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ActiveInas.Cli.Views;

/// <summary>A run for people: its learning curve, the path of its architectures, where its files are.</summary>
internal static class RunView
{
    private const int BarWidth = 16;
    private const int WarningsShown = 3;

    /// <summary>One line of what this run is.</summary>
    public static void WriteHead(IAnsiConsole console, RunDocument run)
    {
        RunConfiguration configuration = run.Configuration;
        string architecture = configuration.Architecture is null
            ? $"search from {configuration.Start}"
            : configuration.ArchitectureName;
        Tables.Fact(console, "run", $"{run.Run}, {run.State.Name()}");
        Tables.Fact(console, "data", configuration.Data);
        Tables.Fact(console, "query", $"{configuration.Query}, {architecture}, recipe {configuration.Recipe.Name}, seed {configuration.Seed}");
        Tables.Fact(console, "labels", $"{NumberText.Count(run.Rounds.Count == 0 ? 0 : run.Rounds[^1].Labels)} of {NumberText.Count(configuration.Budget)}");
    }

    /// <summary>The learning curve as a table with bars, then the path and the area.</summary>
    public static void WriteCurve(IAnsiConsole console, RunDocument run)
    {
        if (run.Rounds.Count == 0)
        {
            console.WriteLine("no round is finished yet");
            return;
        }

        console.Write(Rounds(run, run.Rounds, bars: true));
        if (run.ClassLabels.TryGetValue(1, out IReadOnlyList<int>? counts) && counts.Count <= 20)
        {
            Tables.Fact(console, "initial labels", ClassCounts.Text(run.Classes, counts));
        }

        Tables.Fact(console, "architecture path", run.ArchitecturePath);
        if (RoundMetrics.MajorityShare.Of(run.Rounds[^1]) is { } majority)
        {
            Tables.Fact(console, "largest class", $"{RoundMetrics.MajorityShare.Text(majority)} of the test part: the accuracy of guessing it always");
        }

        if (run.Auc is { } auc)
        {
            string balanced = run.BalancedAuc is { } area ? $", balanced {NumberText.Share(area)}" : "";
            Tables.Fact(console, "mean test error", $"{NumberText.Share(auc)}{balanced} (area under the error curve over the labels)");
        }

        IReadOnlyList<string> warnings = run.Warnings;
        foreach (string warning in warnings.TakeLast(WarningsShown))
        {
            Tables.Fact(console, "warning", warning);
        }

        if (warnings.Count > WarningsShown)
        {
            Tables.Fact(console, "earlier warnings", $"{warnings.Count - WarningsShown}: see --json or {Path.Combine(run.Out, "log.txt")}");
        }

        if (run.End is { } end)
        {
            Tables.Fact(console, "ended", end.Reason);
        }
    }

    /// <summary>A row a round.</summary>
    /// <param name="run">The run.</param>
    /// <param name="rounds">Those shown.</param>
    /// <param name="bars">Whether the accuracy is also a bar.</param>
    public static Table Rounds(RunDocument run, IEnumerable<RoundRecord> rounds, bool bars)
    {
        // The share of the largest class is the same in all rounds: with bars there is no room for it.
        RoundMetric[] quality = [.. RoundMetrics.Quality.Where(metric => !bars || metric != RoundMetrics.MajorityShare)];
        RoundMetric[] before = [RoundMetrics.Parameters];
        RoundMetric[] after = [RoundMetrics.SearchSeconds, RoundMetrics.TrainSeconds];
        Table table = Tables.Create([
            "#round", "#labels", "architecture", .. Titles(before), .. Titles(quality), .. bars ? ["0 % to 100 %"] : Array.Empty<string>(), .. Titles(after), "#query"]);
        foreach (RoundRecord round in rounds)
        {
            QuerySummary? query = run.Queries.FirstOrDefault(query => query.Round == round.Round);
            table.AddRow([
                Tables.Text($"{round.Round}"),
                Tables.Text(NumberText.Count(round.Labels)),
                Tables.Text($"{round.Architecture}"),
                .. before.Select(metric => Tables.Text(metric.Text(round))),
                .. quality.Select(metric => Tables.Strong(metric.Text(round))),
                .. bars ? [new Text(Bar(RoundMetrics.Accuracy.Of(round)), new Style(Color.Green))] : Array.Empty<IRenderable>(),
                .. after.Select(metric => Tables.Text(metric.Text(round))),
                Tables.Text(query is null ? "-" : NumberText.Duration(query.Seconds))]);
        }

        return table;
    }

    private static IEnumerable<string> Titles(RoundMetric[] metrics) => metrics.Select(metric => $"#{metric.Title}");

    /// <summary>Where the files are and the command to look again.</summary>
    public static void WriteFiles(IAnsiConsole console, RunDocument run)
    {
        Tables.Fact(console, "time", NumberText.Duration(run.Seconds));
        Tables.Fact(console, "files", $"{run.Out}/ (rounds.csv, queries/, tb/{(run.State == RunState.Finished ? ", model/model.safetensors" : "")}, run.db)");
        Tables.Fact(console, run.State == RunState.Stopped ? "go on" : "look again", $"ainas {(run.State == RunState.Stopped ? "resume" : "show")} {run.Out}");
    }

    /// <summary>A bar in eighths of a character; empty without a value.</summary>
    internal static string Bar(double? share)
    {
        if (share is not { } value || !double.IsFinite(value))
        {
            return "";
        }

        int eighths = (int)Math.Round(Math.Clamp(value, 0, 1) * BarWidth * 8);
        string rest = eighths % 8 == 0 ? "" : ((char)('\u2588' + 8 - (eighths % 8))).ToString();
        return new string('\u2588', eighths / 8) + rest;
    }
}
