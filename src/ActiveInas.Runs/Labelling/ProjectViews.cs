using ActiveInas.Runs.Labelling.Formats;

namespace ActiveInas.Runs.Labelling;

/// <summary>A class of a project.</summary>
/// <param name="Id">Its index, which never changes.</param>
/// <param name="Name">Its name, which may.</param>
/// <param name="Count">Images that have it now.</param>
public sealed record LabelClass(int Id, string Name, int Count);

/// <summary>What a model thinks of an image.</summary>
/// <param name="Class">Name.</param>
/// <param name="ClassId">Index.</param>
/// <param name="Probability">0..1.</param>
public sealed record Suggestion(string Class, int ClassId, double Probability);

/// <summary>An image that somebody is to label.</summary>
/// <param name="Lease">Names it in the answer.</param>
/// <param name="Id">The image.</param>
/// <param name="Suggested">The most probable classes first; empty for images of the audit, whose label must not be swayed, and before the first model.</param>
/// <param name="Round">The round that its label begins.</param>
/// <param name="Reason">Of <see cref="LabelReasons"/>.</param>
/// <param name="Score">The query's; null without one.</param>
/// <param name="Expires">Until when nobody else gets it.</param>
public sealed record LabelTask(string Lease, int Id, IReadOnlyList<Suggestion> Suggested, int Round, string Reason, double? Score, DateTimeOffset Expires);

/// <summary>An image that is back after an undo.</summary>
/// <param name="Task">To answer it again.</param>
/// <param name="Action">What was said.</param>
/// <param name="Class">The class that was said; null without.</param>
public sealed record UndoneTask(LabelTask Task, LabelAction Action, string? Class);

/// <summary>How far the images that are asked for have an answer.</summary>
/// <param name="Done">Answered.</param>
/// <param name="Size">Asked for.</param>
/// <param name="Round">The round that the labels begin; 0 before the first question.</param>
public sealed record BatchProgress(int Done, int Size, int Round);

/// <summary>An answer that is on disk.</summary>
/// <param name="Id">The image.</param>
/// <param name="Action">What holds now: a first skip only puts the image behind the others.</param>
/// <param name="Class">Its class; null without a label.</param>
/// <param name="Labelled">Images with a label now.</param>
/// <param name="Audited">Of them in the audit: those are never learnt.</param>
/// <param name="Batch">Of the project.</param>
public sealed record AnswerOutcome(int Id, LabelAction Action, string? Class, int Labelled, int Audited, BatchProgress Batch);

/// <summary>Something that was said of an image.</summary>
/// <param name="Id">The image.</param>
/// <param name="Class">Null without a label.</param>
/// <param name="Action">What was said.</param>
/// <param name="Labeller">Who.</param>
/// <param name="Time">When.</param>
/// <param name="Ms">How long they looked at it; null: not known.</param>
/// <param name="Round">The round that the label begins.</param>
/// <param name="Reason">Of <see cref="LabelReasons"/>.</param>
public sealed record HistoryItem(int Id, string? Class, LabelAction Action, string Labeller, DateTimeOffset Time, int? Ms, int Round, string Reason);

/// <summary>An image to look at again.</summary>
/// <param name="Id">The image.</param>
/// <param name="Class">Null without a label.</param>
/// <param name="Action">What holds.</param>
/// <param name="Suggested">What networks that have not seen its label think; empty: none has looked.</param>
/// <param name="Quality">Probability of its label among them: low is doubtful; null: none has looked.</param>
/// <param name="Group">SHA-256 of the files that are equal; null: not asked for.</param>
public sealed record ReviewItem(int Id, string? Class, LabelAction Action, IReadOnlyList<Suggestion> Suggested, double? Quality, string? Group);

/// <summary>What may be looked at again.</summary>
public enum ReviewKind
{
    /// <summary>Labels that networks which have not seen them doubt most.</summary>
    Doubt,

    /// <summary>Equal files whose labels differ.</summary>
    Duplicates,

    /// <summary>Skipped images.</summary>
    Skipped,

    /// <summary>Bad images.</summary>
    Bad,
}

/// <summary>How far the audit is.</summary>
/// <param name="Labelled">Images of the audit with a label.</param>
/// <param name="Wanted">Labels that an estimate needs at least.</param>
/// <param name="Reserved">Images of the audit, labelled or not.</param>
/// <param name="Share">Of all images shown, once there are as many as wanted.</param>
public sealed record AuditProgress(int Labelled, int Wanted, int Reserved, double Share);

/// <summary>What one labeller did.</summary>
/// <param name="Name">Who.</param>
/// <param name="Labels">Images that hold a label of theirs.</param>
public sealed record LabellerCount(string Name, int Labels);

/// <summary>Where a project stands, apart from what is computed at the moment.</summary>
public sealed record ProjectStatus
{
    /// <summary>The round whose labels are asked for, or are learnt.</summary>
    public required int Round { get; init; }

