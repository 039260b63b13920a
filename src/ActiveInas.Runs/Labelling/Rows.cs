using ActiveInas.Runs.Labelling.Formats;

namespace ActiveInas.Runs.Labelling;

/// <summary>Why an image is shown.</summary>
internal static class LabelReasons
{
    /// <summary>One of the first images, chosen without a model.</summary>
    public const string Initial = "initial";

    /// <summary>The query of the last model asks for it.</summary>
    public const string Query = "query";

    /// <summary>The last model would ask for it next: something to do while the next one is trained.</summary>
    public const string Ahead = "ahead";

    /// <summary>Drawn at random for the estimate of the accuracy, and never learnt.</summary>
    public const string Audit = "audit";

    /// <summary>Looked at again.</summary>
    public const string Review = "review";

    /// <summary>Not shown: a file or folder said it.</summary>
    public const string Import = "import";
}

/// <summary>The words of the tables.</summary>
internal static class LabelWords
{
    /// <summary>What an undo is recorded as.</summary>
    public const string Undo = "undo";

    /// <summary>"label", "person" and so on.</summary>
    public static string Of(Enum value) => value.ToString().ToLowerInvariant();
}

/// <summary>The table of projects.</summary>
internal sealed record ProjectRow
{
    public string Configuration { get; init; } = "";

    public string Source { get; init; } = "";

    public double AuditShare { get; init; }

    public int AuditWanted { get; init; }
}

/// <summary>An image that is shown to somebody.</summary>
internal sealed record LeaseRow
{
    public string Lease { get; init; } = "";

    public int Sample { get; init; }

    public string Labeller { get; init; } = "";

    public int Round { get; init; }

    public string Reason { get; init; } = "";

    public double? Score { get; init; }

    public int? ModelRound { get; init; }

    /// <summary>Milliseconds since 1970, UTC.</summary>
    public long Expires { get; init; }
}

/// <summary>Something that was said of an image, in the order in which it was.</summary>
internal sealed record EventRow
{
    public long Id { get; init; }

    public int Sample { get; init; }

    /// <summary>"label", "skip", "bad", or "undo", which takes back the event <see cref="Undone"/>.</summary>
    public string Action { get; init; } = "";

    public int? Class { get; init; }

    public string Labeller { get; init; } = "";

    /// <summary>Milliseconds since 1970, UTC.</summary>
    public long Time { get; init; }

    public int? Milliseconds { get; init; }

    public int Round { get; init; }

    public string Reason { get; init; } = "";

    public double? Score { get; init; }

    public int? ModelRound { get; init; }

    /// <summary>"person", "suggestion" or "imported".</summary>
    public string Source { get; init; } = "";

    /// <summary>Names the request, which counts once: the lease of an answer, the key of a correction or of an undo; null: it had none.</summary>
    public string? Lease { get; init; }

    public long? Undone { get; init; }

    /// <summary>What the event says of the image.</summary>
    public LabelAction Says => Enum.Parse<LabelAction>(Action, ignoreCase: true);
}

/// <summary>What holds of an image now.</summary>
/// <param name="Event">That said it last.</param>
/// <param name="Action">Label, skip or bad.</param>
/// <param name="Class">Index of the class; null without a label.</param>
internal sealed record Answer(long Event, LabelAction Action, int? Class);

/// <summary>A change of the table of answers.</summary>
/// <param name="Said">The event to add; its id is given when it is written.</param>
/// <param name="Now">What holds afterwards; null: nothing.</param>
/// <param name="Before">What held before; null: nothing.</param>
/// <param name="Sha256">Of the image, where it was not known yet.</param>
internal sealed record AnswerChange(EventRow Said, Answer? Now, Answer? Before, string? Sha256);

/// <summary>A prediction of a class.</summary>
internal readonly record struct Prediction(int Sample, int Class, double Probability);

/// <summary>How well a label fits what networks that have not seen it think (self-confidence; Northcutt et al., arXiv 1911.00068).</summary>
/// <param name="Sample">Which.</param>
/// <param name="Quality">Probability of the label given, 0..1: low is doubtful.</param>
/// <param name="Class">The most probable class.</param>
/// <param name="Probability">Its probability.</param>
internal readonly record struct LabelQuality(int Sample, double Quality, int Class, double Probability);
