using ActiveInas.Compute;
using BenchmarkDotNet.Attributes;

namespace ActiveInas.Benchmarks;

/// <summary>Every operation of every layer on the fastest bf16 kernels that <see cref="CpuFeatures.CapVariable"/> allows.</summary>
[MemoryDiagnoser]
public class LayerBenchmarks : IDisposable
{
    private IDevice? _device;
    private LayerBench? _bench;
    private Action _call = () => { };

    /// <summary>What is measured.</summary>
    [ParamsSource(nameof(Cases))]
    public LayerCase Case { get; set; } = null!;

    /// <summary>The lines of layers.txt.</summary>
    public static IEnumerable<LayerCase> Cases => LayerCase.All(LayerCase.DefaultFile);

    /// <summary>Makes device and memory.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _device = KernelTable.Open(StorageType.BFloat16);
        _bench = new LayerBench(_device, Case.Layer);
        _call = _bench.Call(Case.Operation);
    }

    /// <summary>One call.</summary>
    [Benchmark]
    public void Run() => _call();

    /// <summary>Frees both.</summary>
    [GlobalCleanup]
    public void Dispose()
    {
        _bench?.Dispose();
        _device?.Dispose();
        GC.SuppressFinalize(this);
    }
}
