namespace ActiveInas.Runs.Labelling.Formats;

/// <summary>What was said of an image.</summary>
public enum LabelAction
{
    /// <summary>Nothing yet.</summary>
    None,

    /// <summary>It has a class.</summary>
    Label,

    /// <summary>The labeller could not or would not tell.</summary>
    Skip,

    /// <summary>It is no image to learn from: never ask again.</summary>
    Bad,
}

/// <summary>Where an answer came from.</summary>
public enum LabelSource
{
    /// <summary>A person chose.</summary>
    Person,

    /// <summary>A person accepted what the model suggested.</summary>
    Suggestion,

    /// <summary>A file or a folder said so.</summary>
    Imported,
}

/// <summary>What a model thinks of an image.</summary>
/// <param name="Class">Name of a class.</param>
/// <param name="Probability">0..1.</param>
public readonly record struct ClassProbability(string Class, double Probability);

/// <summary>One image of a labelling project and what is known of it: the unit of exports and imports.</summary>
/// <param name="Path">Inside the source, with '/'.</param>
public sealed record ImageLabel(string Path)
{
    /// <summary>What was said last.</summary>
    public LabelAction Action { get; init; }

    /// <summary>Its class; null without a label.</summary>
    public string? Class { get; init; }

    /// <summary>Of the file's bytes, 64 hexadecimal digits; null: not known.</summary>
    public string? Sha256 { get; init; }

    /// <summary>Who said so.</summary>
    public string? Labeller { get; init; }

    /// <summary>When.</summary>
    public DateTimeOffset? Time { get; init; }

    /// <summary>How long the image was looked at.</summary>
    public int? Milliseconds { get; init; }

    /// <summary>The round that the label begins: it was asked for by the query of the round before.</summary>
    public int? Round { get; init; }

    /// <summary>The query's score.</summary>
    public double? Score { get; init; }

    /// <summary>The model that asked, for example "round 3"; null before the first.</summary>
    public string? ModelVersion { get; init; }

    /// <summary>Where the answer came from.</summary>
    public LabelSource? Source { get; init; }

    /// <summary>The most probable classes first; empty: no model has looked.</summary>
    public IReadOnlyList<ClassProbability> Predictions { get; init; } = [];
}
