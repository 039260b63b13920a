using ActiveInas.Compute.Profiling;

namespace ActiveInas.Compute.Tests.Cpu;

/// <summary>The choice as a function of measured limits; TFLOP/s of one core.</summary>
public sealed class KernelChoiceTests
{
    [Theory]
    [InlineData("Emerald Rapids without tiles", 0.179, 0.089, "winograd-avx512-bf16")]
    [InlineData("Zen 4", 0.12, 0.24, "winograddot-avx512bf16-bf16")]
    [InlineData("as fast as each other: the table's order", 0.12, 0.12, "winograddot-avx512bf16-bf16")]
    [InlineData("within the noise", 0.12, 0.10, "winograddot-avx512bf16-bf16")]
    [InlineData("Emerald Rapids, a third of the multiply-adds lost to noise", 0.119, 0.089, "winograd-avx512-bf16")]
    [InlineData("Zen 4, half of the products lost to noise", 0.12, 0.12, "winograddot-avx512bf16-bf16")]
    public void Two_limits_decide_between_multiply_adds_and_products(string processor, double multiplyAdd, double product, string chosen)
        => Assert.True(chosen == Decide(InstructionSet.Avx512Bf16, multiplyAdd, product), processor);

    [Theory]
    [InlineData(0.179, 0.089, 2.2, "amx-bf16")]
    [InlineData(0.12, 0.24, 1.0, "amx-bf16")]
    [InlineData(0.179, 0.089, 0.3, "winograd-avx512-bf16")]
    [InlineData(0.12, 0.24, 0.3, "winograddot-avx512bf16-bf16")]
    public void Tiles_come_first_where_they_outweigh_that_they_multiply_every_tap(double multiplyAdd, double product, double tile, string chosen)
        => Assert.Equal(chosen, Decide(InstructionSet.Amx, multiplyAdd, product, tile));

    [Theory]
    [InlineData(InstructionSet.Reference, "reference-bf16")]
    [InlineData(InstructionSet.Portable, "winograd-portable-bf16")]
    [InlineData(InstructionSet.Avx2, "winograd-avx2-bf16")]
    [InlineData(InstructionSet.Avx512, "winograd-avx512-bf16")]
    [InlineData(InstructionSet.Avx512Bf16, "winograd-avx512-bf16", "winograddot-avx512bf16-bf16")]
    [InlineData(InstructionSet.Amx, "winograd-avx512-bf16", "winograddot-avx512bf16-bf16", "amx-bf16")]
    public void Candidates_are_the_best_row_of_each_family_and_kind(InstructionSet allowed, params string[] names)
        => Assert.Equal(names, KernelChoice.Candidates(StorageType.BFloat16, allowed).Select(row => row.Name));

    [Theory]
    [InlineData(StorageType.Single, "vector-avx512-fp32")]
    [InlineData(StorageType.Double, "reference-fp64")]
    public void Other_storage_types_have_one_candidate(StorageType storage, string name)
        => Assert.Equal(name, Assert.Single(KernelChoice.Candidates(storage, InstructionSet.Amx)).Name);

    [Fact]
    public void Without_a_limit_the_order_of_the_table_holds()
    {
        IReadOnlyList<KernelRow> candidates = KernelChoice.Candidates(StorageType.BFloat16, InstructionSet.Avx512Bf16);
        Assert.Equal("winograddot-avx512bf16-bf16", KernelChoice.Decide(candidates, []).Name);
        Assert.Equal("winograddot-avx512bf16-bf16", KernelChoice.Decide(candidates, [new InstructionLimit("fma-avx512", InstructionSet.Avx512, 9)]).Name);
    }

    [Fact]
    public void One_thread_is_measured_for_the_kinds_that_were_asked_for()
    {
        InstructionSet[] kinds = [InstructionSet.Portable, CpuFeatures.Hardware];
        IReadOnlyList<InstructionLimit> limits = MachineLimits.MeasureOneThread(kinds, TimeSpan.FromMilliseconds(5));
        Assert.Equal(kinds.Distinct(), limits.Select(limit => limit.InstructionSet));
        Assert.All(limits, limit => Assert.InRange(limit.TeraFlops, 1e-6, 1e3));
    }

    [Fact]
    public void The_processor_has_a_name() => Assert.Matches("^[A-Za-z0-9 ]{3,}$", CpuFeatures.Processor.Replace("!", "", StringComparison.Ordinal));

    private static string Decide(InstructionSet allowed, params double[] limits)
    {
        IReadOnlyList<KernelRow> candidates = KernelChoice.Candidates(StorageType.BFloat16, allowed);
        return KernelChoice.Decide(candidates, [.. candidates.Zip(limits, (row, limit) => new InstructionLimit("", row.InstructionSet, limit))]).Name;
    }
}
