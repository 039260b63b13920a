namespace ActiveInas.Compute.Profiling;

/// <summary>What some calls took and did.</summary>
/// <param name="Calls">Number of calls.</param>
/// <param name="Seconds">Wall-clock.</param>
/// <param name="Flops">Useful ones: convolutions and dense layers, a multiply-add counts 2, borders and padding count nothing.</param>
/// <param name="Bytes">Every argument read or written once: what must move at least.</param>
public readonly record struct OpCounts(long Calls, double Seconds, long Flops, long Bytes)
{
    /// <summary>GFLOP/s.</summary>
    public double Gigaflops => Seconds > 0 ? Flops / Seconds / 1e9 : 0;

    /// <summary>GB/s.</summary>
    public double GigabytesPerSecond => Seconds > 0 ? Bytes / Seconds / 1e9 : 0;

    /// <summary>Both together.</summary>
    internal OpCounts Plus(OpCounts other)
        => new(Calls + other.Calls, Seconds + other.Seconds, Flops + other.Flops, Bytes + other.Bytes);
}

/// <summary>All calls of one operation at one shape.</summary>
internal sealed record ShapeCounts(OpShape Shape, OpCounts Counts);

/// <summary>All calls of one class of operations.</summary>
/// <param name="Name">For example <c>conv 3x3 backward data</c>.</param>
/// <param name="IsArithmetic">Whether the arithmetic limits it, and not the memory.</param>
/// <param name="Counts">Their sum.</param>
public sealed record ClassCounts(string Name, bool IsArithmetic, OpCounts Counts);
