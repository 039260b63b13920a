namespace ActiveInas.Compute.Profiling;

/// <summary>The operations of <see cref="IDevice"/>, as a profile tells them apart.</summary>
internal enum Operation
{
    /// <summary><see cref="IDevice.ConvolutionForward"/>.</summary>
    ConvolutionForward,

    /// <summary><see cref="IDevice.ConvolutionBackwardData"/>.</summary>
    ConvolutionBackwardData,

    /// <summary><see cref="IDevice.ConvolutionBackwardWeights"/>.</summary>
    ConvolutionBackwardWeights,

    /// <summary><see cref="IDevice.ConvolutionInference"/>.</summary>
    ConvolutionInference,

    /// <summary><see cref="IDevice.BatchNormApply"/>.</summary>
    BatchNormApply,

    /// <summary><see cref="IDevice.BatchNormBackward"/>.</summary>
    BatchNormBackward,

    /// <summary>Both pools, both directions, with the normalisation that a max-pool takes along.</summary>
    Pooling,

    /// <summary>Both directions.</summary>
    Dense,

    /// <summary><see cref="IDevice.Dropout"/>.</summary>
    Dropout,

    /// <summary><see cref="IDevice.SoftmaxCrossEntropy"/>.</summary>
    Loss,

    /// <summary><see cref="IDevice.SgdStep"/>.</summary>
    Optimizer,
}

/// <summary>An operation with the extents it ran on: one row of a detailed profile.</summary>
/// <param name="Operation">Which one.</param>
/// <param name="Input">[N, C, H, W] with the images in use; a matrix [N, D] is [N, D, 1, 1].</param>
/// <param name="OutChannels">K; for a dense layer the classes; 0 where there is none.</param>
/// <param name="Kernel">1 or 3; 0 for other operations than convolutions.</param>
/// <param name="Stride">1 or 2; 0 for other operations than convolutions.</param>
internal readonly record struct OpShape(Operation Operation, TensorShape Input, int OutChannels = 0, int Kernel = 0, int Stride = 0)
{
    private const int ImageChannels = 3;

    /// <summary>Whether the arithmetic limits it, and not the memory.</summary>
    public bool IsArithmetic => Kernel > 0 || Operation == Operation.Dense;

    /// <summary>The class that a summary adds it to, for example <c>conv 3x3 backward data</c>.</summary>
    public string ClassName => Operation switch
    {
        Operation.ConvolutionForward => $"{Convolution} forward",
        Operation.ConvolutionBackwardData => $"{Convolution} backward data",
        Operation.ConvolutionBackwardWeights => $"{Convolution} backward weights",
        Operation.ConvolutionInference => $"{Convolution} inference",
        Operation.BatchNormApply => "batch norm apply",
        Operation.BatchNormBackward => "batch norm backward",
        Operation.Pooling => "pooling",
        Operation.Dense => "dense",
        Operation.Dropout => "dropout",
        Operation.Loss => "loss",
        Operation.Optimizer => "optimizer",
        _ => Operation.ToString(),
    };

    private string Convolution => Input.Channels <= ImageChannels ? "conv stem" : $"conv {Kernel}x{Kernel}";
}
