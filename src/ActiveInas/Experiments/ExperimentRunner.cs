using System.Collections.Concurrent;
using System.Diagnostics;
using ActiveInas.Learning;
using ActiveInas.Runs;

namespace ActiveInas.Experiments;

/// <summary>How an experiment is run; none of it changes a result.</summary>
/// <param name="Jobs">Runs at a time; 0: one a core.</param>
/// <param name="Threads">Threads of each run; 0: the cores divided by the jobs.</param>
public sealed record ExperimentOptions(int Jobs = 0, int Threads = 0)
{
    /// <summary>Runs at a time when so many wait.</summary>
    internal int JobsFor(int waiting) => Math.Max(1, Math.Min(Jobs > 0 ? Jobs : Environment.ProcessorCount, waiting));

    /// <summary>Threads of each of so many runs.</summary>
    internal int ThreadsFor(int jobs) => Threads > 0 ? Threads : Math.Max(1, Environment.ProcessorCount / jobs);
}

/// <summary>What a session of an experiment did.</summary>
/// <param name="Finished">Cells that this session finished.</param>
/// <param name="Failed">Cells that failed, with the reason.</param>
/// <param name="Busy">Cells that another process works on.</param>
/// <param name="Seconds">Wall-clock of the session.</param>
/// <param name="PeakMemory">Most resident memory of the process in bytes; null where the system does not say.</param>
public sealed record ExperimentOutcome(
    int Finished, IReadOnlyList<(ExperimentCell Cell, string Message)> Failed, IReadOnlyList<ExperimentCell> Busy, double Seconds, long? PeakMemory);

/// <summary>Runs the cells of an experiment that are not finished, several at a time.</summary>
/// <remarks>
/// The state is the folder: a finished cell is never run again, a started one goes on where it stopped, and each run is the same bytes as
/// <c>ainas run</c> with its configuration. Several processes may work on one folder: a cell belongs to whoever holds its lock.
/// </remarks>
/// <param name="experiment">What to run.</param>
/// <param name="folder">Where; opened for this experiment.</param>
/// <param name="options">How.</param>
/// <param name="progress">Told what happens, from several threads.</param>
/// <param name="parts">Null: the product's own.</param>
public sealed class ExperimentRunner(
    Experiment experiment,
    ExperimentFolder folder,
    ExperimentOptions options,
    IProgress<ProgressEvent>? progress = null,
    RunParts? parts = null)
{
    private readonly RunParts _parts = Shared(parts ?? RunParts.Default);
    private readonly ConcurrentQueue<(ExperimentCell Cell, string Message)> _failed = new();
    private readonly ConcurrentQueue<ExperimentCell> _busy = new();
    private int _finished;
    private volatile bool _stopped;

    /// <summary>Runs until every cell is finished, failed or busy elsewhere.</summary>
    /// <exception cref="OperationCanceledException">Stopped; every run under way has a checkpoint. Run again to go on.</exception>
    public async Task<ExperimentOutcome> RunAsync(CancellationToken cancellation)
    {
        Stopwatch clock = Stopwatch.StartNew();
        ConcurrentQueue<ExperimentCell> waiting = new(experiment.Cells.Where(cell => !CellState.IsFinished(folder.Cell(cell.Id))));
        int jobs = options.JobsFor(waiting.Count);
        int threads = options.ThreadsFor(jobs);
        progress?.Report(new ExperimentOpened(folder.Root, experiment.Cells.Count, experiment.Cells.Count - waiting.Count, jobs, threads));
        Task[] workers = [.. Enumerable.Range(0, jobs).Select(_ => Task.Run(() => WorkAsync(waiting, threads, cancellation), CancellationToken.None))];
        await Task.WhenAll(workers).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        return new ExperimentOutcome(_finished, [.. _failed], [.. _busy], clock.Elapsed.TotalSeconds, ProcessMemory.Peak);
    }

    private static RunParts Shared(RunParts parts) => parts with { LoadData = new SharedData(parts.LoadData).LoadAsync };

    private async Task WorkAsync(ConcurrentQueue<ExperimentCell> waiting, int threads, CancellationToken cancellation)
    {
        while (!_stopped && !cancellation.IsCancellationRequested && waiting.TryDequeue(out ExperimentCell? cell))
        {
            try
            {
                RunDocument run = await RunAsync(cell, threads, cancellation).ConfigureAwait(false);
                Interlocked.Increment(ref _finished);
                progress?.Report(new CellFinished(cell, run));
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }
            catch (RunException) when (RunLock.IsHeld(folder.Cell(cell.Id)))
            {
                _busy.Enqueue(cell);
                progress?.Report(new CellBusy(cell));
            }
            catch (Exception exception)
            {
                // A run that cannot go on must not take the others with it; without room on the disk no other can go on either.
                _stopped |= exception is RunStorageException;
                _failed.Enqueue((cell, exception.Message));
                progress?.Report(new CellFailed(cell, exception.Message));
            }
        }
    }

    private async Task<RunDocument> RunAsync(ExperimentCell cell, int threads, CancellationToken cancellation)
    {
        progress?.Report(new CellStarted(cell));
        RunFolder run = folder.Cell(cell.Id);
        CellProgress watch = new(cell, run, folder, progress);
        RunDocument document = run.HasRun()
            ? await ActiveInasRun.ResumeAsync(run.Root, new ResumeOptions { Threads = threads, Data = cell.Configuration.Data }, watch, _parts, cancellation).ConfigureAwait(false)
            : await ActiveInasRun.StartAsync(cell.Configuration with { Out = run.Root, Threads = threads }, watch, _parts, cancellation).ConfigureAwait(false);
        watch.WriteTensorBoard();
        return document;
    }

    /// <summary>Passes the events of a run on, and keeps its event file under a readable name up to date.</summary>
    private sealed class CellProgress(ExperimentCell cell, RunFolder run, ExperimentFolder folder, IProgress<ProgressEvent>? next) : IProgress<ProgressEvent>
    {
        public void Report(ProgressEvent value)
        {
            if (value is RoundEnded)
            {
                WriteTensorBoard();
            }

            next?.Report(new CellProgressed(cell, value));
        }

        public void WriteTensorBoard()
        {
            using RunStore store = RunStore.OpenReader(run.Database);
            IReadOnlyList<RoundRecord> rounds = store.Rounds();
            if (rounds.Count > 0)
            {
                TensorBoardFile.Write(folder.TensorBoard(cell), TensorBoardFile.Build(rounds, store.RoundTimes()));
            }
        }
    }
}
