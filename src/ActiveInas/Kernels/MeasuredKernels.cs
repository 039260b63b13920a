using ActiveInas.Compute;
using ActiveInas.Compute.Profiling;

namespace ActiveInas.Kernels;

/// <summary>The kernels that a run without a wish uses, and why.</summary>
/// <param name="Row">The choice.</param>
/// <param name="Candidates">The rows that it was made among, in the order of the table; a single one is not measured.</param>
/// <param name="Limits">What their instructions give; empty: nothing was measured, and the order of the table holds.</param>
/// <param name="CacheFile">Where the figures are remembered; null: nowhere.</param>
public sealed record MeasuredKernels(KernelRow Row, IReadOnlyList<KernelRow> Candidates, IReadOnlyList<InstructionLimit> Limits, string? CacheFile);
