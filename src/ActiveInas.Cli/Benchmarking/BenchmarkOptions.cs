using ActiveInas.Architectures;
using ActiveInas.Compute;
using ActiveInas.Kernels;

namespace ActiveInas.Cli.Benchmarking;

/// <summary>What a benchmark measures, and how long.</summary>
internal sealed record BenchmarkOptions
{
    /// <summary>H and W of the images: the benchmark's networks are compared at the size of CIFAR-10.</summary>
    public const int ImageSide = 32;

    /// <summary>Number of classes.</summary>
    public const int Classes = 10;

    private readonly KernelRow? _row;

    /// <summary>How every operation is run; the fastest by measurement unless it is set.</summary>
    public KernelRow Row
    {
        get => _row ?? KernelSelection.Measured.Row;
        init => _row = value;
    }

    /// <summary>Threads; 0: one a core.</summary>
    public int Threads { get; init; }

    /// <summary>The networks, measured in this order.</summary>
    public IReadOnlyList<Architecture> Networks { get; init; } = [new(1, 1), new(1, 2), new(2, 4), new(5, 3)];

    /// <summary>Images of a training step.</summary>
    public int Batch { get; init; } = 128;

    /// <summary>Batches that inference is tried with; the fastest counts.</summary>
    public IReadOnlyList<int> InferenceBatches { get; init; } = [128, 256, 500];

    /// <summary>Time for each figure. A figure takes longer where a few repetitions do.</summary>
    public double Seconds { get; init; } = 3;

    /// <summary>Whether training is measured.</summary>
    public bool Training { get; init; } = true;

    /// <summary>Whether inference is measured.</summary>
    public bool Inference { get; init; } = true;

    /// <summary>Small enough that the loss of one batch falls from the first step on.</summary>
    internal double LearningRate { get; init; } = 0.01;

    /// <summary>Refuses what cannot be measured.</summary>
    /// <exception cref="ConfigurationException">A value is out of range; the message names it.</exception>
    public BenchmarkOptions Validate()
    {
        if (Networks.Count == 0 || InferenceBatches.Count == 0)
        {
            throw new ConfigurationException("The benchmark needs at least one network and one inference batch, for example A(1,1) and 128.");
        }

        foreach (Architecture network in Networks)
        {
            network.RequireFits(ImageSide, ImageSide);
        }

        foreach (int batch in (int[])[Batch, .. InferenceBatches])
        {
            if (batch is < 1 or > 10_000)
            {
                throw new ConfigurationException($"A batch of {batch} images cannot be measured; wanted 1 to 10000, for example 128.");
            }
        }

        return double.IsFinite(Seconds) && Seconds > 0
            ? this
            : throw new ConfigurationException($"{Seconds} seconds are no time to measure in; wanted a number above 0, for example 3.");
    }
}
