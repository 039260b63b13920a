using System.Runtime.CompilerServices;
using ActiveInas.Compute.Cpu;
using ActiveInas.Compute.Cpu.Vector;

namespace ActiveInas.Compute.Profiling;

/// <summary>Work of a known amount.</summary>
internal interface IProbe
{
    /// <summary>Flops or bytes of one item.</summary>
    long UnitsPerItem { get; }

    /// <summary>Items of one run: enough that every thread has work to its end.</summary>
    int Items(int threads);

    void Run(int item);
}

/// <summary>Some items of a probe.</summary>
internal readonly struct ProbeItems(IProbe probe, int items) : IWorkItems
{
    public int Items => items;

    public void Run(int item, int worker) => probe.Run(item);
}

/// <summary>Arithmetic of one kind of instruction that never leaves the registers.</summary>
internal abstract class LimitProbe(string name, InstructionSet instructionSet) : IProbe
{
    private const int ItemsPerThread = 64;

    public string Name => name;

    public InstructionSet InstructionSet => instructionSet;

    public abstract long UnitsPerItem { get; }

    public int Items(int threads) => threads * ItemsPerThread;

    public abstract void Run(int item);
}

/// <summary>Fused multiply-adds in 12 independent chains: more than latency times ports of any processor so far (4 x 2), and with two
/// constants still within the 16 registers of AVX2.</summary>
internal sealed class FmaProbe<V, L>(string name, InstructionSet instructionSet) : LimitProbe(name, instructionSet)
    where V : struct
    where L : struct, ILanes<V>
{
    private const int Chains = 12;
    private const int Rounds = 5_000;

    public override long UnitsPerItem => 2L * Chains * Rounds * L.Count;

    public override void Run(int item) => Chain(item + 1);

    /// <summary>a &lt;- a / 2 + 1 ends at 2, so that no value overflows or is denormal. Not inlined, so that the compiler cannot see
    /// that nobody wants the result.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static V Chain(float start)
    {
        V half = L.Broadcast(0.5f);
        V one = L.Broadcast(1);
        V a0 = L.Broadcast(start), a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0, a8 = a0, a9 = a0, a10 = a0, a11 = a0;
        for (int i = 0; i < Rounds; i++)
        {
            a0 = L.FusedMultiplyAdd(a0, half, one);
            a1 = L.FusedMultiplyAdd(a1, half, one);
            a2 = L.FusedMultiplyAdd(a2, half, one);
            a3 = L.FusedMultiplyAdd(a3, half, one);
            a4 = L.FusedMultiplyAdd(a4, half, one);
            a5 = L.FusedMultiplyAdd(a5, half, one);
            a6 = L.FusedMultiplyAdd(a6, half, one);
            a7 = L.FusedMultiplyAdd(a7, half, one);
            a8 = L.FusedMultiplyAdd(a8, half, one);
            a9 = L.FusedMultiplyAdd(a9, half, one);
            a10 = L.FusedMultiplyAdd(a10, half, one);
            a11 = L.FusedMultiplyAdd(a11, half, one);
        }

        return L.Add(
            L.Add(L.Add(L.Add(a0, a1), L.Add(a2, a3)), L.Add(L.Add(a4, a5), L.Add(a6, a7))),
            L.Add(L.Add(a8, a9), L.Add(a10, a11)));
    }
}

/// <summary>Copies 64 MiB, more than the caches hold.</summary>
internal sealed unsafe class CopyProbe : IProbe, IDisposable
{
    private const int Chunks = 64;
    private const int ChunkBytes = 1 << 20;
    private readonly NativeBuffer<byte> _source = new((long)Chunks * ChunkBytes);
    private readonly NativeBuffer<byte> _target = new((long)Chunks * ChunkBytes);

    public long UnitsPerItem => 2 * ChunkBytes;

    public int Items(int threads) => Chunks;

    // Both buffers hold Chunks * ChunkBytes bytes and item < Chunks.
    public void Run(int item)
        => Buffer.MemoryCopy(_source.Pointer + ((long)item * ChunkBytes), _target.Pointer + ((long)item * ChunkBytes), ChunkBytes, ChunkBytes);

    public void Dispose()
    {
        _source.Dispose();
        _target.Dispose();
    }
}
