using ActiveInas.Compute;
using ActiveInas.Data;
using ActiveInas.Networks;

namespace ActiveInas.Training;

/// <summary>Runs a network over labelled images: accuracy, loss, results of each class, calibration error. The result depends neither on
/// the batch size nor on the threads.</summary>
public static class Evaluator
{
    /// <summary>Evaluates on some images of a set.</summary>
    /// <param name="network">In inference mode; a training network may be given between two steps.</param>
    /// <param name="images">The set.</param>
    /// <param name="normalization">Of the pixels.</param>
    /// <param name="indices">Which images, [n].</param>
    /// <param name="labels">Their classes, [n].</param>
    /// <param name="cancellation">Asked before each batch.</param>
    public static Evaluation Evaluate(
        ResidualNetwork network,
        ImageSet images,
        Normalization normalization,
        int[] indices,
        int[] labels,
        CancellationToken cancellation)
        => Tally(network, images, normalization, indices, labels, cancellation).ToEvaluation();

    /// <summary>Evaluates predictions that were made, and says which classes were taken for which.</summary>
    /// <param name="logits">Class scores before the softmax, [n, classes].</param>
    /// <param name="labels">Classes of the images, [n], each below their number.</param>
    /// <param name="classes">Number of classes.</param>
    /// <returns>The evaluation, and [classes][classes]: images of a class (row) by what they were taken for (column).</returns>
    public static (Evaluation Evaluation, IReadOnlyList<IReadOnlyList<int>> Confusion) OfLogits(ReadOnlySpan<float> logits, ReadOnlySpan<int> labels, int classes)
    {
        if (logits.Length != labels.Length * classes)
        {
            throw new ArgumentException($"{labels.Length} labels of {classes} classes need {labels.Length * classes} logits; got {logits.Length}.");
        }

        EvaluationTally tally = new(classes);
        for (int n = 0; n < labels.Length; n++)
        {
            tally.Add(logits.Slice(n * classes, classes), labels[n]);
        }

        return (tally.ToEvaluation(), tally.Confusion);
    }

    private static EvaluationTally Tally(
        ResidualNetwork network, ImageSet images, Normalization normalization, int[] indices, int[] labels, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(indices);
        ArgumentNullException.ThrowIfNull(labels);
        int classes = network.Plan.Shape.Classes;
        if (labels.Length != indices.Length || labels.Any(label => label < 0 || label >= classes))
        {
            throw new ArgumentException($"{indices.Length} images need as many labels in 0..{classes - 1}; got {labels.Length} labels.");
        }

        float[] logits = new float[network.Capacity * classes];
        EvaluationTally tally = new(classes);
        new InferenceBatch(network, normalization).Run(
            images,
            indices,
            (first, count) =>
            {
                network.Logits.Read(logits.AsSpan(0, count * classes));
                for (int n = 0; n < count; n++)
                {
                    tally.Add(logits.AsSpan(n * classes, classes), labels[first + n]);
                }
            },
            cancellation);
        return tally;
    }
}

/// <summary>Holds the test part, which nothing else can reach, and evaluates models on it in a storage type of choice.</summary>
public sealed class TestEvaluator : ITestEvaluator, IDisposable
{
    private readonly ImageSet? _test;
    private readonly StorageType _storage;
    private readonly int _threads;
    private readonly int[] _indices = [];
    private readonly int[] _labels = [];
    private IDevice? _device;

    /// <summary>Takes the test part of a data set; images without a label are left out.</summary>
    /// <param name="test">Null: every evaluation gives null.</param>
    /// <param name="storage">Storage type of the activations: that of the training, or single precision.</param>
    /// <param name="threads">For a device of its own when the model's has another storage type; 0: one a core.</param>
    public TestEvaluator(ImageSet? test, StorageType storage = StorageType.BFloat16, int threads = 0)
    {
        _test = test;
        _storage = storage;
        _threads = threads;
        if (test is not null)
        {
            _indices = Enumerable.Range(0, test.Count).Where(i => test.Labels[i] != ImageSet.Unknown).ToArray();
            _labels = Array.ConvertAll(_indices, i => test.Labels[i]);
        }
    }

    /// <inheritdoc/>
    public Evaluation? Evaluate(IModel model, CancellationToken cancellation)
    {
        if (model is not NetworkModel trained)
        {
            throw new ArgumentException($"Only a {nameof(NetworkModel)} can be evaluated on images, got {model?.GetType().Name ?? "null"}.");
        }

        if (_test is null || _indices.Length == 0)
        {
            return null;
        }

        return trained.WithNetwork(network => Evaluate(network, trained.Normalization, cancellation));
    }

    /// <inheritdoc/>
    public void Dispose() => _device?.Dispose();

    private Evaluation Evaluate(ResidualNetwork network, Normalization normalization, CancellationToken cancellation)
    {
        if (network.Device.Storage == _storage)
        {
            return Evaluator.Evaluate(network, _test!, normalization, _indices, _labels, cancellation);
        }

        _device ??= KernelTable.Open(_storage, _threads);
        using ResidualNetwork copy = InferenceBatch.CreateNetwork(_device, network.Plan.Shape, network.Norm);
        network.CopyTo(copy);
        return Evaluator.Evaluate(copy, _test!, normalization, _indices, _labels, cancellation);
    }
}
