using ActiveInas.Data;

namespace ActiveInas.Querying;

/// <summary>Passive learning: b points of U drawn at random, without looking at the network.</summary>
/// <remarks>
/// <para>Equation: r(x) = hash(seed, x) / 2^64, uniform in [0, 1); S' = the b points with the smallest r. The score reported is r.</para>
/// <para>Example: <c>QueryStrategies.Create("random").Select(context, CancellationToken.None)</c>.</para>
/// <para>Cost O(pool log pool); memory O(pool). Reference: the passive learner of Geifman and El-Yaniv, arXiv 1811.07579, section 5.
/// Deviations: none.</para>
/// </remarks>
internal sealed class RandomQuery : ScoreQuery
{
    /// <summary>Name on the command line.</summary>
    public const string StrategyName = "random";

    /// <inheritdoc/>
    public override string Name => StrategyName;

    /// <inheritdoc/>
    public override QueryNeeds Needs => QueryNeeds.None;

    /// <inheritdoc/>
    public override bool LargestFirst => false;

    /// <inheritdoc/>
    public override double[] Score(QueryContext context, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(context);
        double[] scores = new double[context.Pool.Count];
        for (int row = 0; row < scores.Length; row++)
        {
            SampleId id = context.Pool[row];
            scores[row] = (Ranking.TieBreak(context.Seed, id) >> 11) * (1.0 / (1ul << 53));
        }

        return scores;
    }
}
