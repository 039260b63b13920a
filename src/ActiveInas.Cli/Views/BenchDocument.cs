using System.Text.Json.Nodes;
using ActiveInas.Cli.Benchmarking;
using ActiveInas.Compute;
using ActiveInas.Compute.Profiling;
using ActiveInas.Runs.Output;

namespace ActiveInas.Cli.Views;

/// <summary>A benchmark as JSON.</summary>
internal static class BenchDocument
{
    public static JsonObject Of(BenchmarkReport report) => new()
    {
        ["schema_version"] = RunDocument.SchemaVersion,
        ["version"] = ProductVersion.Number,
        ["commit"] = ProductVersion.Commit,
        ["machine"] = new JsonObject
        {
            ["cpu"] = CpuFeatures.ModelName,
            ["instruction_set"] = Lower(CpuFeatures.Hardware),
            ["allowed_instruction_set"] = Lower(CpuFeatures.Best),
            ["cores"] = Environment.ProcessorCount,
            ["threads"] = report.Threads,
        },
        ["kernels"] = report.Row.Name,
        ["batch"] = report.Batch,
        ["idle_memory_bytes"] = report.IdleBytes,
        ["peak_memory_bytes"] = report.PeakBytes,
        ["networks"] = new JsonArray([.. report.Networks.Select(network => Node(report, network))]),
        ["limits"] = Node(report.Limits, report.Limit),
        ["ops"] = new JsonArray([.. report.Ops.Select(Node)]),
    };

    private static JsonObject Node(BenchmarkReport report, NetworkSpeed network)
    {
        TrainingSpeed? training = network.Training;
        InferenceSpeed? inference = network.BestInference;
        return new JsonObject
        {
            ["network"] = network.Architecture.ToString(),
            ["blocks"] = network.Architecture.Blocks,
            ["stacks"] = network.Architecture.Stacks,
            ["parameters"] = network.Parameters,
            ["forward_flops"] = network.ForwardFlops,
            ["train_images_per_second"] = JsonText.Number(training?.ImagesPerSecond),
            ["train_tflops"] = JsonText.Number(training?.Teraflops),
            ["train_limit_share"] = Share(report, training?.Teraflops),
            ["train_memory_bytes"] = training?.MemoryBytes,
            ["train_steps"] = training?.Steps,
            ["first_loss"] = JsonText.Number(training?.FirstLoss),
            ["last_loss"] = JsonText.Number(training?.LastLoss),
            ["inference_images_per_second"] = JsonText.Number(inference?.ImagesPerSecond),
            ["inference_tflops"] = JsonText.Number(inference?.Teraflops),
            ["inference_limit_share"] = Share(report, inference?.Teraflops),
            ["inference_batch"] = inference?.Batch,
            ["inference"] = new JsonArray([.. network.Inference.Select(speed => new JsonObject
            {
                ["batch"] = speed.Batch,
                ["images_per_second"] = JsonText.Number(speed.ImagesPerSecond),
            })]),
        };
    }

    private static JsonNode? Share(BenchmarkReport report, double? teraflops)
        => JsonText.Number(teraflops is { } value ? report.LimitShare(value) : null);

    private static JsonObject Node(MachineLimits limits, ComputeLimit used) => new()
    {
        ["threads"] = limits.Threads,
        ["used"] = used.Name,
        ["compute"] = new JsonArray([.. limits.Compute.Select(limit => new JsonObject
        {
            ["name"] = limit.Name,
            ["one_thread_tflops"] = JsonText.Number(limit.OneThread),
            ["all_threads_tflops"] = JsonText.Number(limit.AllThreads),
        })]),
        ["memory"] = new JsonObject
        {
            ["name"] = OpSpeed.MemoryName,
            ["one_thread_gigabytes_per_second"] = JsonText.Number(limits.Memory.OneThread),
            ["all_threads_gigabytes_per_second"] = JsonText.Number(limits.Memory.AllThreads),
        },
    };

    private static JsonObject Node(OpSpeed op) => new()
    {
        ["network"] = op.Network.ToString(),
        ["phase"] = Lower(op.Phase),
        ["op"] = op.Name,
        ["calls"] = op.Counts.Calls,
        ["seconds"] = JsonText.Number(op.Counts.Seconds),
        ["share"] = JsonText.Number(op.Share),
        ["gflops"] = JsonText.Number(op.Counts.Gigaflops),
        ["limit"] = op.Limit,
        ["limit_share"] = JsonText.Number(op.LimitShare),
        ["gigabytes_per_second"] = JsonText.Number(op.Counts.GigabytesPerSecond),
    };

    private static string Lower<T>(T value)
        where T : struct, Enum
        => value.ToString().ToLowerInvariant();
}
