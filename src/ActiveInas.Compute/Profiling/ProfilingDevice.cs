using System.Diagnostics;

namespace ActiveInas.Compute.Profiling;

/// <summary>Another device with a clock: forwards every operation unchanged and adds up calls, time, flops and bytes for each shape.</summary>
/// <remarks>After a shape has been seen once nothing is allocated for it. For one caller at a time, like a training step.
/// A new operation of <see cref="IDevice"/> is a line that times and a line that forwards.</remarks>
public sealed class ProfilingDevice : IDevice
{
    private readonly IDevice _inner;
    private readonly StorageType _storage;
    private readonly Dictionary<OpShape, Tally> _tallies = [];

    /// <summary>Wraps a device and disposes it with itself.</summary>
    public ProfilingDevice(IDevice inner)
    {
        ArgumentNullException.ThrowIfNull(inner);
        _inner = inner;
        _storage = inner.Storage;
    }

    /// <inheritdoc/>
    public string KernelName => _inner.KernelName;

    /// <inheritdoc/>
    public StorageType Storage => _storage;

    /// <inheritdoc/>
    public int PreferredBatch => _inner.PreferredBatch;

    /// <summary>What was counted since the last <see cref="Reset"/>, slowest shape first.</summary>
    internal IReadOnlyList<ShapeCounts> ByShape() =>
    [
        .. _tallies.Where(tally => tally.Value.Calls > 0)
            .Select(tally => new ShapeCounts(tally.Key, tally.Value.Counts))
            .OrderByDescending(row => row.Counts.Seconds),
    ];

    /// <summary>What was counted since the last <see cref="Reset"/>, added up over shapes; slowest class first.</summary>
    public IReadOnlyList<ClassCounts> ByClass() =>
    [
        .. ByShape().GroupBy(row => (row.Shape.ClassName, row.Shape.IsArithmetic))
            .Select(rows => new ClassCounts(
                rows.Key.ClassName, rows.Key.IsArithmetic, rows.Aggregate(default(OpCounts), (sum, row) => sum.Plus(row.Counts))))
            .OrderByDescending(row => row.Counts.Seconds),
    ];

    /// <summary>Counts from zero again.</summary>
    public void Reset()
    {
        foreach (Tally tally in _tallies.Values)
        {
            tally.Clear();
        }
    }

    /// <inheritdoc/>
    public Tensor CreateTensor(TensorShape shape) => _inner.CreateTensor(shape);

    /// <inheritdoc/>
    public Matrix CreateMatrix(int rows, int columns) => _inner.CreateMatrix(rows, columns);

    /// <inheritdoc/>
    public void ConvolutionForward(ConvolutionShape shape, Tensor x, Parameter w, Tensor y, BatchNorm? norm = null)
    {
        using Timing timing = Time(OpCost.Convolution(_storage, Operation.ConvolutionForward, shape, x, w, y));
        _inner.ConvolutionForward(shape, x, w, y, norm);
    }

    /// <inheritdoc/>
    public void ConvolutionInference(ConvolutionShape shape, Tensor x, Parameter w, BatchNorm norm, Tensor? residual, bool relu, Tensor y)
    {
        using Timing timing = Time(OpCost.Convolution(_storage, Operation.ConvolutionInference, shape, x, w, y));
        _inner.ConvolutionInference(shape, x, w, norm, residual, relu, y);
    }

    /// <inheritdoc/>
    public void ConvolutionBackwardData(ConvolutionShape shape, Tensor dy, Parameter w, Tensor dx, bool accumulate)
    {
        using Timing timing = Time(OpCost.Convolution(_storage, Operation.ConvolutionBackwardData, shape, dx, w, dy, accumulate));
        _inner.ConvolutionBackwardData(shape, dy, w, dx, accumulate);
    }

    /// <inheritdoc/>
    public void ConvolutionBackwardWeights(ConvolutionShape shape, Tensor x, Tensor dy, Parameter w)
    {
        using Timing timing = Time(OpCost.Convolution(_storage, Operation.ConvolutionBackwardWeights, shape, x, w, dy));
        _inner.ConvolutionBackwardWeights(shape, x, dy, w);
    }

    /// <inheritdoc/>
    public void BatchNormApply(BatchNorm norm, Tensor x, Tensor? residual, bool relu, Tensor y)
    {
        using Timing timing = Time(OpCost.OverTensors(_storage, Operation.BatchNormApply, x, residual, y));
        _inner.BatchNormApply(norm, x, residual, relu, y);
    }

    /// <inheritdoc/>
    public void BatchNormBackward(BatchNorm norm, Tensor x, Tensor y, bool relu, Tensor dy, Tensor dx, Tensor? dResidual)
    {
        using Timing timing = Time(OpCost.OverTensors(_storage, Operation.BatchNormBackward, x, relu ? y : null, dy, dx, dResidual));
        _inner.BatchNormBackward(norm, x, y, relu, dy, dx, dResidual);
    }

