namespace ActiveInas.Compute.Cpu.Vector;

/// <summary>Convolution weights rounded to the storage type, in fp32, in the order in which the GEMM reads them.
/// Repacked when the master weights have changed.</summary>
/// <remarks>
/// Forward: [K / 32][C / 32][tap][32 c][32 k]; of up to 3 input channels [K / 32][tap * C + c][32 k].
/// Backward: [C / 32][K / 32][tap][32 k][32 c]. Channels beyond C or K are zero.
/// </remarks>
internal sealed class PackedWeights : IDisposable
{
    public long ForwardVersion { get; set; } = -1;

    public long BackwardVersion { get; set; } = -1;

    public NativeBuffer<float>? Forward { get; set; }

    public NativeBuffer<float>? Backward { get; set; }

    public void Dispose()
    {
        Forward?.Dispose();
        Backward?.Dispose();
    }
}