    /// <summary>Images with a label, those of the audit among them.</summary>
    public required int Labelled { get; init; }

    /// <summary>Images that nobody could tell.</summary>
    public required int Skipped { get; init; }

    /// <summary>Images that are none.</summary>
    public required int Bad { get; init; }

    /// <summary>All images.</summary>
    public required int Images { get; init; }

    /// <summary>Labels to learn at most; those of the audit are not among them.</summary>
    public required int Budget { get; init; }

    /// <summary>What is asked for.</summary>
    public required BatchProgress Batch { get; init; }

    /// <summary>Images that may be labelled while a network is trained.</summary>
    public required int Ahead { get; init; }

    /// <summary>Of the last network; null before.</summary>
    public required string? Architecture { get; init; }

    /// <summary>The round of the last network; null before.</summary>
    public required int? ModelRound { get; init; }

    /// <summary>Of the last network on the images of the audit; null while too few have a label.</summary>
    public required double? Accuracy { get; init; }

    /// <summary>Its 95 % interval; null while too few have a label.</summary>
    public required IReadOnlyList<double>? Interval { get; init; }

    /// <summary>Of the estimate.</summary>
    public required AuditProgress Audit { get; init; }

    /// <summary>Over the last five minutes; null: none was given.</summary>
    public required double? LabelsPerMinute { get; init; }

    /// <summary>Who labelled, the busiest first.</summary>
    public required IReadOnlyList<LabellerCount> Labellers { get; init; }

    /// <summary>Whether the budget is spent or no image is left.</summary>
    public required bool IsDone { get; init; }
}

/// <summary>A round of a project.</summary>
/// <param name="Round">t.</param>
/// <param name="Labels">Learnt.</param>
/// <param name="Architecture">A(i,j).</param>
/// <param name="Parameters">Trainable.</param>
/// <param name="Accuracy">On the images of the audit that had a label then; null: too few.</param>
/// <param name="Interval">Its 95 % interval; null: too few.</param>
/// <param name="AuditLabels">Images of the audit that had a label then; 0: too few.</param>
/// <param name="ValidationError">Of the search; null without one.</param>
/// <param name="TrainLoss">Of the last epoch; null where it is no number.</param>
/// <param name="Seconds">Search and training.</param>
public sealed record ProjectRound(
    int Round, int Labels, string Architecture, long Parameters, double? Accuracy, IReadOnlyList<double>? Interval, int AuditLabels, double? ValidationError, double? TrainLoss, double Seconds);

/// <summary>A class on the dashboard.</summary>
/// <param name="Id">Index.</param>
/// <param name="Name">Name.</param>
/// <param name="Labels">Images that have it.</param>
/// <param name="Audit">Of them in the audit.</param>
/// <param name="Correct">Of those that the last model recognises.</param>
/// <param name="Accuracy">Correct over Audit; null without images in the audit.</param>
public sealed record ClassAccuracy(int Id, string Name, int Labels, int Audit, int Correct, double? Accuracy);

/// <summary>Predictions of the last model on the audit.</summary>
/// <param name="Classes">Names.</param>
/// <param name="Counts">[true class][predicted class].</param>
public sealed record ConfusionMatrix(IReadOnlyList<string> Classes, IReadOnlyList<IReadOnlyList<int>> Counts);

/// <summary>What a project has come to.</summary>
/// <param name="Rounds">So far.</param>
/// <param name="Classes">With their accuracies.</param>
/// <param name="Confusion">Of the last model.</param>
/// <param name="ArchitecturePath">Architectures in the order in which they came.</param>
public sealed record ProjectDashboard(IReadOnlyList<ProjectRound> Rounds, IReadOnlyList<ClassAccuracy> Classes, ConfusionMatrix Confusion, IReadOnlyList<string> ArchitecturePath);

/// <summary>What an import did.</summary>
/// <param name="Imported">Images whose answer is new or other than before.</param>
/// <param name="Unchanged">Images that had it already.</param>
/// <param name="Conflicts">Images whose label of a person the file contradicts: the person's stays.</param>
/// <param name="Unknown">Paths that are not in the project.</param>
public sealed record ImportOutcome(int Imported, int Unchanged, IReadOnlyList<string> Conflicts, IReadOnlyList<string> Unknown);

/// <summary>A request that does not fit the state of a project.</summary>
public sealed class LabellingException(LabellingFault fault, string message) : Exception(message)
{
    /// <summary>What is wrong.</summary>
    public LabellingFault Fault { get; } = fault;
}

/// <summary>Why a request is refused.</summary>
public enum LabellingFault
{
    /// <summary>There is no such lease, image or class.</summary>
    Unknown,

    /// <summary>Somebody else was first, or something else was said already.</summary>
    Conflict,

    /// <summary>A value is not possible.</summary>
    Invalid,
}
