namespace ActiveInas.Compute.Cpu.Emitted;

/// <summary>Convolution weights in bf16 as product kernels read them. Repacked when the master weights have changed.</summary>
/// <remarks>
/// Forward: [K / 32][C / 32][tap][16 pairs of c][32 k][2]; of up to 3 input channels [K / 32][16 pairs of tap * C + c][32 k][2].
/// Backward: [C / 32][K / 32][tap][16 pairs of k][32 c][2]. Channels beyond C or K are zero.
/// </remarks>
internal sealed class PackedPairs : IDisposable
{
    public long ForwardVersion { get; set; } = -1;

    public long BackwardVersion { get; set; } = -1;

    public NativeBuffer<BFloat16>? Forward { get; set; }

    public NativeBuffer<BFloat16>? Backward { get; set; }

    public void Dispose()
    {
        Forward?.Dispose();
        Backward?.Dispose();
    }
}
