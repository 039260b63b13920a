using ActiveInas.Compute;
using ActiveInas.Kernels;

namespace ActiveInas.Tests.Kernels;

/// <summary>Names, on this machine.</summary>
public sealed class KernelSelectionTests
{
    [Theory]
    [InlineData("vector-portable-bf61", "Did you mean vector-portable-bf16?")]
    [InlineData("nonsense", "reference-bf16")]
    [InlineData("", "reference-bf16")]
    public void Unknown_kernels_are_refused_by_name_with_those_that_are_usable(string name, string hint)
    {
        ConfigurationException refused = Assert.Throws<ConfigurationException>(() => KernelSelection.Find(name));
        Assert.Contains($"'{name}'", refused.Message, StringComparison.Ordinal);
        Assert.Contains(hint, refused.Message, StringComparison.Ordinal);
        Assert.Contains($"Usable here: {string.Join(", ", Usable())}; or auto", refused.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Kernels_that_this_machine_cannot_run_are_refused_with_those_that_it_can()
    {
        KernelRow? beyond = KernelTable.Rows.FirstOrDefault(row => !row.IsUsable && row.Storage == StorageType.BFloat16);
        Skip.If(beyond is null, "every row may be used here");
        ConfigurationException refused = Assert.Throws<ConfigurationException>(() => KernelSelection.FindForRun(beyond!.Name));
        Assert.Contains($"{beyond!.Name} need {beyond.InstructionSet.ToString().ToLowerInvariant()}", refused.Message, StringComparison.Ordinal);
        Assert.Contains($"Usable here: {string.Join(", ", Usable())};", refused.Message, StringComparison.Ordinal);
    }

    public static TheoryData<KernelFamily> Families() => new(Enum.GetValues<KernelFamily>());

    [Theory]
    [MemberData(nameof(Families))]
    public void A_family_is_its_fastest_row_here_or_refused_with_those_that_may_be_used(KernelFamily family)
    {
        KernelRow[] rows = [.. KernelTable.Rows.Where(row => row.Family == family && row.Storage == StorageType.BFloat16)];
        if (rows.LastOrDefault(row => row.IsUsable) is { } fastest)
        {
            Assert.Same(fastest, KernelSelection.FindForRun(family));
            return;
        }

        ConfigurationException refused = Assert.Throws<ConfigurationException>(() => KernelSelection.FindForRun(family));
        Assert.Contains($"{rows[0].Name.Split('-')[0]} need {rows[0].InstructionSet.ToString().ToLowerInvariant()}", refused.Message, StringComparison.Ordinal);
        Assert.Contains("one of reference, vector, winograd", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Kernels_are_found_by_name()
    {
        Assert.Equal("reference-fp64", KernelSelection.Find("reference-fp64").Name);
        Assert.Equal("reference-bf16", KernelSelection.FindForRun("reference-bf16").Name);
        Assert.Contains("a run needs BFloat16", Assert.Throws<ConfigurationException>(() => KernelSelection.FindForRun("reference-fp64")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("auto")]
    [InlineData("AUTO")]
    public void Without_a_name_the_measurement_decides(string? name)
    {
        MeasuredKernels measured = KernelSelection.Measured;
        Assert.Equal(measured.Row, KernelSelection.Find(name));
        Assert.Contains(measured.Row, measured.Candidates);
        Assert.Equal(measured.Row, KernelChoice.Decide(measured.Candidates, measured.Limits));
        Assert.True(measured.Row.IsUsable);
    }

    private static IEnumerable<string> Usable() => KernelTable.Rows.Where(row => row.IsUsable && row.Storage == StorageType.BFloat16).Select(row => row.Name);
}
