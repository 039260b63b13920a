using ActiveInas.Architectures;

namespace ActiveInas.Runs.Estimation;

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

/// <summary>A figure that hangs on what the searches will pick.</summary>
/// <param name="Median">As likely too high as too low.</param>
/// <param name="Low">One time in ten it is less.</param>
/// <param name="High">One time in ten it is more.</param>
public readonly record struct Prediction(double Median, double Low, double High)
{
    /// <summary>Whether nothing hangs on the picks.</summary>
    public bool IsSure => Low == High;

    /// <summary>Of as many draws as one likes; 0 of none.</summary>
    public static Prediction Of(IEnumerable<double> draws)
    {
        double[] sorted = [.. draws.Order()];
        double At(double share) => sorted.Length == 0 ? 0 : sorted[(int)Math.Round(share * (sorted.Length - 1))];
        return new Prediction(At(0.5), At(0.1), At(0.9));
    }
}

/// <summary>What one method of an experiment will take.</summary>
/// <param name="Name">"softmax-response, A(2,4)".</param>
/// <param name="Runs">Runs that are not finished.</param>
/// <param name="Stages">Mean seconds of all of them, one after the other.</param>
/// <param name="Seconds">The same in all.</param>
public sealed record MethodEstimate(string Name, int Runs, StageSeconds Stages, Prediction Seconds);

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

    /// <summary>Wall-clock seconds with so many jobs.</summary>
    public required Prediction Seconds { get; init; }

    /// <summary>Most memory of the process in bytes.</summary>
    public required Prediction Memory { get; init; }

    /// <summary>Bytes on disk when all is finished.</summary>
    public required Prediction Disk { get; init; }

    /// <summary>Most bytes on disk on the way, if the largest networks leave checkpoints: an upper bound.</summary>
    public required Prediction PeakDisk { get; init; }

    /// <summary>By method.</summary>
    public required IReadOnlyList<MethodEstimate> Methods { get; init; }

    /// <summary>What was measured.</summary>
    public required IReadOnlyList<MeasuredNetwork> Measured { get; init; }

    /// <summary>What the figures leave out.</summary>
    public required IReadOnlyList<string> Notes { get; init; }
}
