using ActiveInas.Learning;
using ActiveInas.Runs.Output;
using ActiveInas.Training;

namespace ActiveInas.Runs.Live;

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
        Warning warning => $"warning: {warning.Message}",
        Notice notice => notice.Message,
        _ => value.Line,
    };

    private static string Stage(StageStarted stage)
    {
        string architecture = stage.Architecture is { } known ? $" {known}" : "";
        return $"round {stage.Round}: {stage.Stage}{architecture} ({NumberText.Count(stage.Labels)} {Counted.Word(stage.Labels, "label")})";
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
            candidate => $"{candidate.Architecture} {NumberText.Share(candidate.ValidationError)}{(candidate.Chosen ? " chosen" : "")}");
        return $"round {search.Round}: {ErrorMeasures.ValidationName(search.Outcome.Measure)} {string.Join(", ", errors)}";
    }

    private static string Round(RoundEnded round)
        => $"round {round.Record.Round}: {round.Record.Architecture} with {NumberText.Count(round.Record.Labels)} {Counted.Word(round.Record.Labels, "label")}: "
            + $"{RoundMetrics.Text(round.Record)} after {NumberText.Duration(round.Record.TrainSeconds + (round.Record.Search?.Seconds ?? 0))}";
}
