namespace ActiveInas.Querying;

/// <summary>Entropy: the points whose predicted distribution over the classes is the most uncertain.</summary>
/// <remarks>
/// <para>Equation: H(x) = - sum over c of p(c | x) ln p(c | x), 0 ln 0 = 0; S' = the b points of U with the largest H. The score reported
/// is H in nats.</para>
/// <para>Example: <c>QueryStrategies.Create("entropy").Select(context, CancellationToken.None)</c>.</para>
/// <para>Needs probabilities. Cost O(pool classes + pool log pool) after one pass of the network; memory O(pool). Reference: Shannon,
/// 1948; as a query function of deep networks in Wang et al., arXiv 1701.03551. Deviations: none. Ties: a seeded hash of the sample
/// id.</para>
/// </remarks>
internal sealed class EntropyQuery : ScoreQuery
{
    /// <summary>Name on the command line.</summary>
    public const string StrategyName = "entropy";

    /// <inheritdoc/>
    public override string Name => StrategyName;

    /// <inheritdoc/>
    public override QueryNeeds Needs => QueryNeeds.Probabilities;

    /// <inheritdoc/>
    public override bool LargestFirst => true;

    /// <inheritdoc/>
    public override double[] Score(QueryContext context, CancellationToken cancellation)
        => ProbabilityRows.Map(Name, context, row =>
        {
            double entropy = 0;
            foreach (float probability in row)
            {
                entropy += Term(probability);
            }

            return entropy;
        });

    /// <summary>-p ln p; 0 for 0. NaN stays NaN.</summary>
    internal static double Term(double probability) => probability == 0 ? 0 : -probability * Math.Log(probability);
}
