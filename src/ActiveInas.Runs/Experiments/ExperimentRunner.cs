using System.Collections.Concurrent;
using System.Diagnostics;
using ActiveInas.Learning;
using ActiveInas.Runs.Folder;
using ActiveInas.Runs.Output;
using ActiveInas.Runs.Sessions;
using ActiveInas.Runs.Store;
using Microsoft.Data.Sqlite;

namespace ActiveInas.Runs.Experiments;

/// <summary>How an experiment is run; jobs and threads change no result.</summary>
/// <param name="Jobs">Runs at a time; 0: one a core.</param>
/// <param name="Threads">Threads of each run; 0: the cores divided by the jobs.</param>
/// <param name="AllowOtherKernels">Go on with started runs where the recorded kernels may not be used, which does change results.</param>
public sealed record ExperimentOptions(int Jobs = 0, int Threads = 0, bool AllowOtherKernels = false)
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
    private RunParts _parts = parts ?? RunParts.Default;
    private readonly ConcurrentQueue<(ExperimentCell Cell, string Message)> _failed = new();
    private readonly ConcurrentQueue<ExperimentCell> _busy = new();
    private int _finished;
    private volatile bool _stopped;

    /// <summary>Runs until every cell is finished, failed or busy elsewhere.</summary>
    /// <exception cref="RunException">The kernels of the experiment may not be used here, or other ones are asked for.</exception>
    /// <exception cref="ConfigurationException">The kernels that it names may not be used here.</exception>
    /// <exception cref="OperationCanceledException">Stopped; every run under way has a checkpoint. Run again to go on.</exception>
    public async Task<ExperimentOutcome> RunAsync(CancellationToken cancellation)
    {
        Stopwatch clock = Stopwatch.StartNew();
        ConcurrentQueue<ExperimentCell> waiting = new(experiment.Cells.Where(cell => !CellState.IsFinished(folder.Cell(cell.Id))));
        int jobs = options.JobsFor(waiting.Count);
        int threads = options.ThreadsFor(jobs);
        SharedTrainings trainings = new(folder.Shared);
        if (!waiting.IsEmpty)
        {
            _parts = Shared(_parts, ExperimentKernels.Record(experiment, folder, _parts, options.AllowOtherKernels), trainings);
        }

        NameEventFiles();
        progress?.Report(new ExperimentOpened(folder.Root, experiment.Cells.Count, experiment.Cells.Count - waiting.Count, jobs, threads));
        Task[] workers = [.. Enumerable.Range(0, jobs).Select(_ => Task.Run(() => WorkAsync(waiting, threads, cancellation), CancellationToken.None))];
        await Task.WhenAll(workers).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        if (experiment.Cells.All(cell => CellState.IsFinished(folder.Cell(cell.Id))))
        {
            trainings.Delete();
        }

        return new ExperimentOutcome(_finished, [.. _failed], [.. _busy], clock.Elapsed.TotalSeconds, ProcessMemory.Peak);
    }

    // All runs share data sets, kernels and what they train alike; those that began go on with what they recorded.
    private static RunParts Shared(RunParts parts, string kernels, SharedTrainings trainings) => parts with
    {
        CreateBackend = (context, checkpoints, progress) => trainings.Of(context, parts.CreateBackend(context, checkpoints, progress), progress),
        LoadData = new SharedData(parts.LoadData).LoadAsync,
        LoadsAnyName = parts.LoadsAnyName,
        ChooseKernels = recorded => recorded is null ? kernels : parts.ChooseKernels(recorded),
        RequireKernels = _ => kernels,
    };

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
            catch (RunException) when (CellState.IsFinished(folder.Cell(cell.Id)))
            {
                // Another process was faster.
                progress?.Report(new CellFinished(cell, RunDocument.Read(folder.Cell(cell.Id))));
            }
            catch (RunException) when (FolderLock.IsHeld(folder.Cell(cell.Id)))
            {
                _busy.Enqueue(cell);
                progress?.Report(new CellBusy(cell));
            }
            catch (Exception exception)
            {
                // A run that cannot go on must not take the others with it; without room on the disk no other can go on either.
                _stopped |= exception is StorageException;
                _failed.Enqueue((cell, exception.Message));
                progress?.Report(new CellFailed(cell, exception.Message));
            }
        }
    }

    private async Task<RunDocument> RunAsync(ExperimentCell cell, int threads, CancellationToken cancellation)
    {
        progress?.Report(new CellStarted(cell));
        RunFolder run = folder.Cell(cell.Id);
        CellProgress watch = new(this, cell, progress);
        RunDocument document = RunStore.HasRun(run)
            ? await ActiveInasRun.ResumeAsync(run.Root, new ResumeOptions { Threads = threads, Data = cell.Configuration.Data, AllowOtherKernels = options.AllowOtherKernels }, watch, _parts, cancellation).ConfigureAwait(false)
            : await ActiveInasRun.StartAsync(cell.Configuration with { Out = run.Root, Threads = threads }, watch, _parts, cancellation).ConfigureAwait(false);
        WriteEventFile(cell);
        return document;
    }

    // The names say in what the methods differ, which changes with the file.
    private void NameEventFiles()
    {
        HashSet<string> names = [.. experiment.Cells.Select(folder.TensorBoard)];
        foreach (ExperimentCell cell in experiment.Cells.Where(cell => !File.Exists(Path.Combine(folder.TensorBoard(cell), TensorBoardFile.Name))))
        {
            WriteEventFile(cell);
        }

        try
        {
            foreach (string path in Directory.Exists(folder.EventFiles) ? Directory.GetDirectories(folder.EventFiles) : [])
            {
                if (!names.Contains(path) && Directory.GetFileSystemEntries(path).All(entry => Path.GetFileName(entry) == TensorBoardFile.Name))
                {
                    Directory.Delete(path, recursive: true);
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            progress?.Report(new Notice($"{folder.EventFiles}: event files of an earlier state cannot be removed: {exception.Message}"));
        }
    }

    // A copy for TensorBoard: without it nothing is lost.
    private void WriteEventFile(ExperimentCell cell)
    {
        RunFolder run = folder.Cell(cell.Id);
        try
        {
            if (!run.HasStore)
            {
                return;
            }

            using RunStore store = RunStore.OpenReader(run.Database);
            IReadOnlyList<RoundRecord> rounds = store.Rounds();
            if (rounds.Count > 0)
            {
                TensorBoardFile.Write(folder.TensorBoard(cell), TensorBoardFile.Build(rounds, store.RoundTimes()));
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or RunException or SqliteException)
        {
            progress?.Report(new Notice($"{folder.TensorBoard(cell)}: the event file cannot be written: {exception.Message}"));
        }
    }

    /// <summary>Passes the events of a run on, and keeps its event file under a readable name up to date.</summary>
    private sealed class CellProgress(ExperimentRunner runner, ExperimentCell cell, IProgress<ProgressEvent>? next) : IProgress<ProgressEvent>
    {
        public void Report(ProgressEvent value)
        {
            if (value is RoundEnded)
            {
                runner.WriteEventFile(cell);
            }

            next?.Report(new CellProgressed(cell, value));
        }
    }
}
