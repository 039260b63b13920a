using ActiveInas.Data;

namespace ActiveInas.Querying;

/// <summary>How <see cref="StochasticBatchQuery"/> weighs a score.</summary>
internal enum BatchNoise
{
    /// <summary>p proportional to s^beta: near-zero scores are hardly ever drawn.</summary>
    Power,

    /// <summary>p proportional to exp(beta s): the Gibbs (softmax) distribution.</summary>
    Gibbs,

    /// <summary>p proportional to rank^-beta: the scale of the scores does not matter.</summary>
    Rank,
}

/// <summary>Stochastic top-b: draws the batch in proportion to the scores of another strategy instead of taking the best, which thins
/// near-duplicates.</summary>
/// <remarks>
/// <para>Equation: k(x) = beta f(s(x)) + g(x) with f(s) = ln s (power), s (gibbs) or -ln rank of s (softrank), and g(x) a standard Gumbel
/// number made of the hash of seed and sample id; S' = the b points of U with the largest k: draws without replacement with
/// probabilities proportional to exp(beta f). The score reported is that of the other strategy.</para>
/// <para>Example: <c>QueryStrategies.Create("power:bald").Select(context, CancellationToken.None)</c>.</para>
/// <para>Needs what the other strategy needs, which must score each point by itself (<see cref="ScoreQuery"/>); where a small score is
/// asked first, s is 1 minus the score. Cost O(pool log pool) and memory O(pool) beside the other's. Reference: Kirsch et al.,
/// arXiv 2106.12059, table 1. Deviations: none; beta = 1 by default, as theirs. Ties, and points of score 0 under power: a seeded hash of
/// the sample id.</para>
/// </remarks>
/// <param name="inner">Gives the scores.</param>
/// <param name="noise">How a score weighs.</param>
/// <param name="beta">Coldness, above 0: large values take the best b.</param>
internal sealed class StochasticBatchQuery(ScoreQuery inner, BatchNoise noise, double beta = 1) : IQueryStrategy
{
    /// <inheritdoc/>
    public string Name => $"{NameOf(noise)}:{inner.Name}";

    /// <inheritdoc/>
    public QueryNeeds Needs => inner.Needs;

    /// <summary>Name on the command line, before the colon.</summary>
    public static string NameOf(BatchNoise noise) => noise switch
    {
        BatchNoise.Power => "power",
        BatchNoise.Gibbs => "gibbs",
        _ => "softrank",
    };

    /// <inheritdoc/>
    public IReadOnlyList<QueryPick> Select(QueryContext context, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(context);
        double[] scores = inner.Score(context, cancellation);

        // The ranking of all also refuses scores that are not finite.
        QueryPick[] ranked = Ranking.Take(Name, context with { Count = scores.Length }, scores, inner.LargestFirst);
        ulong seed = SeedTree.Derive(context.Seed, "gumbel");
        return
        [
            .. ranked
                .OrderByDescending(pick => (beta * Weight(pick)) + Gumbel(seed, pick.Id))
                .Take(context.Count)
                .Select((pick, index) => pick with { Rank = index + 1 }),
        ];
    }

    /// <summary>-ln(-ln u), u in (0, 1).</summary>
    internal static double Gumbel(ulong seed, SampleId id)
        => -Math.Log(-Math.Log(((Ranking.TieBreak(seed, id) >> 11) + 0.5) * (1.0 / (1ul << 53))));

    private double Weight(QueryPick pick)
    {
        double score = inner.LargestFirst ? pick.Score : 1 - pick.Score;
        return noise switch
        {
            BatchNoise.Power => Math.Log(Math.Max(0, score)),
            BatchNoise.Gibbs => score,
            _ => -Math.Log(pick.Rank),
        };
    }
}
