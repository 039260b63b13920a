using ActiveInas.Architectures;
using ActiveInas.Compute;
using ActiveInas.Data;

namespace ActiveInas.Networks;

/// <summary>
/// A(B_r, i, j) over a device, with all memory made at the start for a batch capacity: stem, j stacks of i residual blocks, global
/// average pool and a dense layer (Geifman and El-Yaniv, arXiv 1811.07579).
/// </summary>
/// <remarks>Padding is symmetric and convolutions before a batch normalisation carry no bias; both deviate from the authors' library.</remarks>
public sealed class ResidualNetwork : IDisposable
{
    private readonly TensorPool _pool;
    private readonly Stem _stem;
    private readonly ResidualBlock[] _blocks;
    private readonly Head _head;
    private readonly ConvolutionUnit[] _units;

    /// <summary>Makes a network whose kernels and dense layer are zero: see <see cref="Initialize"/> and <see cref="CopyTo"/>.</summary>
    /// <param name="device">Owner of the memory; it must outlive the network.</param>
    /// <param name="shape">Architecture, classes and image size.</param>
    /// <param name="norm">Constants of the batch normalisations.</param>
    /// <param name="capacity">Largest batch.</param>
    /// <param name="training">False: no gradients of activations, and activations share memory.</param>
    /// <exception cref="ArgumentException">No such network exists.</exception>
    public ResidualNetwork(IDevice device, NetworkShape shape, NormSettings norm, int capacity, bool training)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        Plan = new NetworkPlan(shape);
        Device = device;
        Norm = norm;
        _pool = new TensorPool(device, capacity, training);
        _stem = new Stem(device, _pool, Plan, norm);
        _blocks = new ResidualBlock[Plan.Blocks.Count];
        (int height, int width) = (_stem.Height, _stem.Width);
        for (int i = 0; i < _blocks.Length; i++)
        {
            _blocks[i] = new ResidualBlock(device, _pool, Plan.Blocks[i], norm, height, width, i);
            (height, width) = (_blocks[i].Height, _blocks[i].Width);
        }

