using System.Diagnostics;
using System.Runtime.CompilerServices;
using ActiveInas.Runs.Folder;
using ActiveInas.Runs.Labelling;
using ActiveInas.Runs.Live;

namespace ActiveInas.Server;

/// <summary>The project and what is computed for it at the moment.</summary>
internal sealed class ProjectHost(LabellingProject project, TimeProvider clock)
{
    private static readonly TimeSpan s_heartbeat = TimeSpan.FromSeconds(15);

    // What a round takes grows with the labels, by a little.
    private const double Growth = 1.1;

    private readonly Lock _gate = new();
    private readonly List<LogLine> _log = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _started;
    private bool _isComputing;
    private double? _lastSeconds;
    private int? _modelBefore;
    private string? _error;

    /// <summary>The project.</summary>
    public LabellingProject Project { get; } = project;

    /// <summary>What happened since the server started, oldest first.</summary>
    public IReadOnlyList<LogLine> Log
    {
        get
        {
            lock (_gate)
            {
                return [.. _log];
            }
        }
    }

    /// <summary>Where the project stands.</summary>
    public StatusView Status()
    {
        ProjectStatus status = Project.Status();
        bool computes;
        double elapsed;
        double? last;
        string? error;
        lock (_gate)
        {
            (computes, last, error) = (_isComputing, _lastSeconds, _error);
            elapsed = computes ? clock.GetElapsedTime(_started).TotalSeconds : 0;
        }

        LiveProgress? live = computes ? LiveProgress.Read(RunFolder.At(Project.Root)) : null;
        string state = State(status, computes, live, error);
        return new StatusView(status)
        {
            State = state,
            Message = Message(state, status, live, error),
            Progress = live is { Steps: > 0 } ? (double)live.Step / live.Steps : null,
            EtaSeconds = !computes || last is not { } seconds ? null : Math.Max(1, (Growth * seconds) - elapsed),
            Architecture = live is { Architecture.Length: > 0 } ? live.Architecture : status.Architecture,
        };
    }

    /// <summary>A computation begins.</summary>
    public void Begin()
    {
        lock (_gate)
        {
            (_isComputing, _started, _error, _modelBefore) = (true, clock.GetTimestamp(), null, Project.Status().ModelRound);
        }

        Changed();
    }

    /// <summary>A computation has ended.</summary>
    /// <param name="error">Why it failed; null: it did not.</param>
    public void End(string? error)
    {
        Project.Refresh();
        lock (_gate)
        {
            double seconds = clock.GetElapsedTime(_started).TotalSeconds;
            (_isComputing, _error) = (false, error);
            if (error is null && Project.Status().ModelRound != _modelBefore)
            {
                _lastSeconds = seconds;
            }

            string done = error ?? $"round {Project.Status().Round}: the next images are ready after {seconds:0} s";
            _log.Add(new LogLine(clock.GetUtcNow(), done));
        }

        Changed();
    }

    /// <summary>Tells everybody who watches.</summary>
    public void Changed()
    {
        lock (_gate)
        {
            TaskCompletionSource told = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            told.SetResult();
        }
    }

    /// <summary>Ends at the next change. Taken before the state is read, so that no change falls between.</summary>
    public Task NextChange
    {
        get
        {
            lock (_gate)
            {
                return _changed.Task;
            }
        }
    }

    /// <summary>Ends at a change, or after a while.</summary>
    /// <param name="change">Of <see cref="NextChange"/>.</param>
    /// <param name="most">The while.</param>
    /// <param name="cancellation">Ends it at once.</param>
    public async Task WaitAsync(Task change, TimeSpan most, CancellationToken cancellation)
    {
        await Task.WhenAny(change, Task.Delay(most, clock, cancellation)).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
    }

