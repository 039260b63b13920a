using ActiveInas.Compute.Geometry;
using ActiveInas.Data;
using ActiveInas.Querying.Geometry;

namespace ActiveInas.Querying;

/// <summary>Coreset: greedy k-centre in the space of the embeddings.</summary>
/// <remarks>
/// <para>Equation: d(x) = min over centres s of ||e(x) - e(s)||_2, the labelled points being the first centres; b times: take
/// x* = argmax over U of d(x) and make it a centre. The score reported is d(x*) when it was taken. Squared distances are single precision
/// in the one order of summation of <see cref="DistanceKernel"/>; the picks are those of the plain loop in that order.</para>
/// <para>Example: <c>QueryStrategies.Create("coreset").Select(context, CancellationToken.None)</c>.</para>
/// <para>Cost at most O((labelled + b) pool D), mostly far less: <see cref="GreedyKCentre"/> leaves out what cannot matter; memory O(pool)
/// beside the embeddings, never a pool-by-pool matrix.
/// Reference: Sener and Savarese, arXiv 1708.00489, algorithm 1, as used in Geifman and El-Yaniv, arXiv 1811.07579, section 4.
/// Deviations: none from the greedy algorithm (the mixed-integer refinement is not part of it). Ties: a seeded hash of the sample id.</para>
/// </remarks>
internal sealed class CoresetQuery : IQueryStrategy
{
    /// <summary>Name on the command line.</summary>
    public const string StrategyName = "coreset";

    private const int RowsPerItem = 512;

    /// <inheritdoc/>
    public string Name => StrategyName;

    /// <inheritdoc/>
    public QueryNeeds Needs => QueryNeeds.Embeddings;

    /// <inheritdoc/>
    public IReadOnlyList<QueryPick> Select(QueryContext context, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(context);
        FloatTable embeddings = Ranking.Needed(Name, context.PoolEmbeddings, nameof(context.PoolEmbeddings));
        FloatTable labelled = Ranking.Needed(Name, context.LabelledEmbeddings, nameof(context.LabelledEmbeddings));
        if (context.Labelled.Count == 0)
        {
            throw new QueryException($"{Name}: there are no labelled samples, which are the first centres; label at least one.");
        }

        Ranking.RequireFinite(Name, "embedding", labelled.Span, context.EmbeddingLength, row => context.Labelled[row].Id);
        Ranking.RequireFinite(Name, "embedding", embeddings.Span, context.EmbeddingLength, row => context.Pool[row]);
        ulong[] ties = [.. context.Pool.Select(id => Ranking.TieBreak(context.Seed, id))];
        GreedyKCentre greedy = new(embeddings, labelled, context.EmbeddingLength, ties, context.Threads);
        QueryPick[] picks = new QueryPick[context.Count];
        KCentrePick[] centres = greedy.Pick(context.Count, cancellation);
        for (int i = 0; i < picks.Length; i++)
        {
            (int row, float squared) = centres[i];
            Ranking.RequireFinite(Name, "squared distance to the nearest centre", context.Pool[row], squared);
            picks[i] = new QueryPick(context.Pool[row], Math.Sqrt(squared), i + 1);
        }

        return picks;
    }
}
