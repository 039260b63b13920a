using System.Text.Json;
using ActiveInas.Architectures;
using ActiveInas.Compute;
using ActiveInas.Data;
using ActiveInas.Learning;
using ActiveInas.Networks;
using ActiveInas.Querying;
using ActiveInas.Runs.Configuration;
using ActiveInas.Runs.Folder;
using ActiveInas.Runs.Live;
using ActiveInas.Runs.Output;
using ActiveInas.Runs.Store;
using ActiveInas.Search;
using ActiveInas.Training;

namespace ActiveInas.Runs.Sessions;

/// <summary>One process's share of a run: the parts wired together around the open store.</summary>
internal sealed class Session : IDisposable
{
    private readonly RunFolder _folder;
    private readonly RunConfiguration _configuration;
    private readonly Dataset _data;
    private readonly RunContext _context;
    private readonly RunParts _parts;
    private readonly MetricBuffer _metrics = new();
    private readonly ProgressFile _live;
    private readonly TrainingEventFiles _events;
    private readonly LogFile _log;
    private readonly Lazy<RunStore> _store;
    private readonly string _kernels;

    public Session(RunFolder folder, RunConfiguration configuration, Dataset data, string kernels, RunParts parts, IProgress<ProgressEvent>? progress)
    {
        _folder = folder;
        _configuration = configuration;
        _data = data;
        _context = new RunContext(configuration, data, folder);
        _kernels = kernels;
        _parts = parts;
        _events = new TrainingEventFiles(folder.TensorBoard, progress);
        _live = new ProgressFile(folder, configuration, data, Own, _events);
        _log = new LogFile(folder.Log, _metrics, _live);
        _store = new Lazy<RunStore>(() => RunStore.OpenWriter(folder.Database));
    }

    private RunStore Store => _store.Value;

    /// <summary>Refuses what does not fit the data, before anything is recorded.</summary>
    public void CheckOptions()
    {
        Options(InitialLabels(recorded: false)).Validate();
        _ = _parts.CreateSearch(_context);
    }

    /// <summary>The first record of a run.</summary>
    public void Record(string id) => Storing(() =>
    {
        Store.InsertRun(new RunRow
        {
            Id = id,
            CreatedAt = DateTime.UtcNow.ToString("yyyy-MM-ddTHH:mm:ssZ"),
            State = RunRow.Started,
            Version = ProductVersion.Number,
            Kernels = _kernels,
            DataFingerprint = DatasetFingerprint.Of(_data),
            Classes = JsonSerializer.Serialize(_data.Classes),
            Configuration = _configuration.ToJson(),
            Environment = SessionEnvironment.Describe(_kernels, _configuration.Seed, _configuration.Threads).ToJsonString(),
            ImageHeight = _data.Train.Height,
            ImageWidth = _data.Train.Width,
            DataLoss = _data.Loss?.ToString(),
        });
        _log.Write($"started: {_data.Name}, seed {_configuration.Seed}, kernels {_kernels}");
        _log.Report(new RunOpened(id, _folder.Root, _configuration.Budget));
        ReportNotices();
    });

    /// <summary>Takes up a recorded run.</summary>
    public void Reopen(RunRow row) => Storing(() =>
    {
        string configuration = _configuration.ToJson();
        if (row.Configuration != configuration)
        {
            Store.UpdateConfiguration(configuration);
        }

        if (row.Kernels != _kernels)
        {
            Store.UpdateKernels(_kernels, SessionEnvironment.Describe(_kernels, _configuration.Seed, _configuration.Threads).ToJsonString());
        }

        if (row.ImageHeight is null)
        {
            // Begun by an earlier version, which did not record it.
            Store.UpdateImageSize(_data.Train.Height, _data.Train.Width);
        }

        _log.Write($"resumed with kernels {_kernels}");
        _log.Report(new RunOpened(row.Id, _folder.Root, _configuration.Budget));
        ReportNotices();
    });

    /// <summary>Runs Algorithm 2 over the journal to its end.</summary>
    public async Task<RunDocument> RunAsync(CancellationToken cancellation)
    {
        FileCheckpointStore checkpoints = new(_folder.Checkpoints);
        Storing(() => new OutputFiles(_folder, Store).WriteAll());
        _live.Begin(Store.Rounds());
        try
        {
            using ITrainingBackend backend = _parts.CreateBackend(_context, checkpoints, _log);
            StoreJournal journal = new(_folder, Store, Name, backend.Models, checkpoints, _metrics);
            ActiveLearner learner = CreateLearner(backend, journal);
            LearningResult result = await learner.RunAsync(cancellation).ConfigureAwait(false);
            using IModel? model = result.Model;
            Storing(() => Finish(result, model, backend.Models));
        }
        catch (Exception exception)
        {
            Stopped(exception);
            if (StorageException.IsStorageFailure(exception))
            {
                throw StorageException.For(_folder.Root, exception);
            }

            throw;
        }

        return RunDocument.Read(_folder, Store);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _live.Dispose();
        _events.Dispose();
        if (_store.IsValueCreated)
        {
            Store.Dispose();
        }
    }

    /// <summary>What the log should say before anything happens.</summary>
    private void ReportNotices()
    {
        // Whoever loaded the data has told them to whoever watches.
        foreach (string told in _data.Notices.Concat(_data.Loss is { } loss ? [loss.ToString()] : Array.Empty<string>()))
        {
            _log.Write(told);
        }

        if (CpuFeatures.Notice is { } notice)
        {
            _log.Report(new Notice(notice));
        }

        if (DataFit.MirrorNotice(_configuration, _data) is { } mirroring)
        {
            _log.Report(new Notice(mirroring));
        }

        if (_configuration.Simulate is { } simulation)
        {
            _log.Report(new Notice(DataFit.Describe(_data, simulation)));
        }
    }

