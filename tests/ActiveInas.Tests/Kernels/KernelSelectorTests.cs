using System.ComponentModel;
using ActiveInas.Compute;
using ActiveInas.Compute.Profiling;
using ActiveInas.Kernels;
using ActiveInas.Tests.Shared;

namespace ActiveInas.Tests.Kernels;

/// <summary>What is measured, remembered and chosen, on processors that need not be here.</summary>
public sealed class KernelSelectorTests : IDisposable
{
    private static readonly (double MultiplyAdd, double Product) s_emeraldRapids = (0.179, 0.089);
    private static readonly (double MultiplyAdd, double Product) s_zen4 = (0.12, 0.24);

    private readonly TemporaryFolder _folder = new();
    private readonly List<InstructionSet[]> _measured = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_processor_is_measured_once_and_remembered()
    {
        KernelSelector first = Selector(s_emeraldRapids);
        MeasuredKernels chosen = Choose(first);
        Assert.Equal("winograd-avx512-bf16", chosen.Row.Name);
        Assert.Equal([0.179, 0.089], chosen.Limits.Select(limit => limit.TeraFlops));
        Assert.Equal(Cache().FilePath, chosen.CacheFile);
        Assert.Equal(chosen.Row, Choose(first).Row);
        Assert.Equal([InstructionSet.Avx512, InstructionSet.Avx512Bf16], Assert.Single(_measured));

        // Another process.
        MeasuredKernels again = Choose(Selector(s_zen4));
        Assert.Equal(("winograd-avx512-bf16", chosen.CacheFile), (again.Row.Name, again.CacheFile));
        Assert.Single(_measured);
    }

    [Fact]
    public void Without_a_cache_it_measures_once_a_process()
    {
        File.WriteAllText(_folder["cache"], "a file where a folder should be");
        for (int process = 1; process <= 2; process++)
        {
            KernelSelector selector = Selector(s_zen4);
            MeasuredKernels chosen = Choose(selector);
            Assert.Equal(("winograddot-avx512bf16-bf16", null), (chosen.Row.Name, chosen.CacheFile));
            Choose(selector);
            Assert.Equal(process, _measured.Count);
        }
    }

    [Theory]
    [InlineData(InstructionSet.Avx512, "winograd-avx512-bf16")]
    [InlineData(InstructionSet.Avx2, "winograd-avx2-bf16")]
    [InlineData(InstructionSet.Portable, "winograd-portable-bf16")]
    [InlineData(InstructionSet.Reference, "reference-bf16")]
    public void One_candidate_needs_no_measurement(InstructionSet allowed, string name)
    {
        MeasuredKernels chosen = Selector(s_zen4).Choose(StorageType.BFloat16, allowed);
        Assert.Equal(name, chosen.Row.Name);
        Assert.Empty(chosen.Limits);
        Assert.Empty(_measured);
    }

    [Fact]
    public void A_cap_that_goes_measures_what_is_new_and_forgets_nothing()
    {
        KernelSelector selector = Selector(s_zen4);
        Choose(selector);
        Assert.Equal("amx-bf16", selector.Choose(StorageType.BFloat16, InstructionSet.Amx).Row.Name);
        Assert.Equal(2, _measured.Count);
        Assert.Equal("winograddot-avx512bf16-bf16", Choose(selector).Row.Name);
        Assert.Equal(3, Cache().Find().Count);
        Assert.Equal(2, _measured.Count);
    }

    [Fact]
    public void Where_nothing_can_be_measured_the_order_of_the_table_holds()
    {
        KernelSelector selector = new(Cache(), _ => throw new Win32Exception(1));
        MeasuredKernels chosen = Choose(selector);
        Assert.Equal(("winograddot-avx512bf16-bf16", 0, null), (chosen.Row.Name, chosen.Limits.Count, chosen.CacheFile));
        Assert.False(Directory.Exists(_folder["cache"]));
    }

    private static MeasuredKernels Choose(KernelSelector selector) => selector.Choose(StorageType.BFloat16, InstructionSet.Avx512Bf16);

    private KernelCache Cache() => new(_folder["cache"], "processor", "version");

    private KernelSelector Selector((double MultiplyAdd, double Product) limits) => new(Cache(), kinds =>
    {
        _measured.Add([.. kinds]);
        return [.. kinds.Select(kind => new InstructionLimit(kind.ToString(), kind, kind switch
        {
            InstructionSet.Avx512 => limits.MultiplyAdd,
            InstructionSet.Avx512Bf16 => limits.Product,
            _ => 2.2,
        }))];
    });
}
