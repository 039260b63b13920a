using ActiveInas.Architectures;
using ActiveInas.Data;
using ActiveInas.Networks;
using ActiveInas.Querying;
using ActiveInas.Search;
using ActiveInas.Training;

namespace ActiveInas.Learning;

/// <summary>What one round of Algorithm 2 produced.</summary>
/// <param name="Round">t, from 1.</param>
/// <param name="Labels">|S_t|.</param>
/// <param name="Architecture">A_t.</param>
/// <param name="Parameters">Trainable parameters.</param>
/// <param name="Flops">FLOPs of one forward pass of one image.</param>
/// <param name="Test">On the test part; null without one.</param>
/// <param name="TrainLoss">Mean training loss of the last epoch.</param>
/// <param name="TrainSteps">SGD steps.</param>
/// <param name="TrainSeconds">Of the round's training.</param>
/// <param name="Search">Null for a fixed architecture.</param>
public sealed record RoundRecord(
    int Round, int Labels, Architecture Architecture, long Parameters, long Flops, Evaluation? Test,
    double TrainLoss, long TrainSteps, double TrainSeconds, SearchOutcome? Search)
{
    /// <summary>Classes of the training set that the model never predicts, ascending: on the test part, or without one on the training images.
    /// Empty also where it was not recorded.</summary>
    public IReadOnlyList<int> NeverPredicted { get; init; } = [];
}

/// <summary>What a query asked for.</summary>
/// <param name="Round">The round whose model asked; 0: the initial points, which no model asked for.</param>
/// <param name="Strategy">Its name.</param>
/// <param name="Picks">Ranked.</param>
/// <param name="Seconds">Inference and selection.</param>
public sealed record QueryRecord(int Round, string Strategy, IReadOnlyList<QueryPick> Picks, double Seconds);

/// <summary>The memory of a run. The loop asks it before every expensive step, so a resumed run replays what is recorded and goes on
/// from there. Each Record call is durable when it returns. Without persistence: <c>MemoryJournal</c>.</summary>
/// <remarks>Order within round t: labels(t) -> trials(t) -> search(t) -> model(t), round(t) -> evidence(t), with stopping
/// rules only -> query(t) -> labels(t + 1). The k
/// initial points are query 0, recorded before labels(1); there is none when the run starts from given labels.</remarks>
public interface ILearningJournal
{
    /// <summary>The labels that began round <paramref name="round"/> (all new ones of that round), or null.</summary>
    IReadOnlyList<LabelledSample>? FindLabels(int round);

    /// <summary>Whether labels were corrected, withdrawn or added after a round had learnt them: then recorded rounds stand for what was known at their time.</summary>
    bool LabelsRevised => false;

    /// <summary>Records the labels that begin a round. <paramref name="source"/>: "initial", "oracle", "file".</summary>
    void RecordLabels(int round, IReadOnlyList<LabelledSample> labels, string source);

    /// <summary>A trial already made, or null.</summary>
    TrialResult? FindTrial(string key);

    /// <summary>Records a trial.</summary>
    void RecordTrial(TrialRequest request, TrialResult result);

    /// <summary>What the search of a round decided, or null.</summary>
    SearchOutcome? FindSearch(int round);

    /// <summary>Records a search.</summary>
    void RecordSearch(int round, SearchOutcome outcome);

    /// <summary>A finished round, or null.</summary>
    RoundRecord? FindRound(int round);

    /// <summary>The model of a recorded round, loaded; null when it is no longer kept (only the latest is).</summary>
    IModel? LoadModel(int round);

    /// <summary>Records a round and keeps its model.</summary>
    void RecordRound(RoundRecord record, IModel model);

    /// <summary>The query of a round, or null.</summary>
    QueryRecord? FindQuery(int round);

    /// <summary>Records a query.</summary>
    void RecordQuery(QueryRecord record);

    /// <summary>Wall-clock of the run so far, over all sessions.</summary>
    double Seconds { get; }

    /// <summary>What the stopping rules know of a round, or null.</summary>
    StopEvidence? FindEvidence(int round);

    /// <summary>Records what the stopping rules know of a round. The predictions of earlier rounds need not be kept.</summary>
    void RecordEvidence(StopEvidence evidence);
}