    // A strategy of the caller's, where the configuration names it.
    private IQueryStrategy? Own => _parts.Query is { } own && own.Name == _configuration.Query ? own : null;

    private string Name(SampleId id) => _data.Train.Names[id.Value];

    private ActiveLearner CreateLearner(ITrainingBackend backend, StoreJournal journal)
    {
        bool begun = journal.FindLabels(1) is not null || journal.FindQuery(0) is not null;
        if (begun)
        {
            RequireRecordedLabels(journal);
        }

        return new ActiveLearner(
            Options(begun ? null : InitialLabels(recorded: true), begun),
            _parts.CreateSearch(_context),
            backend,
            Own ?? QueryStrategies.Create(_configuration.Query),
            _parts.CreateOracle(_context),
            journal,
            _log);
    }

    private LearnerOptions Options(IReadOnlyList<LabelledSample>? initialLabels, bool begun = false) => new()
    {
        PoolSize = _data.Train.Count,
        Problem = _context.Problem,
        ClassNames = _data.Classes,

        // Once begun, the journal knows the initial labels, however many a file gave.
        Initial = begun ? 1 : _configuration.Initial,
        InitialQuery = _parts.CreateInitialQuery(_context),
        Schedule = _configuration.Batch,
        Budget = _configuration.Budget,
        Start = _configuration.Architecture ?? _configuration.Start,
        StochasticPasses = _configuration.McPasses,
        Stopping = _configuration.Stopping,
        StoppingRule = _parts.StoppingRule,
        Threads = _configuration.Threads,
        InitialLabels = initialLabels,
        Reserved = _parts.Reserve(_context),
        Waiting = _parts.Waiting,
    };

    /// <summary>Labels that exist already: --labelled, or what the file oracle's file holds when the run begins.</summary>
    private IReadOnlyList<LabelledSample>? InitialLabels(bool recorded)
    {
        string? path = _configuration.Labelled;
        bool required = path is not null;
        path ??= _configuration.Oracle == OracleKind.File && File.Exists(_configuration.Labels) ? _configuration.Labels : null;
        if (path is null)
        {
            return null;
        }

        LabelFileContents contents = LabelFile.Read(path, _data);
        IReadOnlyList<LabelledSample> labels = contents.Samples;
        if (labels.Count == 0 && !required)
        {
            return null;
        }

        if (recorded)
        {
            foreach (string notice in contents.Notices)
            {
                _log.Report(new Notice(notice));
            }

            _log.Report(new Notice($"{Counted.Of(labels.Count, "label")} of {path} {Counted.Word(labels.Count, "begins", "begin")} the run."));
        }

        return labels;
    }

    /// <summary>A label that was corrected after a round had learnt it cannot be taken back, and must not be passed over.</summary>
    private void RequireRecordedLabels(StoreJournal journal)
    {
        if ((_configuration.Labelled ?? (_configuration.Oracle == OracleKind.File ? _configuration.Labels : null)) is not { } path || !File.Exists(path))
        {
            return;
        }

        LabelFileContents contents = LabelFile.Read(path, _data);
        Dictionary<SampleId, int> labels = contents.Samples.ToDictionary(sample => sample.Id, sample => sample.Label);
        string Now(SampleId id) => labels.TryGetValue(id, out int label) ? _data.Classes[label] : LabelFile.BadImage;
        List<string> changed = [];
        for (int round = 1; journal.FindLabels(round) is { } recorded; round++)
        {
            changed.AddRange(recorded
                .Where(sample => contents.Bad.Contains(sample.Id) || (labels.TryGetValue(sample.Id, out int label) && label != sample.Label))
                .Select(sample => $"{Name(sample.Id)} is {Now(sample.Id)}, and was {_data.Classes[sample.Label]} in round {round}"));
        }

        if (changed.Count > 0)
        {
            throw new DataException(
                $"{path}: {Counted.Of(changed.Count, "label is not the one", "labels are not those")} that the run has learnt (first: {changed[0]}). A round that was trained stays as it is, so the run cannot take "
                + "corrections: begin a new one with `labelled` and this file, which keeps all labels, or put the old labels back and resume.");
        }
    }

    private void Finish(LearningResult result, IModel? model, IModelFiles models)
    {
        if (model is not null)
        {
            AtomicFile.Replace(_folder.FinalModel, path => models.Save(model, path));
        }

        _metrics.Flush(Store);
        new OutputFiles(_folder, Store).WriteAll();
        Store.FinishRun(new LearningStop(result.End, result.Reason));
        if (Directory.Exists(_folder.Checkpoints))
        {
            Directory.Delete(_folder.Checkpoints, recursive: true);
        }

        _log.Write($"finished: {result.Reason}");
    }

    private void Stopped(Exception exception)
    {
        _log.Write($"stopped: {exception.GetType().Name}: {exception.Message}");
        try
        {
            Store.SaveSeconds();
        }
        catch (Microsoft.Data.Sqlite.SqliteException)
        {
            // The store failed: that is what the exception on its way says.
        }
    }

    private void Storing(Action write)
    {
        try
        {
            write();
        }
        catch (Exception exception) when (StorageException.IsStorageFailure(exception))
        {
            throw StorageException.For(_folder.Root, exception);
        }
    }
}
