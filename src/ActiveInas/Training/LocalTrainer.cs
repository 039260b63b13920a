using ActiveInas.Architectures;
using ActiveInas.Compute;
using ActiveInas.Data;
using ActiveInas.Kernels;
using ActiveInas.Networks;

namespace ActiveInas.Training;

/// <summary>How a <see cref="LocalTrainer"/> works; only the kernels change a result.</summary>
/// <param name="Threads">0: one a core.</param>
/// <param name="CheckpointInterval">Wall-clock between two checkpoints of a training; zero: after every step.</param>
/// <param name="Kernels">Row of the kernel table that trains; null: the fastest by measurement.</param>
public sealed record LocalTrainerOptions(int Threads, TimeSpan CheckpointInterval, KernelRow? Kernels = null)
{
    /// <summary>All cores, a checkpoint every 20 seconds.</summary>
    public static LocalTrainerOptions Default { get; } = new(0, TimeSpan.FromSeconds(20));
}

/// <summary>Trains in this process, one training at a time in the order asked for, all on one bf16 device.</summary>
/// <remarks>Trained models live on that device: dispose them before the trainer, and do not use them while a training runs.</remarks>
public sealed class LocalTrainer : ITrialRunner, IModelTrainer, IDisposable
{
    private readonly TrainerContext _context;
    private readonly Lock _gate = new();
    private Task _last = Task.CompletedTask;

    /// <summary>Makes the device.</summary>
    /// <param name="images">The pool: <see cref="Dataset.Train"/>.</param>
    /// <param name="normalization">Of the pixels.</param>
    /// <param name="options">Threads and checkpoint interval.</param>
    /// <param name="checkpoints">Null: none are kept.</param>
    /// <param name="progress">Told about steps; may be called from any thread.</param>
    public LocalTrainer(
        ImageSet images,
        Normalization normalization,
        LocalTrainerOptions? options = null,
        ICheckpointStore? checkpoints = null,
        IProgress<ProgressEvent>? progress = null)
        : this(images, normalization, null, options, checkpoints, progress)
    {
    }

    /// <summary>Trains on a given device, which is then the trainer's to dispose; null: the options' kernels.</summary>
    internal LocalTrainer(
        ImageSet images,
        Normalization normalization,
        IDevice? device,
        LocalTrainerOptions? options,
        ICheckpointStore? checkpoints,
        IProgress<ProgressEvent>? progress)
    {
        options ??= LocalTrainerOptions.Default;
        _context = new TrainerContext(
            images, normalization, checkpoints ?? NullCheckpointStore.Instance, options.CheckpointInterval, progress);
        Device = device ?? (options.Kernels ?? KernelSelection.Measured.Row).Open(options.Threads);
    }

    /// <summary>The device that trains; models may be loaded onto it.</summary>
    internal IDevice Device { get; }

    /// <inheritdoc/>
    public Task<TrialResult> RunAsync(TrialRequest request, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Validation.Count == 0)
        {
            throw new ArgumentException($"{request.Key}: a trial needs a validation part to be scored on.");
        }

        return ExclusivelyAsync(
            () =>
            {
                using ResidualNetwork network = CreateNetwork(request);
                TrainingState state = Train(request, request.Recipe.Candidate, network, cancellation);
                double error = request.Recipe.CandidateScore == CandidateScore.BestEpoch ? state.EpochErrors.Min() : state.EpochErrors[^1];
                return new TrialResult(error, state.EpochErrors, state.EpochLoss, state.Step, state.Seconds);
            },
            cancellation);
    }

    /// <inheritdoc/>
    public Task<TrainedModel> TrainAsync(TrialRequest request, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        return ExclusivelyAsync(
            () =>
            {
                TrainingState state;
                float[][] weights;
                NetworkShape shape;
                NormSettings norm;

                // The training network goes before the inference network is made, so that their activations never coexist.
                using (ResidualNetwork network = CreateNetwork(request))
                {
                    state = Train(request, request.Recipe.Training, network, cancellation);
                    weights = network.Weights.Select(weight => weight.Read()).ToArray();
                    (shape, norm) = (network.Plan.Shape, network.Norm);
                }

                ResidualNetwork trained = InferenceBatch.CreateNetwork(Device, shape, norm);
                for (int i = 0; i < weights.Length; i++)
                {
                    trained.Weights[i].Write(weights[i]);
                }

                return new TrainedModel(
                    new NetworkModel(trained, _context.Images, _context.Normalization), state.EpochLoss, state.Step, state.Seconds);
            },
            cancellation);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Device.Dispose();
    }

    private async Task<T> ExclusivelyAsync<T>(Func<T> work, CancellationToken cancellation)
    {
        TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task before;
        lock (_gate)
        {
            (before, _last) = (_last, done.Task);
        }

        try
        {
            await before.ConfigureAwait(false);
            cancellation.ThrowIfCancellationRequested();

            // A thread of its own: the work takes minutes and drives the device's worker pool.
            return await Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
        }
        finally
        {
            done.SetResult();
        }
    }

    private TrainingState Train(TrialRequest request, TrainingLength length, ResidualNetwork network, CancellationToken cancellation)
    {
        Trainer trainer = new(_context, Normalized(request), length, network);
        trainer.Run(cancellation);
        return trainer.State;
    }

    private ResidualNetwork CreateNetwork(TrialRequest request)
    {
        Check(request);
        Recipe recipe = request.Recipe;
        TrainingMemory.Require(
            request.Architecture, recipe.BatchSize, _context.Images.Height, _context.Images.Width, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);
        return new ResidualNetwork(
            Device,
            new NetworkShape(request.Architecture, request.Classes, _context.Images.Height, _context.Images.Width),
            new NormSettings(recipe.BatchNormEpsilon, recipe.BatchNormRunningWeight),
            recipe.BatchSize,
            training: true);
    }

    /// <summary>A set has no order: the result must not depend on the one it was listed in.</summary>
    private static TrialRequest Normalized(TrialRequest request) => request with
    {
        Train = request.Train.OrderBy(sample => sample.Id).ToArray(),
        Validation = request.Validation.OrderBy(sample => sample.Id).ToArray(),
    };

    private void Check(TrialRequest request)
    {
        if (request.Train.Count == 0)
        {
            throw new ArgumentException($"{request.Key}: there is no labelled sample to train on.");
        }

        foreach (LabelledSample sample in request.Train.Concat(request.Validation))
        {
            if (sample.Id.Value < 0 || sample.Id.Value >= _context.Images.Count || sample.Label < 0 || sample.Label >= request.Classes)
            {
                throw new ArgumentException(
                    $"{request.Key}: sample {sample.Id} with label {sample.Label} does not fit {_context.Images.Count} images of {request.Classes} classes.");
            }
        }
    }
}
