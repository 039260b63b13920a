using ActiveInas.Data;

namespace ActiveInas.Querying;

/// <summary>k-means batch: the pool cut into b clusters, of each the point nearest to its centre.</summary>
/// <remarks>
/// <para>Equation: C_1..C_b = k-means of e(U), b clusters; S' = { argmin over x in C_i of ||e(x) - mean of e(C_i)||_2 }, the largest
/// cluster first. The score reported is |C_i|.</para>
/// <para>Example: <c>QueryStrategies.Create("k-means").Select(context, CancellationToken.None)</c>.</para>
/// <para>Needs embeddings of the pool. Cost O(iterations pool b D), at most 20 iterations; memory O(pool + b D) beside the embeddings.
/// Reference: the clustering of Zhdanov, arXiv 1901.05954, with all weights 1 and without its choice of candidates. Deviations: where
/// copies leave clusters empty, the points farthest from their centres fill the batch, with score 0. Ties: a seeded hash of the sample
/// id.</para>
/// </remarks>
internal sealed class KMeansQuery : IQueryStrategy
{
    /// <summary>Name on the command line.</summary>
    public const string StrategyName = "k-means";

    /// <inheritdoc/>
    public string Name => StrategyName;

    /// <inheritdoc/>
    public QueryNeeds Needs => QueryNeeds.PoolEmbeddings;

    /// <inheritdoc/>
    public IReadOnlyList<QueryPick> Select(QueryContext context, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(context);
        EmbeddingRows points = EmbeddingRows.OfPool(Name, context);
        if (context.Count == 0)
        {
            return [];
        }

        KMeans clusters = KMeans.Run(points, context.Count, context.Seed, context.Threads, cancellation);
        (float Distance, ulong Tie, SampleId Id) Order(int row, float sign)
            => (sign * clusters.Distances[row], Ranking.TieBreak(context.Seed, points.Ids[row]), points.Ids[row]);

        (int Row, int Size)[] nearest =
        [
            .. clusters.Members()
                .Where(members => members.Count > 0)
                .Select(members => (Row: members.MinBy(row => Order(row, 1)), members.Count))
                .OrderByDescending(cluster => cluster.Count)
                .ThenBy(cluster => Ranking.TieBreak(context.Seed, points.Ids[cluster.Row]))
                .ThenBy(cluster => points.Ids[cluster.Row]),
        ];
        HashSet<int> taken = [.. nearest.Select(cluster => cluster.Row)];
        IEnumerable<(int Row, int Size)> rest = Enumerable.Range(0, points.Count)
            .Where(row => !taken.Contains(row))
            .OrderBy(row => Order(row, -1))
            .Take(context.Count - nearest.Length)
            .Select(row => (row, 0));
        return [.. nearest.Concat(rest).Select((cluster, index) => new QueryPick(points.Ids[cluster.Row], cluster.Size, index + 1))];
    }
}
