using ActiveInas.Data;

namespace ActiveInas.Querying;

/// <summary>TypiClust: for few labels, the most typical points of the clusters that hold none yet.</summary>
/// <remarks>
/// <para>Equation: cut e(S + U) into min(|S| + b, 500) clusters by k-means; b times: of the clusters with the fewest labelled or taken
/// points the one with the most points left, and of it the point of the largest typicality
/// T(x) = 1 / mean of ||e(x) - e(y)||_2 over the 20 nearest y of its cluster. The score reported is 1 / T, the mean distance.</para>
/// <para>Example: <c>QueryStrategies.Create("typiclust").Select(context, CancellationToken.None)</c>.</para>
/// <para>Needs embeddings of the pool and of the labelled samples, of which there may be none. Cost O(iterations n k D + sum over clusters
/// of |C|^2 D), n = |S| + |U|, k clusters; memory O(n + k D) beside the embeddings. Reference: Hacohen, Dekel and Weinshall,
/// arXiv 2202.02794, algorithm 1. Deviations: the embedding is the network's own (theirs is self-supervised and of unit length); clusters
/// of fewer than 5 points are not dropped but come last. Ties: a seeded hash of the sample id.</para>
/// </remarks>
internal sealed class TypiClustQuery : IQueryStrategy
{
    /// <summary>Name on the command line.</summary>
    public const string StrategyName = "typiclust";

    private const int MostClusters = 500;
    private const int SmallCluster = 5;
    private const int Neighbours = 20;
    private const int RowsPerItem = 64;

    /// <inheritdoc/>
    public string Name => StrategyName;

    /// <inheritdoc/>
    public QueryNeeds Needs => QueryNeeds.Embeddings;

    /// <inheritdoc/>
    public IReadOnlyList<QueryPick> Select(QueryContext context, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(context);
        EmbeddingRows points = EmbeddingRows.OfAll(Name, context);
        if (context.Count == 0)
        {
            return [];
        }

        HashSet<SampleId> labelled = [.. context.Labelled.Select(sample => sample.Id)];
        int k = Math.Min(MostClusters, Math.Min(points.Count, labelled.Count + context.Count));
        KMeans clusters = KMeans.Run(points, k, context.Seed, context.Threads, cancellation);
        float[] spreads = Spreads(points, clusters, context.Threads, cancellation);
        PriorityQueue<Queue<int>, (bool Small, int Held, int Left, ulong Tie)> queue = new();
        foreach (List<int> members in clusters.Members())
        {
            Queue<int> open = new(members
                .Where(row => !labelled.Contains(points.Ids[row]))
                .OrderBy(row => (spreads[row], Ranking.TieBreak(context.Seed, points.Ids[row]), points.Ids[row])));
            Enqueue(open, members.Count < SmallCluster, members.Count - open.Count);
        }

        QueryPick[] picks = new QueryPick[context.Count];
        for (int i = 0; i < picks.Length; i++)
        {
            _ = queue.TryDequeue(out Queue<int>? open, out (bool Small, int Held, int Left, ulong Tie) order);
            int row = open!.Dequeue();
            picks[i] = new QueryPick(points.Ids[row], spreads[row], i + 1);
            Enqueue(open, order.Small, order.Held + 1);
        }

        return picks;

        void Enqueue(Queue<int> open, bool small, int held)
        {
            if (open.TryPeek(out int next))
            {
                queue.Enqueue(open, (small, held, -open.Count, Ranking.TieBreak(context.Seed, points.Ids[next])));
            }
        }
    }

    /// <summary>1 / T of every point: the mean distance to its nearest neighbours in its cluster; 0 for one that is alone.</summary>
    private static float[] Spreads(EmbeddingRows points, KMeans clusters, int threads, CancellationToken cancellation)
    {
        float[] spreads = new float[points.Count];
        List<int>[] members = clusters.Members();
        FixedBlocks.Run(points.Count, RowsPerItem, threads, (_, first, end) =>
        {
            for (int row = first; row < end; row++)
            {
                spreads[row] = Spread(points, row, members[clusters.Assignment[row]]);
            }
        }, cancellation);
        return spreads;
    }

    private static float Spread(EmbeddingRows points, int row, List<int> members)
    {
        Span<float> nearest = stackalloc float[Neighbours];
        int count = 0;
        foreach (int other in members)
        {
            float limit = count < Neighbours ? float.PositiveInfinity : nearest[^1];
            float distance = other == row ? limit : EmbeddingRows.SquaredDistanceUpTo(limit, points[row], points[other]);
            if (other == row || distance >= limit)
            {
                continue;
            }

            // Into its place among the nearest so far, ascending.
            int at = Math.Min(count, Neighbours - 1);
            for (; at > 0 && nearest[at - 1] > distance; at--)
            {
                nearest[at] = nearest[at - 1];
            }

            nearest[at] = distance;
            count = Math.Min(count + 1, Neighbours);
        }

        double sum = 0;
        foreach (float squared in nearest[..count])
        {
            sum += Math.Sqrt(squared);
        }

        return count == 0 ? 0 : (float)(sum / count);
    }
}
