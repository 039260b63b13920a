using ActiveInas.Benchmarks;
using ActiveInas.Compute;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

// dotnet run -c Release --project benchmarks/ActiveInas.Benchmarks -- --gate             allocations only, some seconds
// dotnet run -c Release --project benchmarks/ActiveInas.Benchmarks -- --filter '*3x3/1*'  times too; all options of BenchmarkDotNet
if (!args.Contains("--gate"))
{
    // In this process: the kernels pick their instructions by the environment of the caller, and nothing has to be built first.
    IConfig config = DefaultConfig.Instance
        .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance))
        .WithSummaryStyle(SummaryStyle.Default.WithMaxParameterColumnWidth(60));
    if (!BenchmarkSwitcher.FromTypes([typeof(LayerBenchmarks)]).Run(args, config).Any(summary => summary.Reports.Length > 0))
    {
        return 0;
    }
}

using IDevice device = KernelTable.Open(StorageType.BFloat16);
return AllocationGate.Check(device, LayerCase.All(LayerCase.DefaultFile), Console.Out);
