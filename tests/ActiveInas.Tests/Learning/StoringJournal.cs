using System.Text.Json;
using ActiveInas.Architectures;
using ActiveInas.Data;
using ActiveInas.Learning;
using ActiveInas.Networks;
using ActiveInas.Querying;
using ActiveInas.Search;
using ActiveInas.Training;

namespace ActiveInas.Tests.Learning;

/// <summary>The process died.</summary>
internal sealed class KilledException : Exception;

/// <summary>A journal that outlives a killed run: it remembers the order of its writes, keeps the latest model like a real one (when told
/// to), gives labels back in another order, and dies after a given write.</summary>
internal sealed class StoringJournal(StubTrainer trainer, bool keepsModels = true) : ILearningJournal
{
    private readonly MemoryJournal _inner = new();
    private readonly List<string> _writes = [];
    private readonly Dictionary<int, IReadOnlyList<LabelledSample>> _revised = [];
    private (int Round, Architecture Architecture)? _model;

    public int DiesAfter { get; set; } = int.MaxValue;

    public int Loads { get; private set; }

    /// <summary>Everything written, as text, without the seconds of the queries.</summary>
    public IReadOnlyList<string> Writes => _writes;

    public bool LabelsRevised => _revised.Count > 0;

    public IReadOnlyList<LabelledSample>? FindLabels(int round)
        => _revised.TryGetValue(round, out IReadOnlyList<LabelledSample>? revised) ? revised : _inner.FindLabels(round)?.Reverse().ToArray();

    /// <summary>Puts other labels in the place of those recorded, as a person who corrects them does.</summary>
    public void Revise(int round, IReadOnlyList<LabelledSample> labels) => _revised[round] = labels;

    public void RecordLabels(int round, IReadOnlyList<LabelledSample> labels, string source)
    {
        _inner.RecordLabels(round, labels, source);
        Written($"labels {round} {source} {JsonSerializer.Serialize(labels)}");
    }

    public TrialResult? FindTrial(string key) => _inner.FindTrial(key);

    public void RecordTrial(TrialRequest request, TrialResult result)
    {
        _inner.RecordTrial(request, result);
        Written($"trial {JsonSerializer.Serialize(request)} {JsonSerializer.Serialize(result)}");
    }

    public SearchOutcome? FindSearch(int round) => _inner.FindSearch(round);

    public void RecordSearch(int round, SearchOutcome outcome)
    {
        _inner.RecordSearch(round, outcome);
        Written($"search {round} {JsonSerializer.Serialize(outcome)}");
    }

    public RoundRecord? FindRound(int round) => _inner.FindRound(round);

    public IModel? LoadModel(int round)
    {
        if (_model is not { } kept || kept.Round != round)
        {
            return null;
        }

        Loads++;
        return trainer.Open(kept.Architecture);
    }

    public void RecordRound(RoundRecord record, IModel model)
    {
        _model = keepsModels ? (record.Round, model.Architecture) : null;
        _inner.RecordRound(record, model);
        Written($"round {JsonSerializer.Serialize(record)}");
    }

    public QueryRecord? FindQuery(int round) => _inner.FindQuery(round);

    public void RecordQuery(QueryRecord record)
    {
        _inner.RecordQuery(record);
        Written($"query {JsonSerializer.Serialize(record with { Seconds = 0 })}");
    }

    public double Seconds { get; set; }

    public StopEvidence? FindEvidence(int round) => _inner.FindEvidence(round);

    public void RecordEvidence(StopEvidence evidence)
    {
        _inner.RecordEvidence(evidence);
        Written($"evidence {JsonSerializer.Serialize(evidence)}");
    }

    private void Written(string text)
    {
        _writes.Add(text);
        if (_writes.Count == DiesAfter)
        {
            throw new KilledException();
        }
    }
}
