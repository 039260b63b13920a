using ActiveInas.Architectures;
using ActiveInas.Compute;
using ActiveInas.Kernels;

namespace ActiveInas.Cli.Benchmarking;

/// <summary>How much a k-centre query has to do.</summary>
/// <param name="Pool">Rows to choose from.</param>
/// <param name="Labelled">Rows that are centres from the start.</param>
/// <param name="Length">D.</param>
/// <param name="Picks">Rows to choose.</param>
internal readonly record struct KCentreSize(int Pool, int Labelled, int Length, int Picks);

/// <summary>How much a BADGE query has to do.</summary>
/// <param name="Pool">Rows to choose from.</param>
/// <param name="Length">D.</param>
/// <param name="Classes">C.</param>
/// <param name="Picks">Rows to choose.</param>
internal readonly record struct BadgeSize(int Pool, int Length, int Classes, int Picks);

/// <summary>What the benchmark of the queries measures. An empty list leaves its part out.</summary>
internal sealed record QueryBenchmarkOptions
{
    private readonly KernelRow? _row;

    /// <summary>Kernels of the networks; the fastest by measurement unless it is set.</summary>
    public KernelRow Row
    {
        get => _row ?? KernelSelection.Measured.Row;
        init => _row = value;
    }

    /// <summary>0: one a core.</summary>
    public int Threads { get; init; }

    /// <summary>Networks for MC-dropout.</summary>
    public IReadOnlyList<Architecture> Networks { get; init; } = [new(1, 2), new(2, 4)];

    /// <summary>Numbers of classes for MC-dropout.</summary>
    public IReadOnlyList<int> Classes { get; init; } = [10, 100];

    /// <summary>Images for MC-dropout, 32 x 32.</summary>
    public int Images { get; init; } = 48_000;

    /// <summary>Passes of MC-dropout.</summary>
    public int Passes { get; init; } = 100;

    /// <summary>k-centre: the size that is held against the peer, then the growth of the pool.</summary>
    public IReadOnlyList<KCentreSize> KCentre { get; init; } =
    [
        new(40_000, 10_000, 512, 5_000),
        new(10_000, 1_000, 128, 100),
        new(31_623, 3_162, 128, 316),
        new(100_000, 10_000, 128, 1_000),
        new(316_228, 31_623, 128, 3_162),
        new(1_000_000, 100_000, 128, 10_000),
    ];

    /// <summary>BADGE.</summary>
    public IReadOnlyList<BadgeSize> Badge { get; init; } = [new(40_000, 512, 10, 5_000)];

    /// <summary>What <see cref="Only"/> knows.</summary>
    public static IReadOnlyList<string> Parts { get; } = ["mc-dropout", "coreset", "growth", "badge"];

    /// <summary>One part: MC-dropout, k-centre at the first size, k-centre at the others, or BADGE; null: all.</summary>
    /// <exception cref="ConfigurationException">There is no such part.</exception>
    public QueryBenchmarkOptions Only(string? part) => part switch
    {
        null => this,
        "mc-dropout" => this with { KCentre = [], Badge = [] },
        "coreset" => this with { Networks = [], KCentre = [.. KCentre.Take(1)], Badge = [] },
        "growth" => this with { Networks = [], KCentre = [.. KCentre.Skip(1)], Badge = [] },
        "badge" => this with { Networks = [], KCentre = [] },
        _ => throw new ConfigurationException($"'{part}' is no part of the benchmark of queries; choose one of {string.Join(", ", Parts)}."),
    };

    /// <summary>The same queries over a share of images, rows and picks; dimensions, classes and passes stay.</summary>
    /// <exception cref="ConfigurationException">The share is not above 0 and at most 1.</exception>
    public QueryBenchmarkOptions Scaled(double share)
    {
        if (!(share > 0 && share <= 1))
        {
            throw new ConfigurationException($"The share of the sizes is {share}; it must be above 0 and at most 1.");
        }

        int Part(int whole) => whole == 0 ? 0 : Math.Max(1, (int)(whole * share));
        return this with
        {
            Images = Part(Images),
            KCentre = [.. KCentre.Select(size => new KCentreSize(Part(size.Pool), Part(size.Labelled), size.Length, Part(size.Picks)))],
            Badge = [.. Badge.Select(size => new BadgeSize(Part(size.Pool), size.Length, size.Classes, Part(size.Picks)))],
        };
    }

    /// <summary>Refuses what cannot be measured.</summary>
    /// <exception cref="ConfigurationException">A value is out of range; the message names it.</exception>
    public QueryBenchmarkOptions Validate()
    {
        if (Images < 1 || Passes < 1 || Classes.Any(classes => classes < 2))
        {
            throw new ConfigurationException(
                $"MC-dropout of {Passes} passes over {Images} images with {string.Join(", ", Classes)} classes cannot be measured; "
                + "wanted at least one pass, one image and two classes.");
        }

        foreach ((int pool, int labelled, int length, int picks) in KCentre)
        {
            if (labelled < 0 || length < 1 || picks < 1 || picks > pool)
            {
                throw new ConfigurationException(
                    $"k-centre of {picks} of {pool} rows of {length} with {labelled} labelled cannot be measured; wanted 1 <= picks <= pool.");
            }
        }

        foreach ((int pool, int length, int classes, int picks) in Badge)
        {
            if (length < 1 || classes < 2 || picks < 1 || picks > pool)
            {
                throw new ConfigurationException(
                    $"BADGE of {picks} of {pool} rows of {length} with {classes} classes cannot be measured; wanted 1 <= picks <= pool.");
            }
        }

        return this;
    }
}
