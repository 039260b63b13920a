namespace ActiveInas.Compute;

/// <summary>How activations and gradients are stored. Arithmetic is single precision for the first two, double for the last.</summary>
public enum StorageType
{
    /// <summary>16-bit brain float: the training format.</summary>
    BFloat16,

    /// <summary>32-bit IEEE float: evaluation and export parity.</summary>
    Single,

    /// <summary>64-bit IEEE float: gradient checks, Reference family only.</summary>
    Double,
}

/// <summary>Extent of an activation tensor [N, C, H, W].</summary>
/// <param name="Images">N, images the tensor can hold.</param>
/// <param name="Channels">C.</param>
/// <param name="Height">H in pixels.</param>
/// <param name="Width">W in pixels.</param>
public readonly record struct TensorShape(int Images, int Channels, int Height, int Width);

/// <summary>A square convolution without bias; padding is (kernel - 1) / 2 on every side.</summary>
/// <param name="InChannels">C, channels of x.</param>
/// <param name="OutChannels">K, channels of y.</param>
/// <param name="Kernel">1 or 3.</param>
/// <param name="Stride">1 or 2.</param>
public readonly record struct ConvolutionShape(int InChannels, int OutChannels, int Kernel, int Stride)
{
    /// <summary>Number of weights, laid out [Kernel, Kernel, C, K].</summary>
    public int WeightCount => Kernel * Kernel * InChannels * OutChannels;

    /// <summary>Output extent for an input extent (height or width).</summary>
    public int Output(int extent) => ((extent - 1) / Stride) + 1;
}
