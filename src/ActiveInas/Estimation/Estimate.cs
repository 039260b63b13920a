using ActiveInas.Architectures;

namespace ActiveInas.Estimation;

/// <summary>Where the time of runs goes, in seconds.</summary>
/// <param name="Search">Candidates.</param>
/// <param name="Train">Networks of the rounds.</param>
/// <param name="Test">Passes over the test part.</param>
/// <param name="Query">Passes over the pool.</param>
public readonly record struct StageSeconds(double Search, double Train, double Test, double Query)
{
    /// <summary>All stages.</summary>
    public double Total => Search + Train + Test + Query;

    /// <summary>Both.</summary>
    public static StageSeconds operator +(StageSeconds left, StageSeconds right)
        => new(left.Search + right.Search, left.Train + right.Train, left.Test + right.Test, left.Query + right.Query);

    /// <summary>Both, for languages without operators.</summary>
    public static StageSeconds Add(StageSeconds left, StageSeconds right) => left + right;
}

/// <summary>What one method of an experiment will take.</summary>
/// <param name="Name">"softmax-response, A(2,4)".</param>
/// <param name="Runs">Runs that are not finished.</param>
/// <param name="Seconds">Of all of them, one after the other.</param>
/// <param name="Least">The same when no architecture grows.</param>
/// <param name="Most">The same when every search picks the largest candidate.</param>
public sealed record MethodEstimate(string Name, int Runs, StageSeconds Seconds, double Least, double Most);

/// <summary>A network that was measured.</summary>
/// <param name="Conditions">Images and recipe.</param>
/// <param name="Architecture">Which.</param>
/// <param name="Measurement">What it takes.</param>
public sealed record MeasuredNetwork(string Conditions, Architecture Architecture, Measurement Measurement);

/// <summary>What a run or an experiment will take.</summary>
public sealed record Estimate
{
    /// <summary>Runs that are not finished.</summary>
    public required int Runs { get; init; }

    /// <summary>Runs that are finished and cost nothing more.</summary>
    public required int Finished { get; init; }

    /// <summary>Runs at a time.</summary>
    public required int Jobs { get; init; }

    /// <summary>Threads of each.</summary>
    public required int Threads { get; init; }

    /// <summary>Wall-clock with so many jobs, when every candidate of a search is as likely as the others.</summary>
    public required double Seconds { get; init; }

    /// <summary>Wall-clock when no architecture grows.</summary>
    public required double LeastSeconds { get; init; }

    /// <summary>Wall-clock when every search picks the largest candidate.</summary>
    public required double MostSeconds { get; init; }

    /// <summary>Most memory of the process in bytes.</summary>
    public required double Memory { get; init; }

    /// <summary>Bytes on disk when all is finished.</summary>
    public required double Disk { get; init; }

    /// <summary>Most bytes on disk on the way, with checkpoints.</summary>
    public required double PeakDisk { get; init; }

    /// <summary>By method.</summary>
    public required IReadOnlyList<MethodEstimate> Methods { get; init; }

    /// <summary>What was measured.</summary>
    public required IReadOnlyList<MeasuredNetwork> Measured { get; init; }

    /// <summary>What the figures leave out.</summary>
    public required IReadOnlyList<string> Notes { get; init; }
}
