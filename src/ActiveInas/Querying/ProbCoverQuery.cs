using ActiveInas.Data;

namespace ActiveInas.Querying;

/// <summary>ProbCover: for few labels, the points whose neighbourhoods cover most of the pool that no label covers yet.</summary>
/// <remarks>
/// <para>Equation: B(x) = { y of U : ||e(x) - e(y)||_2 &lt; delta }; the labelled points cover their balls; b times: take
/// x* = argmax over U of the number of uncovered points in B(x), and cover them. The score reported is that number. delta is the
/// largest radius for which 95 % of the balls are pure: hold points of one k-means cluster only, with as many clusters as classes.</para>
/// <para>Example: <c>QueryStrategies.Create("probcover").Select(context, CancellationToken.None)</c>.</para>
/// <para>Needs embeddings of the pool and of the labelled samples, of which there may be none. Cost O(pool (pool + labelled + b) D): each
/// point counts its ball once and is covered once; memory O(pool) beside the embeddings, never the graph of the balls. Reference: Yehuda et al.,
/// arXiv 2205.11320, algorithm 1 and its choice of delta. Deviations: the embedding is the network's own (theirs is self-supervised);
/// purity is measured on at most 1,000 balls drawn by a seeded hash. When everything is covered, and for ties: a seeded hash of the
/// sample id.</para>
/// </remarks>
internal sealed class ProbCoverQuery : IQueryStrategy
{
    /// <summary>Name on the command line.</summary>
    public const string StrategyName = "probcover";

    private const double Purity = 0.95;
    private const int MostProbes = 1000;
    private const int RowsPerItem = 64;
    private const int Taken = -1;

    /// <inheritdoc/>
    public string Name => StrategyName;

    /// <inheritdoc/>
    public QueryNeeds Needs => QueryNeeds.Embeddings;

    /// <inheritdoc/>
    public IReadOnlyList<QueryPick> Select(QueryContext context, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(context);
        EmbeddingRows points = EmbeddingRows.OfPool(Name, context);
        EmbeddingRows labelled = EmbeddingRows.OfLabelled(Name, context);
        if (context.Count == 0)
        {
            return [];
        }

        float squared = SquaredRadius(context, points, cancellation);
        bool[] covered = new bool[points.Count];
        FixedBlocks.Run(points.Count, RowsPerItem, context.Threads, (_, first, end) =>
        {
            for (int row = first; row < end; row++)
            {
                for (int centre = 0; centre < labelled.Count && !covered[row]; centre++)
                {
                    covered[row] = EmbeddingRows.SquaredDistanceUpTo(squared, points[row], labelled[centre]) < squared;
                }
            }
        }, cancellation);

        int[] degrees = new int[points.Count];
        Count(context, points, squared, degrees, [.. Enumerable.Range(0, points.Count).Where(row => !covered[row])], 1, cancellation);
        QueryPick[] picks = new QueryPick[context.Count];
        for (int i = 0; i < picks.Length; i++)
        {
            int best = Best(context, points, degrees);
            picks[i] = new QueryPick(points.Ids[best], degrees[best], i + 1);
            int[] ball = [.. Enumerable.Range(0, points.Count).Where(row => !covered[row] && Covers(points, best, row, squared))];
            foreach (int row in ball)
            {
                covered[row] = true;
            }

            Count(context, points, squared, degrees, ball, -1, cancellation);
            degrees[best] = Taken;
        }

        return picks;
    }

    /// <summary>delta^2; positive infinity where all points are alike.</summary>
    internal static float SquaredRadius(QueryContext context, EmbeddingRows points, CancellationToken cancellation)
    {
        KMeans clusters = KMeans.Run(points, Math.Min(points.Count, context.Classes), context.Seed, context.Threads, cancellation);
        int[] probes =
        [
            .. Enumerable.Range(0, points.Count)
                .OrderBy(row => (Ranking.TieBreak(context.Seed, points.Ids[row]), points.Ids[row]))
                .Take(MostProbes),
        ];

        // A ball is pure up to the distance of the nearest point of another cluster.
        float[] pure = new float[probes.Length];
        FixedBlocks.Run(probes.Length, RowsPerItem, context.Threads, (_, first, end) =>
        {
            for (int i = first; i < end; i++)
            {
                pure[i] = float.PositiveInfinity;
                for (int row = 0; row < points.Count; row++)
                {
                    if (clusters.Assignment[row] != clusters.Assignment[probes[i]])
                    {
                        pure[i] = MathF.Min(pure[i], EmbeddingRows.SquaredDistanceUpTo(pure[i], points[row], points[probes[i]]));
                    }
                }
            }
        }, cancellation);
        Array.Sort(pure);
        return pure[(int)((1 - Purity) * pure.Length)];
    }

    private static int Best(QueryContext context, EmbeddingRows points, int[] degrees)
    {
        int best = 0;
        for (int row = 1; row < degrees.Length; row++)
        {
            if (degrees[row] > degrees[best]
                || (degrees[row] == degrees[best]
                    && (Ranking.TieBreak(context.Seed, points.Ids[row]), points.Ids[row]).CompareTo(
                        (Ranking.TieBreak(context.Seed, points.Ids[best]), points.Ids[best])) < 0))
            {
                best = row;
            }
        }

        return best;
    }

    // A point covers itself whatever the radius.
    private static bool Covers(EmbeddingRows points, int centre, int row, float squared)
        => centre == row || EmbeddingRows.SquaredDistanceUpTo(squared, points[centre], points[row]) < squared;

    /// <summary>Adds <paramref name="step"/> to the degree of every point not taken, for each of some points that it covers.</summary>
    private static void Count(
        QueryContext context, EmbeddingRows points, float squared, int[] degrees, int[] of, int step, CancellationToken cancellation)
        => FixedBlocks.Run(degrees.Length, RowsPerItem, context.Threads, (_, first, end) =>
        {
            foreach (int other in of)
            {
                for (int row = first; row < end; row++)
                {
                    degrees[row] += degrees[row] != Taken && Covers(points, row, other, squared) ? step : 0;
                }
            }
        }, cancellation);
}
