namespace ActiveInas.Benchmarks;

/// <summary>The operations of a convolution and of the normalisation behind it, by their names on the device.</summary>
public enum LayerOperation
{
    /// <summary>With the statistics of the batch.</summary>
    ConvolutionForward,

    /// <summary>Gradient of the input.</summary>
    ConvolutionBackwardData,

    /// <summary>Gradient of the weights.</summary>
    ConvolutionBackwardWeights,

    /// <summary>With the running statistics, and a rectifier.</summary>
    ConvolutionInference,

    /// <summary>With a rectifier.</summary>
    BatchNormApply,

    /// <summary>Through the rectifier.</summary>
    BatchNormBackward,
}

/// <summary>One operation on one layer.</summary>
public sealed record LayerCase(Layer Layer, LayerOperation Operation)
{
    /// <summary>Layers beside the program.</summary>
    public static string DefaultFile => Path.Combine(AppContext.BaseDirectory, "layers.txt");

    private static readonly LayerOperation[] s_operations =
    [
        LayerOperation.ConvolutionForward,
        LayerOperation.ConvolutionBackwardData,
        LayerOperation.ConvolutionBackwardWeights,
        LayerOperation.ConvolutionInference,
        LayerOperation.BatchNormApply,
        LayerOperation.BatchNormBackward,
    ];

    /// <summary>Every operation on every layer. Nobody asks for the gradient of the images.</summary>
    public static IEnumerable<LayerCase> All(string path)
        => from layer in Layer.Read(path)
           from operation in s_operations
           where layer.Convolution.InChannels > 3 || operation != LayerOperation.ConvolutionBackwardData
           select new LayerCase(layer, operation);

    /// <inheritdoc/>
    public override string ToString() => $"{Layer} {Operation}";
}
