using ActiveInas.Architectures;
using ActiveInas.Compute;
using ActiveInas.Querying;

namespace ActiveInas.Benchmarking;

/// <summary>What a benchmark measures, and how long.</summary>
public sealed record BenchmarkOptions
{
    /// <summary>H and W of the images: the benchmark's networks are compared at the size of CIFAR-10.</summary>
    public const int ImageSide = 32;

    /// <summary>Number of classes.</summary>
    public const int Classes = 10;

    /// <summary>How every operation is run.</summary>
    public KernelRow Row { get; init; } = KernelTable.Best(StorageType.BFloat16);

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

    /// <summary>A row of the kernel table by name.</summary>
    /// <exception cref="ConfigurationException">There is none, or it may not be used here.</exception>
    public static KernelRow FindRow(string name)
    {
        if (KernelTable.Rows.FirstOrDefault(candidate => candidate.Name == name) is not { } row)
        {
            string[] names = [.. KernelTable.Rows.Select(known => known.Name)];
            string hint = Spelling.Closest(name, names) is { } closest ? $"Did you mean {closest}? " : "";
            throw new ConfigurationException($"There are no kernels '{name}'. {hint}'ainas info' lists them: {string.Join(", ", names)}.");
        }

        if (row.InstructionSet > CpuFeatures.Best)
        {
            string most = CpuFeatures.Best.ToString().ToLowerInvariant();
            throw new ConfigurationException(row.IsSupported
                ? $"The kernels {name} need {row.InstructionSet}, {CpuFeatures.CapVariable} allows {most} at most. Unset it, or choose other kernels."
                : $"The kernels {name} need {row.InstructionSet}, this processor offers {most} at most. 'ainas info' shows what it can run.");
        }

        return row;
    }

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
