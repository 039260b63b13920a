using System.Globalization;
using ActiveInas.Cli.Benchmarking;
using ActiveInas.Compute;
using ActiveInas.Compute.Profiling;
using ActiveInas.Runs.Output;
using Spectre.Console;

namespace ActiveInas.Cli.Views;

/// <summary>A benchmark for people, within 80 columns.</summary>
internal static class BenchView
{
    public static void Write(IAnsiConsole console, BenchmarkReport report)
    {
        Tables.Fact(console, "processor", $"{CpuFeatures.ModelName}, {report.Threads} threads used");
        Tables.Fact(console, "kernels", report.Row.Name);
        foreach (ComputeLimit limit in report.Limits.Compute)
        {
            Tables.Fact(
                console,
                $"limit {limit.Name}",
                $"{Teraflops(limit.AllThreads)} TFLOP/s, one thread {Teraflops(limit.OneThread)}{(limit == report.Limit ? " (the limit below)" : "")}");
        }

        MemoryLimit memory = report.Limits.Memory;
        Tables.Fact(console, $"limit {OpSpeed.MemoryName}", $"{Tenths(memory.AllThreads)} GB/s copied, one thread {Tenths(memory.OneThread)} (operations without GFLOP/s)");
        if (report.Ops.Any(op => op.LimitShare > 1 && op.Counts.Flops > 0))
        {
            Tables.Fact(console, "above 100 %", "FLOPs count every tap of a kernel: an algorithm that needs fewer may pass the limit");
        }

        if (report.PeakBytes is { } peak)
        {
            Tables.Fact(console, "memory", $"{Megabytes(report.IdleBytes)} idle, {Megabytes(peak)} at most");
        }

        WriteNetworks(console, report);
        foreach (IGrouping<(string Network, BenchmarkPhase Phase), OpSpeed> ops in report.Ops.GroupBy(op => ($"{op.Network}", op.Phase)))
        {
            WriteOps(console, $"{ops.Key.Network}, {(ops.Key.Phase == BenchmarkPhase.Training ? "training" : "inference")}", ops);
        }
    }

    private static void WriteNetworks(IAnsiConsole console, BenchmarkReport report)
    {
        Table speeds = Tables.Create("network", "#train/s", "#TFLOP/s", "#limit", "#infer/s", "#batch", "#TFLOP/s", "#limit")
            .Title($"images a second, training with batch {report.Batch}");
        Table facts = Tables.Create("network", "#parameters", "#MFLOPs", "#memory", "#steps", "loss of one batch")
            .Title("trainable parameters, MFLOPs forward, memory of training above idle");
        foreach (NetworkSpeed network in report.Networks)
        {
            TrainingSpeed? training = network.Training;
            InferenceSpeed? inference = network.BestInference;
            string name = network.Architecture.ToString();
            speeds.AddRow(
                Tables.Text(name),
                Tables.Strong(Rate(training?.ImagesPerSecond)),
                Tables.Text(Teraflops(training?.Teraflops)),
                Tables.Text(Share(training is null ? null : report.LimitShare(training.Teraflops))),
                Tables.Strong(Rate(inference?.ImagesPerSecond)),
                Tables.Text(inference is null ? "-" : $"{inference.Batch}"),
                Tables.Text(Teraflops(inference?.Teraflops)),
                Tables.Text(Share(inference is null ? null : report.LimitShare(inference.Teraflops))));
            facts.AddRow(
                Tables.Text(name),
                Tables.Text(NumberText.Count(network.Parameters)),
                Tables.Text(Tenths(network.ForwardFlops / 1e6)),
                Tables.Text(Megabytes(training?.MemoryBytes)),
                Tables.Text(training is null ? "-" : $"{training.Steps}"),
                Tables.Text(training is null ? "-" : $"{Loss(training.FirstLoss)} -> {Loss(training.LastLoss)}"));
        }

        console.Write(speeds);
        console.Write(facts);
    }

    /// <summary>What has GFLOP/s is held against the limit of the arithmetic, the rest against that of the memory.</summary>
    private static void WriteOps(IAnsiConsole console, string title, IEnumerable<OpSpeed> ops)
    {
        Table table = Tables.Create("operation", "#calls", "#time", "#GFLOP/s", "#GB/s", "#limit").Title(title);
        foreach (OpSpeed op in ops)
        {
            table.AddRow(
                Tables.Text(op.Name),
                Tables.Text(NumberText.Count(op.Counts.Calls)),
                Tables.Text(Share(op.Share)),
                Tables.Text(op.Counts.Flops == 0 ? "-" : Tenths(op.Counts.Gigaflops)),
                Tables.Text(op.Counts.Bytes == 0 ? "-" : Tenths(op.Counts.GigabytesPerSecond)),
                Tables.Text(Share(op.LimitShare)));
        }

        console.Write(table);
    }

    private static string Rate(double? value) => value is { } rate ? rate.ToString(rate < 100 ? "0.0" : "N0", CultureInfo.InvariantCulture) : "-";

    private static string Teraflops(double? value) => value?.ToString("0.000", CultureInfo.InvariantCulture) ?? "-";

    private static string Tenths(double value) => value.ToString("N1", CultureInfo.InvariantCulture);

    private static string Loss(double value) => value.ToString("0.000", CultureInfo.InvariantCulture);

    private static string Share(double? value) => value is { } share ? $"{Tenths(100 * share)} %" : "-";

    private static string Megabytes(long? bytes) => bytes is { } value ? $"{NumberText.Count(value / 1_000_000)} MB" : "-";
}
