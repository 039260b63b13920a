using System.Diagnostics;
using ActiveInas.Data;
using ActiveInas.Networks;
using ActiveInas.Search;
using ActiveInas.Training;

namespace ActiveInas.Learning;

/// <summary>The memory of a run that is not stored. It keeps no model: the loop trains one again, from the same seed, where a replay needs it.</summary>
public sealed class MemoryJournal : ILearningJournal
{
    private readonly Dictionary<int, IReadOnlyList<LabelledSample>> _labels = [];
    private readonly Dictionary<string, TrialResult> _trials = [];
    private readonly Dictionary<int, SearchOutcome> _searches = [];
    private readonly Dictionary<int, RoundRecord> _rounds = [];
    private readonly Dictionary<int, QueryRecord> _queries = [];
    private readonly Dictionary<int, StopEvidence> _evidence = [];
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    /// <inheritdoc/>
    public double Seconds => _clock.Elapsed.TotalSeconds;

    /// <inheritdoc/>
    public IReadOnlyList<LabelledSample>? FindLabels(int round) => _labels.GetValueOrDefault(round);

    /// <inheritdoc/>
    public void RecordLabels(int round, IReadOnlyList<LabelledSample> labels, string source) => _labels.Add(round, labels);

    /// <inheritdoc/>
    public TrialResult? FindTrial(string key) => _trials.GetValueOrDefault(key);

    /// <inheritdoc/>
    public void RecordTrial(TrialRequest request, TrialResult result)
    {
        ArgumentNullException.ThrowIfNull(request);
        _trials.Add(request.Key, result);
    }

    /// <inheritdoc/>
    public SearchOutcome? FindSearch(int round) => _searches.GetValueOrDefault(round);

    /// <inheritdoc/>
    public void RecordSearch(int round, SearchOutcome outcome) => _searches.Add(round, outcome);

    /// <inheritdoc/>
    public RoundRecord? FindRound(int round) => _rounds.GetValueOrDefault(round);

    /// <inheritdoc/>
    public IModel? LoadModel(int round) => null;

    /// <inheritdoc/>
    public void RecordRound(RoundRecord record, IModel model)
    {
        ArgumentNullException.ThrowIfNull(record);
        _rounds.Add(record.Round, record);
    }

    /// <inheritdoc/>
    public QueryRecord? FindQuery(int round) => _queries.GetValueOrDefault(round);

    /// <inheritdoc/>
    public void RecordQuery(QueryRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        _queries.Add(record.Round, record);
    }

    /// <inheritdoc/>
    public StopEvidence? FindEvidence(int round) => _evidence.GetValueOrDefault(round);

    /// <inheritdoc/>
    public void RecordEvidence(StopEvidence evidence)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        _evidence.Add(evidence.Round, evidence);
    }
}
