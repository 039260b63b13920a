using ActiveInas.Runs.Labelling.Formats;

namespace ActiveInas.Runs.Labelling;

/// <summary>Answers that a file or a folder gives.</summary>
internal static class ImportedAnswers
{
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
            Round = 0,
            Reason = LabelReasons.Import,
            Source = LabelWords.Of(LabelSource.Imported),
        },
        new Answer(0, label.Action, index),
        before,
        label.Sha256);
}
