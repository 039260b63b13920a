using ActiveInas.Architectures;
using ActiveInas.Compute;
using ActiveInas.Compute.Profiling;

namespace ActiveInas.Cli.Benchmarking;

/// <summary>Training steps on one fixed batch.</summary>
/// <param name="ImagesPerSecond">Batch over the median time of a step.</param>
/// <param name="Teraflops">TFLOP/s, where a step counts three forward passes.</param>
/// <param name="Steps">Steps made in all.</param>
/// <param name="FirstLoss">Before the first step.</param>
/// <param name="LastLoss">Before the last step: lower, or the benchmark fails.</param>
/// <param name="MemoryBytes">Peak resident memory above that of the idle process; null where the system does not tell.</param>
internal sealed record TrainingSpeed(double ImagesPerSecond, double Teraflops, int Steps, double FirstLoss, double LastLoss, long? MemoryBytes);

/// <summary>Inference with one size of batch.</summary>
/// <param name="Batch">Images.</param>
/// <param name="ImagesPerSecond">Batch over the median time of a pass.</param>
/// <param name="Teraflops">TFLOP/s.</param>
internal sealed record InferenceSpeed(int Batch, double ImagesPerSecond, double Teraflops);

/// <summary>What was measured of one network.</summary>
/// <param name="Architecture">Which.</param>
/// <param name="Parameters">Trainable scalars.</param>
/// <param name="ForwardFlops">Useful flops of one image forward.</param>
/// <param name="Training">Null: not measured.</param>
/// <param name="Inference">One row a batch size; empty: not measured.</param>
internal sealed record NetworkSpeed(
    Architecture Architecture, long Parameters, long ForwardFlops, TrainingSpeed? Training, IReadOnlyList<InferenceSpeed> Inference)
{
    /// <summary>The fastest batch size.</summary>
    public InferenceSpeed? BestInference => Inference.MaxBy(speed => speed.ImagesPerSecond);
}

/// <summary>What a profile was taken of.</summary>
internal enum BenchmarkPhase
{
    /// <summary>Training steps.</summary>
    Training,

    /// <summary>Forward passes with the running statistics.</summary>
    Inference,
}

/// <summary>One class of operations in one network.</summary>
/// <param name="Network">Which network.</param>
/// <param name="Phase">Of training or of inference.</param>
/// <param name="Name">For example <c>conv 3x3 forward</c>; <see cref="OtherName"/> for what is no operation.</param>
/// <param name="Counts">Its calls, time, flops and bytes.</param>
/// <param name="Share">Of the time of all, 0..1.</param>
/// <param name="Limit">Name of the limit it is held against: of arithmetic or of memory; null for what has none.</param>
/// <param name="LimitShare">What it reaches of that limit.</param>
internal sealed record OpSpeed(
    Architecture Network, BenchmarkPhase Phase, string Name, OpCounts Counts, double Share, string? Limit, double? LimitShare)
{
    /// <summary>Loading of the pixels and everything between the operations.</summary>
    public const string OtherName = "other";

    /// <summary>The limit of everything that is no matrix product.</summary>
    public const string MemoryName = "memory";
}

/// <summary>A finished benchmark.</summary>
/// <param name="Row">Kernels that ran.</param>
/// <param name="Threads">Threads that ran them.</param>
/// <param name="Batch">Images of a training step.</param>
/// <param name="IdleBytes">Resident memory before any network was made; null where the system does not tell.</param>
/// <param name="PeakBytes">Most resident memory up to the end of the networks; null where the system does not tell.</param>
/// <param name="Networks">In the order asked for.</param>
/// <param name="Limits">Of this machine.</param>
/// <param name="Ops">All classes of all networks, slowest first within a network and phase.</param>
internal sealed record BenchmarkReport(
    KernelRow Row,
    int Threads,
    int Batch,
    long? IdleBytes,
    long? PeakBytes,
    IReadOnlyList<NetworkSpeed> Networks,
    MachineLimits Limits,
    IReadOnlyList<OpSpeed> Ops)
{
    /// <summary>The limit of the arithmetic.</summary>
    public ComputeLimit Limit => Limits.For(Row);

    /// <summary>TFLOP/s as a share of <see cref="Limit"/>.</summary>
    public double LimitShare(double teraflops) => teraflops / Limit.AllThreads;
}
