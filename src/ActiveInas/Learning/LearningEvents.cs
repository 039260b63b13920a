using ActiveInas.Architectures;
using ActiveInas.Search;

namespace ActiveInas.Learning;

/// <summary>A stage of a round began: "search", "train", "evaluate", "query", "label".</summary>
public sealed record StageStarted(int Round, int Labels, string Stage, Architecture? Architecture) : ProgressEvent;

/// <summary>The initial points have labels: so many of each class.</summary>
public sealed record InitialLabelled(IReadOnlyList<int> ClassCounts) : ProgressEvent;

/// <summary>A search ended.</summary>
public sealed record SearchEnded(int Round, SearchOutcome Outcome) : ProgressEvent;

/// <summary>A round ended.</summary>
public sealed record RoundEnded(RoundRecord Record) : ProgressEvent;
