using System.Buffers;
using ActiveInas.Compute;

namespace ActiveInas.Networks;

/// <summary>How a matrix of the engine is ordered in a file.</summary>
internal enum WeightOrder
{
    /// <summary>As it is.</summary>
    Same,

    /// <summary>[k, k, C, K] in the engine, [K, C, k, k] in the file.</summary>
    Convolution,

    /// <summary>[D, classes] in the engine, [classes, D] in the file.</summary>
    Transposed,
}

/// <summary>A named array of a network in the order of model files: kernels [K, C, k, k], the dense layer [classes, D], vectors [n].</summary>
public sealed class NetworkWeight
{
    private readonly Matrix _matrix;
    private readonly WeightOrder _order;

    private NetworkWeight(string name, Matrix matrix, WeightOrder order, int[] shape)
    {
        Name = name;
        _matrix = matrix;
        _order = order;
        Shape = shape;
    }

    /// <summary>For example <c>layer1.0.conv1.weight</c> or <c>bn1.running_mean</c>.</summary>
    public string Name { get; }

    /// <summary>Extents in file order.</summary>
    public IReadOnlyList<int> Shape { get; }

    /// <summary>The values as the engine orders them.</summary>
    internal Matrix Values => _matrix;

    /// <summary>Number of scalars.</summary>
    public int Length => _matrix.Columns;

    /// <summary>A copy of the values in file order.</summary>
    public float[] Read()
    {
        float[] values = new float[Length];
        Read(values);
        return values;
    }

    /// <summary>Copies the values in file order; <paramref name="values"/> is [Length].</summary>
    public void Read(Span<float> values)
    {
        if (_order == WeightOrder.Same)
        {
            _matrix.Read(values);
            return;
        }

        float[] engine = ArrayPool<float>.Shared.Rent(Length);
        _matrix.Read(engine.AsSpan(0, Length));
        Permute(engine, values, toFile: true);
        ArrayPool<float>.Shared.Return(engine);
    }

    /// <summary>Replaces the values, given in file order.</summary>
    public void Write(float[] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (values.Length != Length)
        {
            throw new ArgumentException($"{Name} holds {Length} values, got {values.Length}.");
        }

        if (_order == WeightOrder.Same)
        {
            _matrix.Write(values);
            return;
        }

        float[] engine = ArrayPool<float>.Shared.Rent(Length);
        Permute(values, engine, toFile: false);
        _matrix.Write(engine.AsSpan(0, Length));
        ArrayPool<float>.Shared.Return(engine);
    }

    internal static IEnumerable<NetworkWeight> Of(ConvolutionUnit unit)
    {
        (int inputs, int outputs, int kernel, _) = unit.Plan.Shape;
        string norm = unit.Plan.NormName;
        yield return new NetworkWeight(unit.Plan.Name + ".weight", unit.Weights.Values, WeightOrder.Convolution, [outputs, inputs, kernel, kernel]);
        yield return new NetworkWeight(norm + ".weight", unit.Norm.Scale.Values, WeightOrder.Same, [outputs]);
        yield return new NetworkWeight(norm + ".bias", unit.Norm.Shift.Values, WeightOrder.Same, [outputs]);
        yield return new NetworkWeight(norm + ".running_mean", unit.Norm.RunningMean, WeightOrder.Same, [outputs]);
        yield return new NetworkWeight(norm + ".running_var", unit.Norm.RunningVariance, WeightOrder.Same, [outputs]);
    }

    internal static IEnumerable<NetworkWeight> Of(Head head)
    {
        int classes = head.Bias.Length;
        yield return new NetworkWeight(Head.Name + ".weight", head.Weights.Values, WeightOrder.Transposed, [classes, head.Length]);
        yield return new NetworkWeight(Head.Name + ".bias", head.Bias.Values, WeightOrder.Same, [classes]);
    }

    private void Permute(ReadOnlySpan<float> values, Span<float> result, bool toFile)
    {
        // Both orders are a transposition of [spatial, inputs, outputs] and [outputs, inputs, spatial]; the dense layer has one position.
        int outputs = Shape[0];
        int inputs = Shape[1];
        int spatial = Length / (outputs * inputs);
        for (int s = 0; s < spatial; s++)
        {
            for (int c = 0; c < inputs; c++)
            {
                for (int k = 0; k < outputs; k++)
                {
                    int engine = (((s * inputs) + c) * outputs) + k;
                    int file = (((k * inputs) + c) * spatial) + s;
                    if (toFile)
                    {
                        result[file] = values[engine];
                    }
                    else
                    {
                        result[engine] = values[file];
                    }
                }
            }
        }
    }
}
