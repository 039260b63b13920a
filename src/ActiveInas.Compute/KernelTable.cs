using System.Runtime.Intrinsics;
using ActiveInas.Compute.Cpu;
using ActiveInas.Compute.Cpu.Convolutions;
using ActiveInas.Compute.Cpu.Emitted;
using ActiveInas.Compute.Cpu.Vector;

namespace ActiveInas.Compute;

/// <summary>The only source of dispatch, of test theories and of benchmarks.</summary>
public static class KernelTable
{
    /// <summary>All rows, plainest first.</summary>
    public static IReadOnlyList<KernelRow> Rows { get; } =
    [
        Reference<double, double, DoubleStorage>("fp64", StorageType.Double),
        Reference<float, float, SingleStorage>("fp32", StorageType.Single),
        Reference<BFloat16, float, BFloat16Storage>("bf16", StorageType.BFloat16),
        Vector<float, SingleStorage, Vector128<float>, Lanes128>("portable-fp32", InstructionSet.Portable, StorageType.Single),
        Vector<BFloat16, BFloat16Storage, Vector128<float>, Lanes128>("portable-bf16", InstructionSet.Portable, StorageType.BFloat16),
        Winograd<Vector128<float>, Lanes128>("portable-bf16", InstructionSet.Portable),
        Vector<float, SingleStorage, Vector256<float>, Lanes256>("avx2-fp32", InstructionSet.Avx2, StorageType.Single),
        Vector<BFloat16, BFloat16Storage, Vector256<float>, Lanes256>("avx2-bf16", InstructionSet.Avx2, StorageType.BFloat16),
        Winograd<Vector256<float>, Lanes256>("avx2-bf16", InstructionSet.Avx2),
        Vector<float, SingleStorage, Vector512<float>, Lanes512>("avx512-fp32", InstructionSet.Avx512, StorageType.Single),
        Vector<BFloat16, BFloat16Storage, Vector512<float>, Lanes512>("avx512-bf16", InstructionSet.Avx512, StorageType.BFloat16),
        Winograd<Vector512<float>, Lanes512>("avx512-bf16", InstructionSet.Avx512),
        Emitted(
            "dot-avx512bf16-bf16", KernelFamily.Dot, InstructionSet.Avx512Bf16, KernelTolerance.Reordered, SummationOrder.PairByPair,
            work => ConvolutionEngines.Emitted(work, new DotProductKernel())),
        Emitted(
            "winograddot-avx512bf16-bf16", KernelFamily.WinogradDot, InstructionSet.Avx512Bf16, KernelTolerance.TransformedAndRounded,
            SummationOrder.TransformedPairByPair, work => ConvolutionEngines.WinogradEmitted(work, new DotProductKernel())),
        Emitted(
            "amx-bf16", KernelFamily.Amx, InstructionSet.Amx, KernelTolerance.Reordered, SummationOrder.EvenAndOddApart,
            work => ConvolutionEngines.Emitted(work, new TileProductKernel())),
    ];

    /// <summary>The last row for a storage type that the machine offers and <see cref="CpuFeatures.CapVariable"/> allows: the choice where nothing is
    /// measured. Which is the fastest depends on the processor: <see cref="KernelChoice"/>.</summary>
    public static KernelRow Best(StorageType storage)
        => Rows.Last(row => row.Storage == storage && row.IsUsable);

    /// <summary>The row of that name; null where there is none, or where it may not be used here.</summary>
    public static KernelRow? FindUsable(string name) => Rows.SingleOrDefault(row => row.Name == name && row.IsUsable);

    /// <summary>Opens a device on <see cref="Best"/>.</summary>
    /// <param name="storage">Storage type of the tensors.</param>
    /// <param name="threads">Threads; 0 means one a core.</param>
    public static IDevice Open(StorageType storage, int threads = 0)
        => Best(storage).Open(threads);

    /// <summary>The row of that name or, where it may not be used here, the fastest usable one that gives the same bytes; null where there is none.</summary>
    public static KernelRow? FindAlike(string name) => FindUsable(name) ?? Rows.LastOrDefault(row => row.IsUsable && GiveSameBytes(name, row.Name));

    /// <summary>Whether two rows are of one family and storage type, which all give the same bytes.</summary>
    public static bool GiveSameBytes(string one, string other)
        => one == other || (Kind(one) is { } kind && kind == Kind(other));

    private static (KernelFamily Family, StorageType Storage)? Kind(string name)
        => Rows.SingleOrDefault(row => row.Name == name) is { } row ? (row.Family, row.Storage) : null;

    private static KernelRow Reference<T, A, S>(string storageName, StorageType storage)
        where T : unmanaged
        where A : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<A>
        where S : struct, IStorage<T, A>
        => new(
            $"reference-{storageName}", KernelFamily.Reference, InstructionSet.Reference, storage, KernelTolerance.Exact, SummationOrder.TermByTerm,
            threads => new ReferenceDevice<T, A, S>($"reference-{storageName}", threads));

    /// <summary>A row of emitted kernels; what surrounds them uses AVX-512.</summary>
    internal static KernelRow Emitted(
        string name, KernelFamily family, InstructionSet instructionSet, KernelTolerance tolerance, SummationOrder order,
        Func<Workspace, IReadOnlyList<IConvolution<BFloat16, BFloat16Storage, Vector512<float>, Lanes512>>> engines)
        => new(
            name, family, instructionSet, StorageType.BFloat16, tolerance, order,
            threads => new CpuDevice<BFloat16, BFloat16Storage, Vector512<float>, Lanes512>(name, threads, engines));

    private static KernelRow Vector<T, S, V, L>(string name, InstructionSet instructionSet, StorageType storage)
        where T : unmanaged
        where S : struct, IStorage<T, float>
        where V : struct
        where L : struct, ILanes<V>
        => new(
            $"vector-{name}", KernelFamily.Vector, instructionSet, storage, KernelTolerance.Reordered, SummationOrder.TermByTerm,
            threads => new CpuDevice<T, S, V, L>($"vector-{name}", threads, ConvolutionEngines.Vector<T, S, V, L>));

    private static KernelRow Winograd<V, L>(string name, InstructionSet instructionSet)
        where V : struct
        where L : struct, ILanes<V>
        => new(
            $"winograd-{name}", KernelFamily.Winograd, instructionSet, StorageType.BFloat16, KernelTolerance.Transformed, SummationOrder.TransformedTermByTerm,
            threads => new CpuDevice<BFloat16, BFloat16Storage, V, L>($"winograd-{name}", threads, ConvolutionEngines.Winograd<BFloat16, BFloat16Storage, V, L>));
}
