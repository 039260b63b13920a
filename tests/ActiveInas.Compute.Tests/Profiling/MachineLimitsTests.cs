using ActiveInas.Compute.Profiling;

namespace ActiveInas.Compute.Tests.Profiling;

public sealed class MachineLimitsTests
{
    private static readonly MachineLimits s_limits = MachineLimits.Measure(2, TimeSpan.FromMilliseconds(20));

    [Fact]
    public void There_is_a_limit_for_each_instruction_set_up_to_the_best()
    {
        Assert.Equal(2, s_limits.Threads);
        InstructionSet best = (InstructionSet)Math.Clamp((int)CpuFeatures.Best, (int)InstructionSet.Portable, (int)InstructionSet.Amx);
        Assert.Equal(best, s_limits.Compute[^1].InstructionSet);
        Assert.Equal(s_limits.Compute.OrderBy(limit => limit.InstructionSet), s_limits.Compute);
        Assert.Equal(s_limits.Compute.Count, s_limits.Compute.Select(limit => limit.Name).Distinct().Count());
    }

    /// <summary>No processor since 2013 does less than 0.1 GFLOP/s (unoptimised) or more than 10 TFLOP/s of tile products in a thread; a loop that
    /// was optimised away, or counted wrongly, lies far outside.</summary>
    [Fact]
    public void Limits_are_of_the_order_of_a_processor()
    {
        foreach (ComputeLimit limit in s_limits.Compute)
        {
            Assert.InRange(limit.OneThread, 0.0001, 10);
            Assert.InRange(limit.AllThreads, limit.OneThread, 20);
        }

        Assert.InRange(s_limits.Memory.OneThread, 0.1, 1000);
        Assert.InRange(s_limits.Memory.AllThreads, s_limits.Memory.OneThread, 2000);
    }

    [Fact]
    public void A_row_is_held_against_the_fastest_instructions_that_it_may_use()
    {
        ComputeLimit portable = new("fma-portable", InstructionSet.Portable, 1, 2);
        ComputeLimit avx512 = new("fma-avx512", InstructionSet.Avx512, 3, 4);
        ComputeLimit tile = new("tile-bf16", InstructionSet.Amx, 5, 6);
        MachineLimits limits = new(2, [portable, avx512, tile], new MemoryLimit(1, 1));
        Assert.Equal(portable, limits.For(Row(InstructionSet.Reference)));
        Assert.Equal(portable, limits.For(Row(InstructionSet.Avx2)));
        Assert.Equal(avx512, limits.For(Row(InstructionSet.Avx512)));
        Assert.Equal(tile, limits.For(Row(InstructionSet.Amx)));
    }

    private static KernelRow Row(InstructionSet set)
        => new("test", KernelFamily.Vector, set, StorageType.BFloat16, KernelTolerance.Reordered, SummationOrder.TermByTerm, _ => throw new NotSupportedException());
}
