using ActiveInas.Querying.Geometry;

namespace ActiveInas.Querying;

/// <summary>BADGE: a spread batch of uncertain points, by k-means++ draws on the gradients of the last layer.</summary>
/// <remarks>
/// <para>Equation: g(x) = (p(x) - onehot(argmax p(x))) e(x)^T, the gradient of the loss of the predicted class in the weights of the last
/// layer; the first point is that of the largest ||g||; b - 1 times: draw x with probability proportional to
/// D(x)^2 = min over the points taken of ||g(x) - g(s)||^2. The score reported is ||g|| of the first point and D(x) of the others, when
/// they were taken.</para>
/// <para>Example: <c>QueryStrategies.Create("badge").Select(context, CancellationToken.None)</c>.</para>
/// <para>Needs probabilities and embeddings of the pool. Cost O(b pool (D + classes)); memory O(pool classes) beside the embeddings: g is
/// held as its two factors (<see cref="GradientRows"/>), never as D x classes numbers. Reference: Ash et al., arXiv 1906.03671,
/// algorithm 1; the first point as in its authors' code. Deviations: the draw is an exponential race seeded per step (<see cref="Race"/>),
/// the same distribution for any order, blocks and threads. When only copies of taken points are left: a seeded hash of the sample id.</para>
/// </remarks>
internal sealed class BadgeQuery : IQueryStrategy
{
    /// <summary>Name on the command line.</summary>
    public const string StrategyName = "badge";

    private const int RowsPerItem = 512;

    /// <inheritdoc/>
    public string Name => StrategyName;

    /// <inheritdoc/>
    public QueryNeeds Needs => QueryNeeds.GradientEmbeddings;

    /// <inheritdoc/>
    public IReadOnlyList<QueryPick> Select(QueryContext context, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(context);
        GradientRows gradients = new(Name, context);
        int count = gradients.Embeddings.Count;
        QueryPick[] picks = new QueryPick[context.Count];
        if (picks.Length == 0)
        {
            return picks;
        }

        FactoredPlusPlus seeds = new(gradients.Embeddings.Values, context.EmbeddingLength, gradients.Factors, context.Classes, context.Threads);
        bool[] taken = new bool[count];
        int centre = Longest(context, gradients);
        picks[0] = new QueryPick(gradients.Embeddings.Ids[centre], Math.Sqrt(gradients.SquaredNorm(centre)), 1);
        for (int step = 1; step < picks.Length; step++)
        {
            taken[centre] = true;
            seeds.Add(centre, cancellation);
            centre = Draw(context, gradients, seeds, taken, step, cancellation);
            picks[step] = new QueryPick(gradients.Embeddings.Ids[centre], Math.Sqrt(seeds.Nearest[centre]), step + 1);
        }

        return picks;
    }

    /// <summary>Seed of the draw of step 1, 2, ....</summary>
    internal static ulong StepSeed(ulong seed, int step) => SeedTree.Derive(seed, $"draw-{step}");

    private static int Longest(QueryContext context, GradientRows gradients)
        => Enumerable.Range(0, gradients.Embeddings.Count).MinBy(row => (
            -gradients.SquaredNorm(row), Ranking.TieBreak(context.Seed, gradients.Embeddings.Ids[row]), gradients.Embeddings.Ids[row]));

    // Draws among those not taken.
    private static int Draw(
        QueryContext context, GradientRows gradients, FactoredPlusPlus seeds, bool[] taken, int step, CancellationToken cancellation)
    {
        Race race = new(StepSeed(context.Seed, step));
        Race.Runner[] leaders = new Race.Runner[FixedBlocks.Count(taken.Length, RowsPerItem)];
        FixedBlocks.Run(taken.Length, RowsPerItem, context.Threads, (block, first, end) =>
        {
            Race.Runner leader = Race.Nobody;
            for (int row = first; row < end; row++)
            {
                if (!taken[row])
                {
                    leader = race.Faster(leader, seeds.Nearest[row], gradients.Embeddings.Ids[row], row);
                }
            }

            leaders[block] = leader;
        }, cancellation);
        return race.Fastest(leaders).Row;
    }
}
