using ActiveInas.Compute;

namespace ActiveInas.Benchmarks;

/// <summary>The memory of one layer, filled, and its operations ready to be called.</summary>
public sealed class LayerBench : IDisposable
{
    private readonly IDevice _device;
    private readonly ConvolutionShape _shape;
    private readonly Tensor _x;
    private readonly Tensor _dx;
    private readonly Tensor _convolved;
    private readonly Tensor _y;
    private readonly Tensor _dy;
    private readonly Parameter _weights;
    private readonly BatchNorm _norm;

    /// <summary>Makes the memory on a device, which must outlive it.</summary>
    public LayerBench(IDevice device, Layer layer)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(layer);
        _device = device;
        _shape = layer.Convolution;
        _x = Filled(layer.Input);
        _dx = device.CreateTensor(layer.Input);
        _convolved = Filled(layer.Output);
        _y = Filled(layer.Output);
        _dy = Filled(layer.Output);
        _weights = new Parameter(device, _shape.WeightCount);
        _weights.Values.Write(Values(_shape.WeightCount));
        _norm = new BatchNorm(device, _shape.OutChannels, 1e-5, 0.1);
    }

    /// <summary>The call of an operation.</summary>
    public Action Call(LayerOperation operation) => operation switch
    {
        LayerOperation.ConvolutionForward => () => _device.ConvolutionForward(_shape, _x, _weights, _convolved, _norm),
        LayerOperation.ConvolutionBackwardData => () => _device.ConvolutionBackwardData(_shape, _dy, _weights, _dx, accumulate: false),
        LayerOperation.ConvolutionBackwardWeights => () => _device.ConvolutionBackwardWeights(_shape, _x, _dy, _weights),
        LayerOperation.ConvolutionInference => () => _device.ConvolutionInference(_shape, _x, _weights, _norm, null, relu: true, _y),
        LayerOperation.BatchNormApply => () => _device.BatchNormApply(_norm, _convolved, null, relu: true, _y),
        LayerOperation.BatchNormBackward => () => _device.BatchNormBackward(_norm, _convolved, _y, relu: true, _dy, _dy, null),
        _ => throw new ArgumentException($"{operation} is no operation of a layer."),
    };

    /// <inheritdoc/>
    public void Dispose()
    {
        _x.Dispose();
        _dx.Dispose();
        _convolved.Dispose();
        _y.Dispose();
        _dy.Dispose();
        _weights.Dispose();
        _norm.Dispose();
    }

    private Tensor Filled(TensorShape shape)
    {
        Tensor tensor = _device.CreateTensor(shape);
        tensor.Write(Values(shape.Images * shape.Channels * shape.Height * shape.Width));
        return tensor;
    }

    /// <summary>Uniform in [-1, 1): neither zeros nor denormals, which some processors add faster or slower.</summary>
    private static float[] Values(int count)
    {
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = ((SplitMix.Mix((ulong)i + 1) >> 40) / (float)(1 << 23)) - 1;
        }

        return values;
    }
}
