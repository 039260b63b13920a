using ActiveInas.Data;

namespace ActiveInas.Querying;

/// <summary>Cluster-margin: the points of smallest margin, spread over clusters of alike points, small clusters first.</summary>
/// <remarks>
/// <para>Equation: M = the k_m points of U with the smallest margin p_1(x) - p_2(x); cut M into clusters by average linkage of the
/// embeddings; in the order of their sizes, smallest first, take one random point of each cluster, again and again, until b are taken.
/// The score reported is the margin.</para>
/// <para>Example: <c>QueryStrategies.Create("cluster-margin").Select(context, CancellationToken.None)</c>.</para>
/// <para>Needs probabilities and embeddings of the pool. Cost O(pool classes + k_m^2 D); memory O(pool + k_m D). Reference: Citovsky et
/// al., arXiv 2107.14263, algorithm 1. Deviations: the clusters are made anew in each round and of M only, not once of the whole pool,
/// so that they follow the embedding and cost k_m^2 instead of pool^2; M is cut into k_m / 10 clusters instead of at a distance, which
/// needs no scale; k_m = 1.25 b by default. The random points and ties: a seeded hash of the sample id.</para>
/// </remarks>
/// <param name="candidatesPerLabel">k_m / b, at least 1.</param>
internal sealed class ClusterMarginQuery(double candidatesPerLabel = 1.25) : IQueryStrategy
{
    /// <summary>Name on the command line.</summary>
    public const string StrategyName = "cluster-margin";

    private const int PointsPerCluster = 10;

    private readonly double _candidatesPerLabel = candidatesPerLabel >= 1
        ? candidatesPerLabel
        : throw new ArgumentOutOfRangeException(nameof(candidatesPerLabel), candidatesPerLabel, "Wanted at least 1 candidate for each label.");

    /// <inheritdoc/>
    public string Name => StrategyName;

    /// <inheritdoc/>
    public QueryNeeds Needs => QueryNeeds.GradientEmbeddings;

    /// <inheritdoc/>
    public IReadOnlyList<QueryPick> Select(QueryContext context, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(context);
        EmbeddingRows points = EmbeddingRows.OfPool(Name, context);
        if (context.Count == 0)
        {
            return [];
        }

        int candidates = (int)Math.Min(points.Count, Math.Ceiling(_candidatesPerLabel * context.Count));
        Dictionary<SampleId, double> margins = Ranking
            .Take(Name, context with { Count = candidates }, MarginQuery.Margins(Name, context), largestFirst: false)
            .ToDictionary(pick => pick.Id, pick => pick.Score);
        EmbeddingRows near = points.Take(Enumerable.Range(0, points.Count).Where(row => margins.ContainsKey(points.Ids[row])));
        int[] cluster = AverageLinkage.Cluster(near, Math.Max(1, candidates / PointsPerCluster), context.Threads, cancellation);
        Queue<SampleId>[] clusters =
        [
            .. near.Ids
                .OrderBy(id => Ranking.TieBreak(context.Seed, id)).ThenBy(id => id)
                .GroupBy(id => cluster[IndexOf(near, id)])
                .OrderBy(group => group.Count())
                .Select(group => new Queue<SampleId>(group)),
        ];
        return [.. RoundRobin(clusters).Take(context.Count).Select((id, index) => new QueryPick(id, margins[id], index + 1))];
    }

    private static int IndexOf(EmbeddingRows rows, SampleId id)
    {
        int low = 0;
        int high = rows.Count - 1;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = rows.Ids[middle].Value < id.Value ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private static IEnumerable<SampleId> RoundRobin(Queue<SampleId>[] clusters)
    {
        while (clusters.Length > 0)
        {
            foreach (Queue<SampleId> cluster in clusters)
            {
                yield return cluster.Dequeue();
            }

            clusters = [.. clusters.Where(cluster => cluster.Count > 0)];
        }
    }
}
