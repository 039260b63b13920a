using System.Globalization;
using ActiveInas.Runs.Configuration;
using ActiveInas.Runs.Live;
using ActiveInas.Runs.Output;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ActiveInas.Cli.Views;

/// <summary>A run at a glance while it goes on: the curve, the latest rounds, what is under way, and the time left.</summary>
internal static class RunDashboard
{
    private const int PlotHeight = 9;
    private const int RoundsShown = 6;
    private const int BarWidth = 30;

    /// <summary>The picture of a moment.</summary>
    /// <param name="run">What is recorded.</param>
    /// <param name="progress">What is under way; null: nothing.</param>
    /// <param name="notices">The latest messages.</param>
    public static IRenderable Create(RunDocument run, LiveProgress? progress, IReadOnlyList<string> notices)
    {
        List<IRenderable> parts = [Head(run)];
        (double, double)[] curve = [.. run.Rounds.Where(round => RoundMetrics.Accuracy.Of(round) is not null).Select(round => ((double)round.Labels, RoundMetrics.Accuracy.Of(round)!.Value))];
        if (curve.Length > 0)
        {
            LinePlot plot = new(curve, PlotHeight, labels => $"{labels:N0}", share => share.ToString("0.000", CultureInfo.InvariantCulture));
            parts.Add(new Panel(plot).Header("test accuracy over labels").BorderStyle(new Style(Color.Grey)).Expand());
        }

        if (run.Rounds.Count > 0)
        {
            parts.Add(RunView.Rounds(run, run.Rounds.TakeLast(RoundsShown), bars: false));
        }

        parts.AddRange(Stage(run, progress));
        parts.AddRange(notices.Select(notice => new Text(notice, new Style(Color.Grey))));
        return new Rows(parts);
    }

    /// <summary>A heavy line that goes on as a dotted one: "━━━━┄┄┄┄" for a half.</summary>
    internal static string Bar(double share)
    {
        int full = (int)Math.Round(Math.Clamp(share, 0, 1) * BarWidth);
        return new string('\u2501', full) + new string('\u2504', BarWidth - full);
    }

    private static Text Head(RunDocument run)
    {
        RunConfiguration configuration = run.Configuration;
        string architecture = configuration.ArchitectureName;
        return new Text(
            $"run {run.Run}: {Path.GetFileName(configuration.Data)}, {configuration.Query}, {architecture}, recipe {configuration.Recipe.Name}, seed {configuration.Seed} ({run.State.Name()}, {NumberText.Duration(run.Seconds)})",
            new Style(decoration: Decoration.Bold));
    }

    private static IEnumerable<IRenderable> Stage(RunDocument run, LiveProgress? progress)
    {
        int budget = run.Configuration.Budget;
        int labels = progress?.Labels ?? (run.Rounds.Count == 0 ? 0 : run.Rounds[^1].Labels);
        if (progress is not null)
        {
            yield return Line($"round {progress.Round} {progress.Stage} {progress.Architecture}", progress.Steps == 0 ? null : (double)progress.Step / progress.Steps, Detail(progress));
        }

        string left = progress?.SecondsLeft is { } seconds ? $", about {NumberText.Duration(seconds)} left" : "";
        yield return Line("all labels", (double)labels / Math.Max(1, budget), $"{NumberText.Count(labels)} of {NumberText.Count(budget)}{left}");
    }

    private static string Detail(LiveProgress progress)
    {
        if (progress.Steps == 0)
        {
            return "";
        }

        string loss = progress.Loss is { } value ? $", loss {value.ToString("0.000", CultureInfo.InvariantCulture)}" : "";
        return $"step {progress.Step:N0} of {progress.Steps:N0}, {progress.ImagesPerSecond:N0} images/s{loss}";
    }

    private static Text Line(string name, double? share, string detail)
        => new($"{name,-24} {(share is { } value ? Bar(value) : new string(' ', BarWidth))} {detail}");
}