    /// <inheritdoc/>
    public void ConvolutionInferenceMaxPool(ConvolutionShape shape, Tensor x, Parameter w, BatchNorm norm, Tensor between, Tensor y)
    {
        using Timing timing = Time(OpCost.ConvolutionMaxPool(_storage, shape, x, w, between, y));
        _inner.ConvolutionInferenceMaxPool(shape, x, w, norm, between, y);
    }

    /// <inheritdoc/>
    public void BatchNormMaxPool(BatchNorm norm, Tensor x, Tensor y)
    {
        using Timing timing = Time(OpCost.OverTensors(_storage, Operation.Pooling, x, y));
        _inner.BatchNormMaxPool(norm, x, y);
    }

    /// <inheritdoc/>
    public void BatchNormMaxPoolBackward(BatchNorm norm, Tensor x, Tensor y, Tensor dy, Tensor dx)
    {
        using Timing timing = Time(OpCost.OverTensors(_storage, Operation.Pooling, x, y, dy, dx));
        _inner.BatchNormMaxPoolBackward(norm, x, y, dy, dx);
    }

    /// <inheritdoc/>
    public void GlobalAveragePoolForward(Tensor x, Matrix embedding)
    {
        using Timing timing = Time(OpCost.AveragePool(_storage, x, embedding));
        _inner.GlobalAveragePoolForward(x, embedding);
    }

    /// <inheritdoc/>
    public void GlobalAveragePoolBackward(Matrix dEmbedding, Tensor dx)
    {
        using Timing timing = Time(OpCost.AveragePool(_storage, dx, dEmbedding));
        _inner.GlobalAveragePoolBackward(dEmbedding, dx);
    }

    /// <inheritdoc/>
    public void Dropout(Matrix x, double rate, ulong seed, ReadOnlySpan<int> sampleKeys)
    {
        using Timing timing = Time(OpCost.OverMatrix(_storage, Operation.Dropout, x));
        _inner.Dropout(x, rate, seed, sampleKeys);
    }

    /// <inheritdoc/>
    public void DenseForward(Matrix x, Parameter w, Parameter b, Matrix logits)
    {
        using Timing timing = Time(OpCost.Dense(_storage, x, w, logits, products: 1));
        _inner.DenseForward(x, w, b, logits);
    }

    /// <inheritdoc/>
    public void DenseBackward(Matrix x, Parameter w, Parameter b, Matrix dLogits, Matrix? dx)
    {
        using Timing timing = Time(OpCost.Dense(_storage, x, w, dLogits, products: dx is null ? 1 : 2));
        _inner.DenseBackward(x, w, b, dLogits, dx);
    }

    /// <inheritdoc/>
    public void SoftmaxCrossEntropy(Matrix logits, ReadOnlySpan<int> labels, Matrix dLogits, Matrix losses, int place)
    {
        using Timing timing = Time(OpCost.OverMatrix(_storage, Operation.Loss, logits));
        _inner.SoftmaxCrossEntropy(logits, labels, dLogits, losses, place);
    }

    /// <inheritdoc/>
    public void SgdStep(IReadOnlyList<Parameter> parameters, double learningRate, double momentum, double weightDecay)
    {
        using Timing timing = Time(OpCost.Optimizer(_storage, parameters));
        _inner.SgdStep(parameters, learningRate, momentum, weightDecay);
    }

    /// <inheritdoc/>
    public void Dispose() => _inner.Dispose();

    private Timing Time(OpCost cost)
    {
        if (!_tallies.TryGetValue(cost.Shape, out Tally? tally))
        {
            tally = new Tally();
            _tallies.Add(cost.Shape, tally);
        }

        return new Timing(tally, cost);
    }

    private sealed class Tally
    {
        private long _ticks;
        private long _flops;
        private long _bytes;

        public long Calls { get; private set; }

        public OpCounts Counts => new(Calls, (double)_ticks / Stopwatch.Frequency, _flops, _bytes);

        public void Add(long ticks, long flops, long bytes)
        {
            Calls++;
            _ticks += ticks;
            _flops += flops;
            _bytes += bytes;
        }

        public void Clear() => (Calls, _ticks, _flops, _bytes) = (0, 0, 0, 0);
    }

    /// <summary>From its creation to the end of the scope it lives in.</summary>
    private readonly ref struct Timing(Tally tally, OpCost cost) : IDisposable
    {
        private readonly long _start = Stopwatch.GetTimestamp();

        public void Dispose() => tally.Add(Stopwatch.GetTimestamp() - _start, cost.Flops, cost.Bytes);
    }
}
