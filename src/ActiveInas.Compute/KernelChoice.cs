using ActiveInas.Compute.Profiling;

namespace ActiveInas.Compute;

/// <summary>Which row of the table is fastest, by what the processor's instructions give. No instruction is fast by name: a bf16 product does twice
/// the arithmetic of an fp32 multiply-add on Zen 4 and half of it on Emerald Rapids.</summary>
public static class KernelChoice
{
    /// <summary>A row takes the place of a later one only when it is that much faster by its limit: between that, transforms, packing and memory decide,
    /// in favour of the table's order (docs/kernels.md has the measurements).</summary>
    private const double Clearly = 1.25;

    /// <summary>Share of the products of a 3x3 convolution that Winograd's algorithm leaves: 0.27 to 0.36 at 16 x 16, 8 x 8 and 4 x 4.</summary>
    private const double WinogradProducts = 0.3;

    /// <summary>The rows that may be the fastest, in the order of the table: for each kind of instruction the last row, for each family the widest.</summary>
    /// <param name="storage">Storage type of the tensors.</param>
    /// <param name="allowed">The most that a row may need, for example <see cref="CpuFeatures.Best"/>.</param>
    public static IReadOnlyList<KernelRow> Candidates(StorageType storage, InstructionSet allowed)
    {
        KernelRow[] last = [.. KernelTable.Rows.Where(row => row.Storage == storage && row.InstructionSet <= allowed)
            .GroupBy(row => row.InstructionSet).Select(rows => rows.Last())
            .GroupBy(row => row.Family).Select(rows => rows.Last())];
        KernelRow[] fast = [.. last.Where(row => row.InstructionSet > InstructionSet.Reference)];
        return fast.Length > 0 ? fast : last;
    }

    /// <summary>Chooses. Where a limit is missing, the order of the table holds: the last candidate.</summary>
    /// <param name="candidates">At least one, in the order of the table.</param>
    /// <param name="limits">Measured, of one core.</param>
    public static KernelRow Decide(IReadOnlyList<KernelRow> candidates, IReadOnlyList<InstructionLimit> limits)
    {
        ArgumentNullException.ThrowIfNull(candidates);
        ArgumentNullException.ThrowIfNull(limits);
        KernelRow best = candidates[^1];
        if (!IsComplete(candidates, limits))
        {
            return best;
        }

        foreach (KernelRow row in candidates.Reverse().Skip(1))
        {
            best = Rate(row, limits) > Clearly * Rate(best, limits) ? row : best;
        }

        return best;
    }

    /// <summary>Whether every candidate has its limit.</summary>
    public static bool IsComplete(IReadOnlyList<KernelRow> candidates, IReadOnlyList<InstructionLimit> limits)
        => candidates.All(row => limits.Any(limit => limit.InstructionSet == row.InstructionSet));

    /// <summary>TFLOP/s of 3x3 convolutions, counting every tap, at the limit of the row's instructions.</summary>
    private static double Rate(KernelRow row, IReadOnlyList<InstructionLimit> limits)
    {
        double limit = limits.First(limit => limit.InstructionSet == row.InstructionSet).TeraFlops;
        return row.IsTransformed ? limit / WinogradProducts : limit;
    }
}
