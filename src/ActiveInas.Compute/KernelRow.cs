namespace ActiveInas.Compute;

/// <summary>Families of kernels, slowest and plainest first.</summary>
public enum KernelFamily
{
    /// <summary>Plain loops: the readable twin of everything else.</summary>
    Reference,

    /// <summary>System.Runtime.Intrinsics: AVX-512, AVX2, and portable 128-bit vectors.</summary>
    Vector,

    /// <summary>Vector, with 3x3 convolutions by Winograd's algorithm where that takes less work.</summary>
    Winograd,

    /// <summary>Kernels emitted on AVX-512 BF16 dot products.</summary>
    Dot,

    /// <summary>Dot, with 3x3 convolutions by Winograd's algorithm where that takes less work.</summary>
    WinogradDot,

    /// <summary>Kernels emitted on AMX tiles.</summary>
    Amx,
}

/// <summary>How close the results of a row are to those of Reference with the same storage.</summary>
internal enum KernelTolerance
{
    /// <summary>They are those of Reference.</summary>
    Exact,

    /// <summary>The same products in another order: a sum may be rounded to the other neighbour when it is stored.</summary>
    Reordered,

    /// <summary>As <see cref="Reordered"/>, and 3x3 convolutions of stride 1 are sums of transformed values in fp32.</summary>
    Transformed,

    /// <summary>3x3 convolutions of stride 1 are sums of transformed values that are rounded to bf16: docs/kernels.md has the figures.</summary>
    TransformedAndRounded,
}

/// <summary>In which order the convolutions of a training are summed. Rows that share order and storage give the same bytes there, on whatever instructions.</summary>
internal enum SummationOrder
{
    /// <summary>One fused multiply-add a term: over blocks of 32 channels, in a block over taps, in a tap over channels; weight gradients over positions.</summary>
    TermByTerm,

    /// <summary>Winograd's algorithm in fp32 where it pays, else <see cref="TermByTerm"/>.</summary>
    TransformedTermByTerm,

    /// <summary>Terms in pairs along the reduced index, of each pair the odd member first.</summary>
    PairByPair,

    /// <summary>Winograd's algorithm on values rounded to bf16 where it pays, else <see cref="PairByPair"/>.</summary>
    TransformedPairByPair,

    /// <summary>Even and odd members of 16 pairs apart, then added.</summary>
    EvenAndOddApart,
}

/// <summary>One row of the table: a named way to run every operation. Names follow family-isa-storage.</summary>
public sealed record KernelRow
{
    /// <summary>For <see cref="KernelTable"/>.</summary>
    /// <param name="name">For example <c>vector-avx512-bf16</c>.</param>
    /// <param name="family">Rows of one family give the same bytes.</param>
    /// <param name="instructionSet">What the hardware must offer.</param>
    /// <param name="storage">Storage type of the tensors.</param>
    /// <param name="tolerance">How close it is to Reference.</param>
    /// <param name="order">Whose order of summation it shares.</param>
    /// <param name="create">Makes a device with so many threads.</param>
    internal KernelRow(
        string name, KernelFamily family, InstructionSet instructionSet, StorageType storage, KernelTolerance tolerance, SummationOrder order, Func<int, IDevice> create)
    {
        (Name, Family, InstructionSet, Storage, Tolerance, Order, Create) = (name, family, instructionSet, storage, tolerance, order, create);
    }

    /// <summary>For example <c>vector-avx512-bf16</c>.</summary>
    public string Name { get; }

    /// <summary>Rows of one family give the same bytes.</summary>
    public KernelFamily Family { get; }

    /// <summary>What the hardware must offer.</summary>
    public InstructionSet InstructionSet { get; }

    /// <summary>Storage type of the tensors.</summary>
    public StorageType Storage { get; }

    /// <summary>How close it is to Reference.</summary>
    internal KernelTolerance Tolerance { get; }

    /// <summary>Whose order of summation it shares.</summary>
    internal SummationOrder Order { get; }

    /// <summary>Makes a device with so many threads, one at least.</summary>
    internal Func<int, IDevice> Create { get; init; }

    /// <summary>Whether this machine can run it, whatever the cap.</summary>
    public bool IsSupported => InstructionSet <= CpuFeatures.Hardware;

    /// <summary>Whether this machine can run it and <see cref="CpuFeatures.CapVariable"/> allows it.</summary>
    internal bool IsUsable => IsSupported && InstructionSet <= CpuFeatures.Best;

    /// <summary>Whether 3x3 convolutions take fewer products, of transformed values.</summary>
    internal bool IsTransformed => Tolerance >= KernelTolerance.Transformed;

    /// <summary>Makes a device; 0 threads: one a core.</summary>
    public IDevice Open(int threads = 0) => Create(threads > 0 ? threads : Environment.ProcessorCount);
}
