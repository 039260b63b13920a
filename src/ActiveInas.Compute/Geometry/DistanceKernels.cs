namespace ActiveInas.Compute.Geometry;

/// <summary>One row of the table of distance kernels. Names follow distance-isa.</summary>
/// <param name="Name">For example <c>distance-avx512</c>.</param>
/// <param name="InstructionSet">What the hardware must offer.</param>
/// <param name="Kernel">Without state: any thread may use it.</param>
internal sealed record DistanceKernelRow(string Name, InstructionSet InstructionSet, DistanceKernel Kernel)
{
    /// <summary>Whether this machine can run it, whatever the cap.</summary>
    public bool IsSupported => InstructionSet <= CpuFeatures.Hardware;
}

/// <summary>The only source of dispatch, tests and benchmarks of distances between embeddings. All rows give the same bytes.</summary>
internal static class DistanceKernels
{
    /// <summary>All rows, slowest first.</summary>
    public static IReadOnlyList<DistanceKernelRow> Rows { get; } =
    [
        new("distance-reference", InstructionSet.Reference, new DistanceKernel<PlainTile>()),
        new("distance-portable", InstructionSet.Portable, new DistanceKernel<DistanceTile128>()),
        new("distance-avx2", InstructionSet.Avx2, new DistanceKernel<DistanceTile256>()),
        new("distance-avx512", InstructionSet.Avx512, new DistanceKernel<DistanceTile512>()),
    ];

    /// <summary>The fastest row that the machine offers and <see cref="CpuFeatures.CapVariable"/> allows.</summary>
    public static DistanceKernelRow Best => Rows.Last(row => row.InstructionSet <= CpuFeatures.Best);
}
