using System.Security.Cryptography;
using ActiveInas.Architectures;
using ActiveInas.Compute;
using ActiveInas.Data;
using ActiveInas.Kernels;
using ActiveInas.Runs.Folder;
using ActiveInas.Runs.Sessions;
using ActiveInas.Runs.Store;
using ActiveInas.Training;

namespace ActiveInas.Runs.Trials;

/// <summary>Does one training that a file describes, into a folder of its own: the unit of work of a cluster.</summary>
/// <example><code>
/// TrialFile.Write("job.json", TrialRun.JobOf(context, request));
/// TrialOutcome outcome = await TrialRun.RunAsync(TrialFile.Read("job.json"), "out");
/// </code></example>
public static class TrialRun
{
    /// <summary>Describes a training of a run so that another machine can do it.</summary>
    /// <param name="context">The run; its kernels are named.</param>
    /// <param name="request">The training.</param>
    public static TrialJob JobOf(RunContext context, TrialRequest request)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(request);
        TrialData data = new(context.Configuration.DataRequest with { DataDirectory = null }, [.. context.Data.Classes], DatasetFingerprint.Of(context.Data))
        {
            Simulate = context.Configuration.Simulate,
        };
        return new TrialJob(data, KernelSelection.FindForRun(context.Configuration.Kernels).Family, request);
    }

    /// <summary>Describes a training that a run has recorded. Where the run made it, the job makes it again to the same bytes.</summary>
    /// <param name="run">The run's folder, or its id in runs/.</param>
    /// <param name="round">Round t; null: the last one that is finished.</param>
    /// <param name="candidate">Architecture of a candidate of its search; null: the training of the round's network.</param>
    /// <param name="options">Null: the cache of the named data sets is that of the run.</param>
    /// <param name="progress">Told about loading.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="RunException">There is no such run or round, or its data changed.</exception>
    /// <exception cref="ConfigurationException">The candidate is outside the search space.</exception>
    /// <exception cref="DataException">The data cannot be loaded.</exception>
    public static Task<TrialJob> JobFromAsync(
        string run, int? round = null, Architecture? candidate = null, TrialOptions? options = null, IProgress<ProgressEvent>? progress = null, CancellationToken cancellation = default)
        => RecordedTrial.JobAsync(run, round, candidate, options ?? new TrialOptions(), progress, cancellation);

    /// <summary>Runs a job. Where the folder has its result, that is returned at once; where it has a checkpoint, the training goes on from it, to the same bytes.</summary>
    /// <param name="job">What to train.</param>
    /// <param name="folder">Where its state and its result lie; made when it is missing.</param>
    /// <param name="options">Null: all cores, the user's cache folder.</param>
    /// <param name="progress">Told what happens.</param>
    /// <param name="cancellation">Stops it with a checkpoint.</param>
    /// <exception cref="ConfigurationException">The job cannot work, or its kernels may not be used here.</exception>
    /// <exception cref="DataException">The data cannot be loaded, lacks a class, or is not the same.</exception>
    /// <exception cref="RunException">The folder cannot be used, or is another job's.</exception>
    /// <exception cref="StorageException">The folder failed on the way.</exception>
    /// <exception cref="TrainingException">The loss is not finite.</exception>
    /// <exception cref="OperationCanceledException">Stopped; run the job again to go on.</exception>
    public static async Task<TrialOutcome> RunAsync(
        TrialJob job, string folder, TrialOptions? options = null, IProgress<ProgressEvent>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(folder);
        options ??= new TrialOptions();
        TrialFolder trial = new(folder);
        if (trial.FindResult(job) is { } earlier)
        {
            return earlier;
        }

        KernelRow kernels = KernelSelection.FindForRun(job.Kernels);
        trial.RequireFor(job);
        using FolderLock held = trial.Take();
        try
        {
            if (trial.FindResult(job) is { } meanwhile)
            {
                return meanwhile;
            }

            Dataset data = await job.LoadAsync(options.DataDirectory, progress, cancellation).ConfigureAwait(false);
            trial.Record(job);
            Announce(job, kernels, progress);
            TrialOutcome outcome = await TrainAsync(job, data, kernels, trial, options.Threads, progress, cancellation).ConfigureAwait(false);
            AtomicFile.WriteText(trial.Result, outcome.ToJson() + "\n");
            trial.DeleteCheckpoints();
            return outcome;
        }
        catch (Exception exception) when (StorageException.IsStorageFailure(exception))
        {
            throw new StorageException(
                $"{trial.Root}: cannot write the trial: {exception.Message.TrimEnd('.')}. Its last checkpoint is intact: make room or make the folder writable, then run the job again.",
                exception);
        }
        catch when (!trial.IsRecorded)
        {
            held.Dispose();
            trial.RemoveTraces();
            throw;
        }
    }

    private static async Task<TrialOutcome> TrainAsync(
        TrialJob job, Dataset data, KernelRow kernels, TrialFolder trial, int threads, IProgress<ProgressEvent>? progress, CancellationToken cancellation)
    {
        using LocalBackend backend = new(data, kernels, threads, new FileCheckpointStore(trial.Checkpoints), progress);
        if (job.IsCandidate)
        {
            TrialResult result = await backend.Trials.RunAsync(job.Request, cancellation).ConfigureAwait(false);
            return Outcome(job, kernels, result.FinalLoss, result.Steps, result.Seconds) with { Candidate = result };
        }

        TrainedModel trained = await backend.Trainer.TrainAsync(job.Request, cancellation).ConfigureAwait(false);
        using (trained.Model)
        {
            AtomicFile.Replace(trial.Model, path => backend.Models.Save(trained.Model, path));
        }

        using FileStream model = File.OpenRead(trial.Model);
        return Outcome(job, kernels, trained.FinalLoss, trained.Steps, trained.Seconds) with { ModelHash = Convert.ToHexStringLower(SHA256.HashData(model)) };
    }

    private static TrialOutcome Outcome(TrialJob job, KernelRow kernels, double loss, long steps, double seconds) => new()
    {
        Job = job.Id,
        Key = job.Request.Key,
        Architecture = job.Request.Architecture,
        Kernels = kernels.Name,
        Version = ProductVersion.Number,
        FinalLoss = loss,
        Steps = steps,
        Seconds = seconds,
    };

    private static void Announce(TrialJob job, KernelRow kernels, IProgress<ProgressEvent>? progress)
    {
        if (CpuFeatures.Notice is { } notice)
        {
            progress?.Report(new Notice(notice));
        }

        TrialRequest request = job.Request;
        string scored = job.IsCandidate ? $", scored on {request.Validation.Count}" : "";
        progress?.Report(new Notice($"trial {job.Id}: {request.Key}: {request.Architecture} on {Counted.Of(request.Train.Count, "label")}{scored}, kernels {kernels.Name}"));
    }
}
