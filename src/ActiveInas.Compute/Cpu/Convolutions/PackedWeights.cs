namespace ActiveInas.Compute.Cpu.Convolutions;

/// <summary>What a parameter carries with it: its weights as the forward pass reads them, made anew when they have changed.</summary>
/// <param name="key">Shape, and side of the tiles of Winograd's algorithm (0: the weights themselves): the same parameter may serve images of other sizes.</param>
/// <param name="length">Floats.</param>
internal sealed class PackedWeights((ConvolutionShape Shape, int Outputs) key, long length) : IDisposable
{
    public (ConvolutionShape Shape, int Outputs) Key => key;

    /// <summary>Zero at first, so that what packing does not write stays zero.</summary>
    public NativeBuffer<float> Values { get; } = new(length);

    /// <summary>Of the weights that were packed.</summary>
    public long Version { get; set; } = -1;

    public void Dispose() => Values.Dispose();
}
