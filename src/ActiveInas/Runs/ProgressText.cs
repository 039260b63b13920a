using System.Globalization;
using ActiveInas.Training;

namespace ActiveInas.Runs;

/// <summary>Progress in words: one line for each stage, as logs and plain terminals show it.</summary>
public static class ProgressText
{
    /// <summary>The line of an event, or null for those that come too often.</summary>
    public static string? Line(ProgressEvent value) => value switch
    {
        StageStarted stage => Stage(stage),
        SearchEnded { Outcome.Candidates.Count: > 0 } search => Search(search),
        RoundEnded round => Round(round),
        InitialLabelled initial => Initial(initial),
        RunOpened opened => $"run {opened.Id} in {opened.Folder}",
        Warning warning => $"warning: {warning.Message}",
        Notice notice => notice.Message,
        _ => value.Line,
    };

    /// <summary>"0.6123", or "-" for none.</summary>
    public static string Share(double? value)
        => value is { } share && double.IsFinite(share) ? share.ToString("0.0000", CultureInfo.InvariantCulture) : "-";

    /// <summary>"76,490".</summary>
    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>"7.2 s", "3 min 05 s", "2 h 04 min".</summary>
    public static string Duration(double seconds) => seconds switch
    {
        < 60 => $"{seconds.ToString("0.0", CultureInfo.InvariantCulture)} s",
        < 3600 => $"{(int)seconds / 60} min {(int)seconds % 60:00} s",
        _ => $"{(int)seconds / 3600} h {(int)seconds % 3600 / 60:00} min",
    };

    private static string Stage(StageStarted stage)
    {
        string architecture = stage.Architecture is { } known ? $" {known}" : "";
        return $"round {stage.Round}: {stage.Stage}{architecture} ({Count(stage.Labels)} labels)";
    }

    private static string Initial(InitialLabelled initial)
    {
        string counts = initial.ClassCounts.Count <= 20
            ? string.Join(", ", initial.ClassCounts)
            : $"{initial.ClassCounts.Min()} to {initial.ClassCounts.Max()} in {initial.ClassCounts.Count} classes, {initial.ClassCounts.Count(count => count == 0)} without any";
        return $"initial labels per class: {counts}";
    }

    private static string Search(SearchEnded search)
    {
        IEnumerable<string> errors = search.Outcome.Candidates.Select(
            candidate => $"{candidate.Architecture} {Share(candidate.ValidationError)}{(candidate.Chosen ? " chosen" : "")}");
        return $"round {search.Round}: {ErrorMeasures.ValidationName(search.Outcome.Measure)} {string.Join(", ", errors)}";
    }

    private static string Round(RoundEnded round)
        => $"round {round.Record.Round}: {round.Record.Architecture} with {Count(round.Record.Labels)} labels: "
            + $"{RoundMetrics.Text(round.Record)} after {Duration(round.Record.TrainSeconds + (round.Record.Search?.Seconds ?? 0))}";
}
