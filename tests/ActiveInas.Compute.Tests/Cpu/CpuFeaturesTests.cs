namespace ActiveInas.Compute.Tests.Cpu;

/// <summary>The cap is an environment variable of the whole process: everything that reads it is tested in this one class.</summary>
public sealed class CpuFeaturesTests : IDisposable
{
    private readonly string? _before = Environment.GetEnvironmentVariable(CpuFeatures.CapVariable);

    public void Dispose() => Environment.SetEnvironmentVariable(CpuFeatures.CapVariable, _before);

    [Theory]
    [InlineData("reference", InstructionSet.Reference)]
    [InlineData("portable", InstructionSet.Portable)]
    [InlineData("avx2", InstructionSet.Avx2)]
    [InlineData("avx512", InstructionSet.Avx512)]
    [InlineData("avx512bf16", InstructionSet.Avx512Bf16)]
    [InlineData("amx", InstructionSet.Amx)]
    [InlineData("AVX2", InstructionSet.Avx2)]
    [InlineData("Reference", InstructionSet.Reference)]
    public void The_cap_limits_what_the_hardware_offers(string text, InstructionSet cap)
    {
        Environment.SetEnvironmentVariable(CpuFeatures.CapVariable, text);
        Assert.Equal(cap < CpuFeatures.Hardware ? cap : CpuFeatures.Hardware, CpuFeatures.Best);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void Without_a_cap_the_hardware_decides(string? text)
    {
        Environment.SetEnvironmentVariable(CpuFeatures.CapVariable, text);
        Assert.Equal(CpuFeatures.Hardware, CpuFeatures.Best);
    }

    [Theory]
    [InlineData("sse2")]
    [InlineData("0")]
    [InlineData("2")]
    [InlineData("+2")]
    [InlineData("-1")]
    [InlineData("avx2,portable")]
    [InlineData(" avx2")]
    [InlineData("avx-512")]
    public void An_unknown_cap_is_refused_with_the_choices(string text)
    {
        Environment.SetEnvironmentVariable(CpuFeatures.CapVariable, text);
        InvalidOperationException error = Assert.Throws<InvalidOperationException>(() => CpuFeatures.Best);
        Assert.Contains($"'{text}'", error.Message, StringComparison.Ordinal);
        Assert.Contains("amx, avx512bf16, avx512, avx2, portable, reference", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("reference")]
    [InlineData("portable")]
    [InlineData("avx2")]
    [InlineData("avx512")]
    [InlineData("avx512bf16")]
    [InlineData("amx")]
    public void The_last_row_of_a_storage_type_that_cap_and_hardware_allow_is_chosen(string text)
    {
        Environment.SetEnvironmentVariable(CpuFeatures.CapVariable, text);
        foreach (StorageType storage in Enum.GetValues<StorageType>())
        {
            KernelRow best = KernelTable.Best(storage);
            int place = KernelTable.Rows.ToList().IndexOf(best);
            Assert.Equal(storage, best.Storage);
            Assert.True(best.IsSupported && best.InstructionSet <= CpuFeatures.Best, $"{best.Name} under the cap {text}");
            Assert.DoesNotContain(KernelTable.Rows.Skip(place + 1), row => row.Storage == storage && row.InstructionSet <= CpuFeatures.Best);
        }
    }

    [Fact]
    public void The_cap_reference_leaves_the_Reference_family()
    {
        Environment.SetEnvironmentVariable(CpuFeatures.CapVariable, "reference");
        using IDevice device = KernelTable.Open(StorageType.BFloat16);
        Assert.Equal("reference-bf16", device.KernelName);
    }

    [Theory]
    [InlineData(3, 3)]
    [InlineData(0, 0)]
    public void Open_gives_the_threads_that_were_asked_for(int asked, int given)
    {
        int threads = 0;
        KernelRow row = KernelTable.Rows[0] with { Create = count => KernelTable.Rows[0].Create(threads = count) };
        using IDevice device = row.Open(asked);
        Assert.Equal(given > 0 ? given : Environment.ProcessorCount, threads);
    }
}