    /// <summary>The state at once, at each change, and now and then: more often while something is computed.</summary>
    /// <param name="stopping">The server ends: whoever watches would keep it from that.</param>
    /// <param name="cancellation">Nobody watches any longer.</param>
    public async IAsyncEnumerable<StatusView> WatchAsync(CancellationToken stopping, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(stopping, cancellation);
        while (!either.IsCancellationRequested)
        {
            Task change = NextChange;
            yield return Status();
            bool computes;
            lock (_gate)
            {
                computes = _isComputing;
            }

            try
            {
                await WaitAsync(change, computes ? TimeSpan.FromSeconds(1) : s_heartbeat, either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                yield break;
            }
        }
    }

    private static string State(ProjectStatus status, bool computes, LiveProgress? live, string? error) => computes
        ? live?.Stage switch { "search" => "searching", "query" => "querying", _ => "training" }
        : error is not null ? "error"
        : status.IsDone ? "done"
        : status.Batch.Done < status.Batch.Size ? "labelling"
        : "idle";

    private static string Message(string state, ProjectStatus status, LiveProgress? live, string? error) => state switch
    {
        "error" => error!,
        "done" => $"{Counted.Of(status.Labelled, "image is", "images are")} labelled: the budget is spent, or no image is left. The model and the labels can be downloaded.",
        "searching" => $"Searching a network on {Counted.Of(live!.Labels, "label")} ({live.Architecture}).",
        "querying" => "Choosing the next images.",
        "training" => live is { Architecture.Length: > 0 } ? $"Training {live.Architecture} on {Counted.Of(live.Labels, "label")}." : "Reading the images.",
        "labelling" => $"{Counted.Of(status.Batch.Size - status.Batch.Done, "image is", "images are")} left in this batch.",
        _ => "Nothing to label at the moment.",
    };
}

/// <summary>Something that happened.</summary>
/// <param name="Time">When.</param>
/// <param name="Text">In a sentence.</param>
internal sealed record LogLine(DateTimeOffset Time, string Text);

/// <summary>Where a project stands, and what is computed for it at the moment.</summary>
internal sealed record StatusView
{
    private readonly ProjectStatus _status;

    /// <param name="status">Of the project.</param>
    public StatusView(ProjectStatus status) => _status = status;

    /// <summary>labelling, searching, training, querying, idle, done or error.</summary>
    public required string State { get; init; }

    /// <summary>The state in a sentence.</summary>
    public required string Message { get; init; }

    /// <summary>Of the training in hand, 0..1; null: not known.</summary>
    public required double? Progress { get; init; }

    /// <summary>Until the next batch; null: not known.</summary>
    public required double? EtaSeconds { get; init; }

    /// <summary>In hand, or of the last round; null before the first.</summary>
    public required string? Architecture { get; init; }

    /// <inheritdoc cref="ProjectStatus.Round"/>
    public int Round => _status.Round;

    /// <inheritdoc cref="ProjectStatus.Labelled"/>
    public int Labelled => _status.Labelled;

    /// <inheritdoc cref="ProjectStatus.Skipped"/>
    public int Skipped => _status.Skipped;

    /// <inheritdoc cref="ProjectStatus.Bad"/>
    public int Bad => _status.Bad;

    /// <inheritdoc cref="ProjectStatus.Images"/>
    public int Images => _status.Images;

    /// <inheritdoc cref="ProjectStatus.Budget"/>
    public int Budget => _status.Budget;

    /// <inheritdoc cref="ProjectStatus.Batch"/>
    public BatchProgress Batch => _status.Batch;

    /// <inheritdoc cref="ProjectStatus.Ahead"/>
    public int Ahead => _status.Ahead;

    /// <inheritdoc cref="ProjectStatus.ModelRound"/>
    public int? ModelRound => _status.ModelRound;

    /// <inheritdoc cref="ProjectStatus.Accuracy"/>
    public double? Accuracy => _status.Accuracy;

    /// <inheritdoc cref="ProjectStatus.Interval"/>
    public IReadOnlyList<double>? Interval => _status.Interval;

    /// <inheritdoc cref="ProjectStatus.Audit"/>
    public AuditProgress Audit => _status.Audit;

    /// <inheritdoc cref="ProjectStatus.LabelsPerMinute"/>
    public double? LabelsPerMinute => _status.LabelsPerMinute;

    /// <inheritdoc cref="ProjectStatus.Labellers"/>
    public IReadOnlyList<LabellerCount> Labellers => _status.Labellers;
}
