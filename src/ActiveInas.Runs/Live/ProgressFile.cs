using System.Diagnostics;
using ActiveInas.Architectures;
using ActiveInas.Data;
using ActiveInas.Learning;
using ActiveInas.Querying;
using ActiveInas.Runs.Configuration;
using ActiveInas.Runs.Folder;
using ActiveInas.Runs.Forecast;
using ActiveInas.Training;

namespace ActiveInas.Runs.Live;

/// <summary>Keeps progress.json, at most once a second. Passes every event on. A file that cannot be written stops nothing.</summary>
internal sealed class ProgressFile : IProgress<ProgressEvent>, IDisposable
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);
    private readonly Lock _gate = new();
    private readonly RunFolder _folder;
    private readonly TimeLeft _forecast;
    private readonly IProgress<ProgressEvent>? _next;
    private readonly Stopwatch _elapsed = Stopwatch.StartNew();
    private readonly Stopwatch _sinceWrite = new();
    private LiveProgress? _current;
    private RoundRecord? _last;
    private (int Round, bool IsOver) _phase;
    private (Architecture Architecture, double ImagesPerSecond)? _training;
    private string? _shown;

    /// <param name="folder">Of the run.</param>
    /// <param name="configuration">Of the run.</param>
    /// <param name="data">Its data set.</param>
    /// <param name="own">A query strategy of the caller's; null: none.</param>
    /// <param name="next">Who else watches.</param>
    public ProgressFile(RunFolder folder, RunConfiguration configuration, Dataset data, IQueryStrategy? own, IProgress<ProgressEvent>? next)
    {
        _folder = folder;
        _forecast = new TimeLeft(configuration, DataShape.Of(data), own);
        _next = next;
    }

    /// <summary>Takes up a run of which so many rounds are finished.</summary>
    public void Begin(IReadOnlyList<RoundRecord> rounds)
    {
        lock (_gate)
        {
            _last = rounds.Count == 0 ? null : rounds[^1];
        }
    }

    /// <inheritdoc/>
    public void Report(ProgressEvent value)
    {
        lock (_gate)
        {
            Note(value);
        }

        _next?.Report(value);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            File.Delete(_folder.Progress);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It is read only while somebody holds the run's lock.
        }
    }

    private void Note(ProgressEvent value)
    {
        switch (value)
        {
            case StageStarted stage:
                BeginStage(stage);
                (_training, _shown) = (null, null);
                _current = new LiveProgress { Stage = stage.Stage, Round = stage.Round, Labels = stage.Labels, Architecture = stage.Architecture?.ToString() ?? "" };
                Write();
                break;
            // Of trainings side by side one is shown until its last step.
            case TrainingProgressed training when _current is not null && training.Key == (_shown ??= training.Key):
                _shown = training.Step < training.Steps ? _shown : null;
                string architecture = training.Key.Split('/')[^1];
                if (Architecture.TryParse(architecture, out Architecture network) || Architecture.TryParse(_current.Architecture, out network))
                {
                    _training = (network, training.ImagesPerSecond);
                }

                _current = _current with
                {
                    Architecture = network == default ? _current.Architecture : network.ToString(),
                    Step = training.Step,
                    Steps = training.Steps,
                    Loss = double.IsFinite(training.Loss) ? training.Loss : null,
                    ImagesPerSecond = training.ImagesPerSecond,
                };
                if (_sinceWrite.Elapsed >= s_interval)
                {
                    Write();
                }

                break;
            case RoundEnded round:
                _last = round.Record;
                BeginPhase((round.Record.Round, true), round.Record.Labels);
                break;
        }
    }

    private void BeginStage(StageStarted stage)
    {
        // What comes after a finished round is its query; the labels before a round are nobody's work.
        (int Round, bool IsOver) phase = (stage.Round, stage.Round == _last?.Round);
        if (phase != _phase && stage.Stage != "label")
        {
            BeginPhase(phase, stage.Labels);
        }
    }

    private void BeginPhase((int Round, bool IsOver) phase, int labels)
    {
        _phase = phase;
        _elapsed.Restart();
        if (phase.IsOver)
        {
            _forecast.EndRound(_last!);
        }
        else
        {
            _forecast.BeginRound(labels, _last?.Architecture);
        }
    }

    private void Write()
    {
        _current = _current! with { SecondsLeft = _forecast.SecondsLeft(_last, _training, _elapsed.Elapsed.TotalSeconds), UpdatedAt = LiveProgress.Now() };
        try
        {
            // Renamed, so that a reader sees the old or the new one; not flushed, since nothing depends on it after a crash.
            string temporary = _folder.Progress + AtomicFile.TemporarySuffix;
            File.WriteAllText(temporary, _current.ToJson());
            File.Move(temporary, _folder.Progress, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
        }

        _sinceWrite.Restart();
    }
}
