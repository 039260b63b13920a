using ActiveInas.Data;

namespace ActiveInas.Querying;

/// <summary>A weighted draw as an exponential race: of the keys -ln u(x) / w(x), with u(x) in (0, 1) a hash of the draw's seed and the
/// sample id, the smallest wins, and x wins with probability w(x) / sum of w.</summary>
/// <remarks>A minimum has no order: unlike a walk along running sums, the draw depends on neither the order of the pool, the blocks nor
/// the threads. Weights of 0 win only among themselves, by the hash.</remarks>
internal readonly struct Race(ulong seed) : IComparer<Race.Runner>
{
    /// <summary>A point in the race.</summary>
    /// <param name="Key">-ln u / w.</param>
    /// <param name="Tie">Among equal keys the smallest goes first.</param>
    /// <param name="Id">Which.</param>
    /// <param name="Row">Its row.</param>
    public readonly record struct Runner(double Key, ulong Tie, SampleId Id, int Row);

    /// <summary>Behind every point.</summary>
    public static Runner Nobody => new(double.PositiveInfinity, ulong.MaxValue, new SampleId(int.MaxValue), -1);

    /// <summary>The faster of the one that leads and a point with a weight of at least 0.</summary>
    public Runner Faster(Runner leader, double weight, SampleId id, int row)
    {
        ulong hash = Ranking.TieBreak(seed, id);
        double u = ((hash >> 11) + 0.5) * (1.0 / (1ul << 53));

        // -ln u >= 1 - u: most points lose without a logarithm.
        if (weight > 0 && (1 - u) / weight > leader.Key)
        {
            return leader;
        }

        Runner runner = new(weight > 0 ? -Math.Log(u) / weight : double.PositiveInfinity, hash, id, row);
        return Compare(runner, leader) < 0 ? runner : leader;
    }

    /// <summary>The fastest of the leaders of several blocks.</summary>
    public Runner Fastest(ReadOnlySpan<Runner> leaders)
    {
        Runner fastest = Nobody;
        foreach (Runner leader in leaders)
        {
            fastest = Compare(leader, fastest) < 0 ? leader : fastest;
        }

        return fastest;
    }

    /// <inheritdoc/>
    public int Compare(Runner x, Runner y)
    {
        int order = x.Key.CompareTo(y.Key);
        order = order != 0 ? order : x.Tie.CompareTo(y.Tie);
        return order != 0 ? order : x.Id.CompareTo(y.Id);
    }
}
