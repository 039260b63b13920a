using ActiveInas.Compute;
using ActiveInas.Data;
using ActiveInas.Kernels;
using ActiveInas.Networks;

namespace ActiveInas.Training;

/// <summary>Trains in this process.</summary>
/// <example><code>using LocalBackend backend = new(data);</code></example>
public sealed class LocalBackend : ITrainingBackend, IModelFiles
{
    private readonly LocalTrainer _trainer;
    private readonly TestEvaluator _evaluator;
    private readonly Dataset _data;

    /// <summary>Trains on a row of the kernel table.</summary>
    /// <param name="data">The pool and the test part.</param>
    /// <param name="kernels">Row of the kernel table; null: the fastest by measurement.</param>
    /// <param name="threads">0: one a core.</param>
    /// <param name="checkpoints">Keeps the trainings under way; null: nothing does.</param>
    /// <param name="progress">Told about steps.</param>
    public LocalBackend(
        Dataset data, KernelRow? kernels = null, int threads = 0, ICheckpointStore? checkpoints = null, IProgress<ProgressEvent>? progress = null)
        : this(data, (kernels ?? KernelSelection.Measured.Row).Open(threads), checkpoints, progress, threads)
    {
    }

    /// <summary>Trains on a device of the caller's.</summary>
    /// <param name="data">The pool and the test part.</param>
    /// <param name="device">Stores bf16; the backend's to dispose.</param>
    /// <param name="checkpoints">Keeps the trainings under way; null: nothing does.</param>
    /// <param name="progress">Told about steps.</param>
    public LocalBackend(Dataset data, IDevice device, ICheckpointStore? checkpoints = null, IProgress<ProgressEvent>? progress = null)
        : this(data, device, checkpoints, progress, threads: 0)
    {
    }

    private LocalBackend(Dataset data, IDevice device, ICheckpointStore? checkpoints, IProgress<ProgressEvent>? progress, int threads)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(device);
        _data = data;
        _trainer = new LocalTrainer(data.Train, data.Normalization, device, LocalTrainerOptions.Default, checkpoints, progress);
        _evaluator = new TestEvaluator(data.Test, threads: threads);
    }

    /// <inheritdoc/>
    public ITrialRunner Trials => _trainer;

    /// <inheritdoc/>
    public IModelTrainer Trainer => _trainer;

    /// <inheritdoc/>
    public ITestEvaluator Evaluator => _evaluator;

    /// <inheritdoc/>
    public IModelFiles Models => this;

    /// <inheritdoc/>
    public void Save(IModel model, string path) => ((NetworkModel)model).Save(path, _data.Classes);

    /// <inheritdoc/>
    public IModel Load(string path) => NetworkModel.Load(path, _trainer.Device, _data.Train);

    /// <inheritdoc/>
    public void Dispose()
    {
        _evaluator.Dispose();
        _trainer.Dispose();
    }
}
