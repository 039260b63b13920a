using System.Globalization;
using ActiveInas.Data;
using ActiveInas.Learning;
using ActiveInas.Runs;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ActiveInas.Cli.Views;

/// <summary>A run for people: its learning curve, the path of its architectures, where its files are.</summary>
internal static class RunView
{
    private const int BarWidth = 24;

    /// <summary>One line of what this run is.</summary>
    public static void WriteHead(IAnsiConsole console, RunDocument run)
    {
        RunConfiguration configuration = run.Configuration;
        string architecture = configuration.Architecture == RunConfiguration.SearchArchitecture
            ? $"search from {configuration.Start}"
            : configuration.Architecture;
        Tables.Fact(console, "run", $"{run.Run}, {run.State}");
        Tables.Fact(console, "data", configuration.Data);
        Tables.Fact(console, "query", $"{configuration.Query}, {architecture}, recipe {configuration.Recipe.Name}, seed {configuration.Seed}");
        Tables.Fact(console, "labels", $"{ProgressText.Count(run.Rounds.Count == 0 ? 0 : run.Rounds[^1].Labels)} of {ProgressText.Count(configuration.Budget)}");
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

        Tables.Fact(console, "architecture path", ArchitecturePath.Of(run.Rounds));
        if (run.Auc is { } auc)
        {
            Tables.Fact(console, "mean test error", $"{auc.ToString("0.0000", CultureInfo.InvariantCulture)} (area under the error curve over the labels)");
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
        Table table = Tables.Create(["#round", "#labels", "architecture", "#parameters", "#test accuracy", .. bars ? ["0 % to 100 %"] : Array.Empty<string>(), "#search", "#train", "#query"]);
        foreach (RoundRecord round in rounds)
        {
            QuerySummary? query = run.Queries.FirstOrDefault(query => query.Round == round.Round);
            table.AddRow([
                Tables.Text($"{round.Round}"),
                Tables.Text(ProgressText.Count(round.Labels)),
                Tables.Text($"{round.Architecture}"),
                Tables.Text(ProgressText.Count(round.Parameters)),
                Tables.Strong(ProgressText.Share(round.Test?.Accuracy)),
                .. bars ? [new Text(Bar(round.Test?.Accuracy), new Style(Color.Green))] : Array.Empty<IRenderable>(),
                Tables.Text(round.Search is { } search ? ProgressText.Duration(search.Seconds) : "-"),
                Tables.Text(ProgressText.Duration(round.TrainSeconds)),
                Tables.Text(query is null ? "-" : ProgressText.Duration(query.Seconds))]);
        }

        return table;
    }

    /// <summary>Where the files are and the command to look again.</summary>
    public static void WriteFiles(IAnsiConsole console, RunDocument run)
    {
        Tables.Fact(console, "time", ProgressText.Duration(run.Seconds));
        Tables.Fact(console, "files", $"{run.Out}/ (rounds.csv, queries/, tb/{(run.State == "finished" ? ", model/model.safetensors" : "")}, run.db)");
        Tables.Fact(console, run.State == "stopped" ? "go on" : "look again", $"ainas {(run.State == "stopped" ? "resume" : "show")} {run.Out}");
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