        _head = new Head(device, Plan, capacity, training);
        _units = Units().ToArray();
        Weights = _units.SelectMany(NetworkWeight.Of).Concat(NetworkWeight.Of(_head)).ToArray();
        Parameters = _units.SelectMany(unit => new[] { unit.Weights, unit.Norm.Scale, unit.Norm.Shift })
            .Concat([_head.Weights, _head.Bias]).ToArray();
        BatchSize = capacity;
    }

    /// <summary>Names and shapes of the layers.</summary>
    public NetworkPlan Plan { get; }

    /// <summary>The device the network lives on.</summary>
    public IDevice Device { get; }

    /// <summary>Constants of the batch normalisations.</summary>
    public NormSettings Norm { get; }

    /// <summary>Largest batch.</summary>
    public int Capacity => _pool.Capacity;

    /// <summary>Everything a model file holds, in the order of the forward pass.</summary>
    public IReadOnlyList<NetworkWeight> Weights { get; }

    /// <summary>Every trainable parameter, in the order of the forward pass.</summary>
    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>Images in the current batch, 1..Capacity.</summary>
    public int BatchSize { get; private set; }

    /// <summary>The pooled vectors of the last forward pass, [N, D] (after the dropout, where a training step drops).</summary>
    public Matrix Embedding => _head.Embedding;

    /// <summary>Class scores of the last forward pass, [N, classes].</summary>
    public Matrix Logits => _head.Logits;

    /// <summary>Everything as before the first step: He-normal kernels and dense layer, biases 0, normalisations the identity, no velocity.</summary>
    /// <param name="seed">A layer's weights depend on this and its name only.</param>
    public void Initialize(ulong seed)
    {
        foreach (ConvolutionUnit unit in _units)
        {
            unit.Initialize(seed);
        }

        _head.Initialize(seed);
    }

    /// <summary>Sets the batch. <paramref name="images"/> is [count, H, W, 3], normalised.</summary>
    public void Load(ReadOnlySpan<float> images, int count)
    {
        SetBatch(count);
        _stem.Input.Write(images);
    }

    /// <summary>Sets the batch. <paramref name="images"/> is [count, H, W, 3], as bytes that the device normalises.</summary>
    public void Load(ReadOnlySpan<byte> images, int count, Normalization normalization)
    {
        SetBatch(count);
        _stem.Input.Write(images, normalization.Mean, normalization.Deviation);
    }

    /// <summary>Forward with the statistics of the batch, which also move the running ones.</summary>
    public void ForwardTraining() => ForwardTraining(null);

    /// <inheritdoc cref="ForwardTraining()"/>
    /// <param name="dropout">Of the step; null: none.</param>
    internal void ForwardTraining(StepDropout? dropout) => Forward(training: true, dropout);

    /// <summary>Forward with the running statistics and no dropout.</summary>
    public void ForwardInference() => Forward(training: false, dropout: null);

    /// <summary>Mean cross-entropy of the last training pass, when the device has calculated it. labels is [N].</summary>
    public double Loss(ReadOnlySpan<int> labels)
    {
        Loss(labels, null);
        return Losses.Read()[^1];
    }

    /// <summary>Mean loss of the last training pass, cross-entropy or another, left in <see cref="Losses"/>.</summary>
    internal void Loss(ReadOnlySpan<int> labels, SoftTargetLoss? loss)
    {
        RequireTraining();
        _head.Loss(labels, loss);
    }

    /// <summary>The losses that nobody has read yet.</summary>
    internal LossLog Losses
    {
        get
        {
            RequireTraining();
            return _head.Losses!;
        }
    }

    /// <summary>Gradients of all parameters for the last <see cref="Loss(ReadOnlySpan{int})"/>.</summary>
    public void Backward()
    {
        RequireTraining();
        _head.Backward(_blocks[^1].OutputGradient!);
        for (int i = _blocks.Length - 1; i >= 0; i--)
        {
            Tensor x = i == 0 ? _stem.Output : _blocks[i - 1].Output;
            Tensor dx = i == 0 ? _stem.OutputGradient! : _blocks[i - 1].OutputGradient!;
            _blocks[i].Backward(x, dx);
        }

        _stem.Backward();
    }

    /// <summary>One step of Nesterov SGD on all parameters; the decay is on convolution kernels only.</summary>
    public void Step(double learningRate, double momentum, double weightDecay) => Device.SgdStep(Parameters, learningRate, momentum, weightDecay);

    /// <summary>Copies weights and running statistics into a network of the same shape, on any device.</summary>
    public void CopyTo(ResidualNetwork other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Plan.Shape != Plan.Shape)
        {
            throw new ArgumentException($"Cannot copy the weights of {Plan.Shape} into {other.Plan.Shape}: the shapes must be equal.");
        }

        for (int i = 0; i < Weights.Count; i++)
        {
            other.Weights[i].Write(Weights[i].Read());
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stem.Dispose();
        foreach (ResidualBlock block in _blocks)
        {
            block.Dispose();
        }

        _head.Dispose();
        _pool.Dispose();
    }

    private void SetBatch(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Capacity);
        if (count != BatchSize)
        {
            _pool.SetImages(count);
            _head.SetRows(count);
            BatchSize = count;
        }
    }

    private void Forward(bool training, StepDropout? dropout)
    {
        if (training)
        {
            RequireTraining();
        }

        _stem.Forward(training);
        Tensor x = _stem.Output;
        foreach (ResidualBlock block in _blocks)
        {
            block.Forward(x, training);
            x = block.Output;
        }

        _head.Forward(x, dropout);
    }

    private IEnumerable<ConvolutionUnit> Units()
    {
        yield return _stem.Unit;
        foreach (ResidualBlock block in _blocks)
        {
            yield return block.First;
            yield return block.Second;
            if (block.Shortcut is { } shortcut)
            {
                yield return shortcut;
            }
        }
    }

    private void RequireTraining()
    {
        if (!_pool.Training)
        {
            throw new InvalidOperationException("This network was made for inference only; make it with training: true to train it.");
        }
    }
}
