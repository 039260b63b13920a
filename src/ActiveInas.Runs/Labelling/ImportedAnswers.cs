using System.Globalization;
using ActiveInas.Runs.Labelling.Formats;

namespace ActiveInas.Runs.Labelling;

/// <summary>Answers that a file or a folder gives.</summary>
internal static class ImportedAnswers
{
    private const string Prefix = "round ";

    /// <summary>What an imported label changes.</summary>
    /// <param name="sample">The image.</param>
    /// <param name="label">What is said of it.</param>
    /// <param name="index">Of its class; null without a label.</param>
    /// <param name="before">What held before; null: nothing.</param>
    public static AnswerChange Of(int sample, ImageLabel label, int? index, Answer? before) => new(
        new EventRow
        {
            Sample = sample,
            Action = LabelWords.Of(label.Action),
            Class = index,
            Labeller = label.Labeller ?? "import",
            Time = (label.Time ?? DateTimeOffset.UtcNow).ToUnixTimeMilliseconds(),
            Milliseconds = label.Milliseconds,
            Round = label.Round ?? 0,
            Reason = LabelReasons.Import,
            Score = label.Score,
            ModelRound = ModelRound(label.ModelVersion),
            Source = LabelWords.Of(LabelSource.Imported),
        },
        new Answer(0, label.Action, index),
        before,
        label.Sha256);

    /// <summary>As exports call the model of a round; null: there was none.</summary>
    public static string? ModelVersion(int? round) => round is { } number ? Prefix + number.ToString(CultureInfo.InvariantCulture) : null;

    /// <summary>The round of a model that a project has named; null: something else has.</summary>
    private static int? ModelRound(string? version)
        => version?.StartsWith(Prefix, StringComparison.Ordinal) == true && int.TryParse(version.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int round) ? round : null;
}
