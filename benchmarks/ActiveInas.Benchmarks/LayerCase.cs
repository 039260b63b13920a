using ActiveInas.Compute;
using ActiveInas.Compute.Profiling;

namespace ActiveInas.Benchmarks;

/// <summary>One operation on one layer.</summary>
public sealed record LayerCase(Layer Layer, Operation Operation)
{
    /// <summary>Layers beside the program.</summary>
    public static string DefaultFile => Path.Combine(AppContext.BaseDirectory, "layers.txt");

    private static readonly Operation[] s_operations =
    [
        Operation.ConvolutionForward,
        Operation.ConvolutionBackwardData,
        Operation.ConvolutionBackwardWeights,
        Operation.ConvolutionInference,
        Operation.BatchNormApply,
        Operation.BatchNormBackward,
    ];

    /// <summary>Every operation on every layer. Nobody asks for the gradient of the images.</summary>
    public static IEnumerable<LayerCase> All(string path)
        => from layer in Layer.Read(path)
           from operation in s_operations
           where layer.Convolution.InChannels > 3 || operation != Operation.ConvolutionBackwardData
           select new LayerCase(layer, operation);

    /// <inheritdoc/>
    public override string ToString() => $"{Layer} {Operation}";
}
