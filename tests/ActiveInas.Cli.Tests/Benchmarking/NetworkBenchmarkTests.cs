using ActiveInas.Architectures;
using ActiveInas.Cli.Benchmarking;
using ActiveInas.Compute;
using ActiveInas.Compute.Profiling;
using ActiveInas.Networks;
using ActiveInas.Training;

namespace ActiveInas.Cli.Tests.Benchmarking;

public class NetworkBenchmarkTests
{
    private static readonly BenchmarkOptions s_tiny = new()
    {
        Networks = [new Architecture(1, 1)],
        Batch = 4,
        InferenceBatches = [2, 3],
        Seconds = 0.01,
        Threads = 2,
    };

    [Fact]
    public void A_report_holds_speeds_operations_and_limits_that_fit_together()
    {
        BenchmarkReport report = new NetworkBenchmark(s_tiny).Run();
        NetworkSpeed network = Assert.Single(report.Networks);
        Assert.Equal(76_490, network.Parameters);
        TrainingSpeed training = network.Training!;
        Assert.Equal(3 * training.ImagesPerSecond * network.ForwardFlops / 1e12, training.Teraflops, 1e-9);
        Assert.True(training.LastLoss < training.FirstLoss, $"the loss went from {training.FirstLoss} to {training.LastLoss}");
        Assert.Equal([2, 3], network.Inference.Select(speed => speed.Batch));
        Assert.Equal(network.Inference.Max(speed => speed.ImagesPerSecond), network.BestInference!.ImagesPerSecond);
        Assert.Equal(2, report.Threads);
        Assert.Equal(training.Teraflops / report.Limit.AllThreads, report.LimitShare(training.Teraflops));

        // The profile sees what the architecture says: only the gradient of the images is never computed.
        const long stem = 2L * 32 * 32 * 3 * 3 * 3 * 64;
        Assert.Equal(Passes(report, BenchmarkPhase.Training) * 4 * ((3 * network.ForwardFlops) - stem), Flops(report, BenchmarkPhase.Training));
        Assert.Equal(
            Passes(report, BenchmarkPhase.Inference) * network.BestInference.Batch * network.ForwardFlops, Flops(report, BenchmarkPhase.Inference));
        foreach (IGrouping<BenchmarkPhase, OpSpeed> phase in report.Ops.GroupBy(op => op.Phase))
        {
            Assert.Equal(1, phase.Sum(op => op.Share), 6);
            Assert.All(phase, op => Assert.Equal(op.Name == OpSpeed.OtherName, op.LimitShare is null));
            Assert.Equal(report.Limit.Name, phase.Single(op => op.Name is "conv 3x3 forward" or "conv 3x3 inference").Limit);
            Assert.Equal(OpSpeed.MemoryName, phase.Single(op => op.Name == "pooling").Limit);
        }
    }

    [Fact]
    public void Training_and_inference_can_be_left_out()
    {
        BenchmarkReport training = new NetworkBenchmark(s_tiny with { Inference = false }).Run();
        Assert.Empty(training.Networks[0].Inference);
        Assert.Null(training.Networks[0].BestInference);
        Assert.All(training.Ops, op => Assert.Equal(BenchmarkPhase.Training, op.Phase));
        BenchmarkReport inference = new NetworkBenchmark(s_tiny with { Training = false }).Run();
        Assert.Null(inference.Networks[0].Training);
        Assert.All(inference.Ops, op => Assert.Equal(BenchmarkPhase.Inference, op.Phase));
    }

    [Theory]
    [InlineData(-0.01)]
    [InlineData(1e30)]
    [InlineData(0)]
    public void A_loss_that_does_not_fall_fails_the_benchmark(double learningRate)
    {
        NetworkBenchmark benchmark = new(s_tiny with { LearningRate = learningRate, Inference = false });
        TrainingException failure = Assert.Throws<TrainingException>(() => benchmark.Run());
        Assert.Contains("A(1,1): the loss of a fixed batch of 4 images", failure.Message, StringComparison.Ordinal);
        Assert.Contains(s_tiny.Row.Name, failure.Message, StringComparison.Ordinal);
    }

    /// <summary>A clock around every operation changes no byte of a training.</summary>
    [Fact]
    public void Profiled_training_steps_end_in_the_bytes_of_bare_ones()
    {
        using IDevice bare = KernelTable.Open(StorageType.BFloat16, 2);
        using ProfilingDevice profiling = new(KernelTable.Open(StorageType.BFloat16, 2));
        (float[][] expected, double expectedLoss) = Train(bare);
        (float[][] actual, double actualLoss) = Train(profiling);
        Assert.Equal(expected, actual);
        Assert.Equal(expectedLoss, actualLoss);
        Assert.Equal(3 * 3, profiling.ByClass().Where(row => row.Name.EndsWith(" forward", StringComparison.Ordinal) && row.IsArithmetic).Sum(row => row.Counts.Calls));
    }

    [Fact]
    public void What_cannot_be_measured_is_refused()
    {
        Refuses(s_tiny with { Networks = [] }, "at least one network");
        Refuses(s_tiny with { Networks = [new Architecture(1, 6)] }, "A(1,6)");
        Refuses(s_tiny with { Batch = 0 }, "batch of 0");
        Refuses(s_tiny with { InferenceBatches = [128, 20_000] }, "batch of 20000");
        Refuses(s_tiny with { Seconds = 0 }, "0 seconds");
        Refuses(s_tiny with { Seconds = double.NaN }, "NaN seconds");

        static void Refuses(BenchmarkOptions options, string named)
            => Assert.Contains(named, Assert.Throws<ConfigurationException>(options.Validate).Message, StringComparison.Ordinal);
    }

    private static (float[][] Weights, double Loss) Train(IDevice device)
    {
        using ResidualNetwork network = new(device, new NetworkShape(new Architecture(1, 1), 10, 32, 32), new NormSettings(1e-5, 0.1), 4, training: true);
        network.Initialize(1);
        TrainingSteps steps = new(network, new FixedBatch(4), 0.01);
        for (int i = 0; i < 3; i++)
        {
            steps.Make();
        }

        return (network.Weights.Select(weight => weight.Read()).ToArray(), steps.LastLoss);
    }

    private static long Passes(BenchmarkReport report, BenchmarkPhase phase)
        => report.Ops.Single(op => op.Phase == phase && op.Name == OpSpeed.OtherName).Counts.Calls;

    private static long Flops(BenchmarkReport report, BenchmarkPhase phase) => report.Ops.Where(op => op.Phase == phase).Sum(op => op.Counts.Flops);
}
