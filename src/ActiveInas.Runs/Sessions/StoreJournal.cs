using ActiveInas.Data;
using ActiveInas.Learning;
using ActiveInas.Networks;
using ActiveInas.Runs.Folder;
using ActiveInas.Runs.Live;
using ActiveInas.Runs.Output;
using ActiveInas.Runs.Store;
using ActiveInas.Search;
using ActiveInas.Training;

namespace ActiveInas.Runs.Sessions;

/// <summary>The journal of a run on disk: run.db first, then the files made from it.</summary>
/// <remarks>
/// The chain of a round: its model is written to checkpoints/ -> its row is committed -> the earlier model and the training's checkpoint
/// are removed -> rounds.csv, metrics.jsonl and tb/ are rewritten. A process killed between two links leaves nothing that the
/// next <see cref="OutputFiles.WriteAll"/> and the next record of the same key do not mend.
/// </remarks>
internal sealed class StoreJournal : ILearningJournal
{
    private readonly RunStore _store;
    private readonly OutputFiles _files;
    private readonly RunFolder _folder;
    private readonly Func<SampleId, string> _names;
    private readonly IModelFiles _models;
    private readonly FileCheckpointStore _checkpoints;
    private readonly MetricBuffer _metrics;

    /// <param name="folder">Where.</param>
    /// <param name="store">The open store.</param>
    /// <param name="names">What a person calls a sample.</param>
    /// <param name="models">Saves and loads networks.</param>
    /// <param name="checkpoints">Trainings under way, removed as their results are recorded.</param>
    /// <param name="metrics">Values measured since the last record.</param>
    internal StoreJournal(
        RunFolder folder, RunStore store, Func<SampleId, string> names, IModelFiles models, FileCheckpointStore checkpoints, MetricBuffer metrics)
    {
        _folder = folder;
        _store = store;
        _files = new OutputFiles(folder, store);
        _names = names;
        _models = models;
        _checkpoints = checkpoints;
        _metrics = metrics;
    }

    /// <inheritdoc/>
    public IReadOnlyList<LabelledSample>? FindLabels(int round) => _store.FindLabels(round);

    /// <inheritdoc/>
    public bool LabelsRevised => _store.LabelsRevised;

    /// <inheritdoc/>
    public void RecordLabels(int round, IReadOnlyList<LabelledSample> labels, string source)
        => Durably(() => _store.InsertLabels(round, labels, _names, source));

    /// <inheritdoc/>
    public TrialResult? FindTrial(string key) => _store.FindTrial(key);

    /// <inheritdoc/>
    public void RecordTrial(TrialRequest request, TrialResult result) => Durably(() =>
    {
        ArgumentNullException.ThrowIfNull(request);
        _store.InsertTrial(request, result);
        _checkpoints.Release(request.Key);
        _metrics.Flush(_store);
    });

    /// <inheritdoc/>
    public SearchOutcome? FindSearch(int round) => _store.FindSearch(round);

    /// <inheritdoc/>
    public void RecordSearch(int round, SearchOutcome outcome) => Durably(() => _store.InsertSearch(round, outcome));

    /// <inheritdoc/>
    public RoundRecord? FindRound(int round) => _store.FindRound(round);

    /// <inheritdoc/>
    public IModel? LoadModel(int round)
    {
        string path = _folder.RoundModel(round);
        return File.Exists(path) ? _models.Load(path) : null;
    }

    /// <inheritdoc/>
    public void RecordRound(RoundRecord record, IModel model) => Durably(() =>
    {
        ArgumentNullException.ThrowIfNull(record);
        AtomicFile.Replace(_folder.RoundModel(record.Round), path => _models.Save(model, path));
        _store.InsertRound(record);
        _checkpoints.ReleaseAll();
        _metrics.Flush(_store);
        RemoveEarlierModels(record.Round);
        _files.WriteRounds();
    });

    /// <inheritdoc/>
    public Learning.QueryRecord? FindQuery(int round) => _store.FindQuery(round);

    /// <inheritdoc/>
    public void RecordQuery(Learning.QueryRecord record) => Durably(() =>
    {
        ArgumentNullException.ThrowIfNull(record);
        _store.InsertQuery(record, _names);
        _files.WriteQuery(record.Round);
        _files.WriteRounds();
    });

    /// <inheritdoc/>
    public double Seconds => _store.Seconds;

    /// <inheritdoc/>
    public StopEvidence? FindEvidence(int round) => _store.FindEvidence(round);

    /// <inheritdoc/>
    public void RecordEvidence(StopEvidence evidence) => Durably(() => _store.InsertEvidence(evidence));

    private void RemoveEarlierModels(int round)
    {
        string keep = Path.GetFileName(_folder.RoundModel(round));
        foreach (string path in Directory.EnumerateFiles(_folder.Checkpoints, "round_*.safetensors*"))
        {
            if (Path.GetFileName(path) != keep)
            {
                File.Delete(path);
            }
        }
    }

    private void Durably(Action record)
    {
        try
        {
            record();
        }
        catch (Exception exception) when (StorageException.IsStorageFailure(exception))
        {
            throw StorageException.For(_folder.Root, exception);
        }
    }
}
