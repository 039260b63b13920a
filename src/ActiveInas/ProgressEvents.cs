using ActiveInas.Architectures;
using ActiveInas.Search;

namespace ActiveInas;

/// <summary>What a long operation tells whoever watches. Never part of a result.</summary>
public abstract record ProgressEvent
{
    /// <summary>One line for logs and plain terminals; null for events that come too often, or that <see cref="Runs.ProgressText"/> words.</summary>
    public virtual string? Line => null;
}

/// <summary>A stage of a round began: "search", "train", "evaluate", "query", "label".</summary>
public sealed record StageStarted(int Round, int Labels, string Stage, Architecture? Architecture) : ProgressEvent;

/// <summary>A training begins, or goes on after so many steps.</summary>
public sealed record TrainingStarted(string Key, long Step, long Steps) : ProgressEvent;

/// <summary>A training moved on.</summary>
public sealed record TrainingProgressed(string Key, long Step, long Steps, double Loss, double ImagesPerSecond) : ProgressEvent;

/// <summary>A search ended.</summary>
public sealed record SearchEnded(int Round, SearchOutcome Outcome) : ProgressEvent;

/// <summary>A round ended.</summary>
public sealed record RoundEnded(Learning.RoundRecord Record) : ProgressEvent;

/// <summary>The initial points have labels: so many of each class.</summary>
public sealed record InitialLabelled(IReadOnlyList<int> ClassCounts) : ProgressEvent;

/// <summary>A file is being loaded or downloaded.</summary>
public sealed record DataProgressed(string What, long Done, long Total) : ProgressEvent;

/// <summary>Something that a person should look into; the run goes on.</summary>
public sealed record Warning(string Message) : ProgressEvent;

/// <summary>Something worth a line in the log.</summary>
public sealed record Notice(string Message) : ProgressEvent;
