namespace ActiveInas.Querying;

/// <summary>Margin: the points whose two most probable classes are nearest to each other.</summary>
/// <remarks>
/// <para>Equation: M(x) = p_1(x) - p_2(x), the largest and the second largest of p(c | x); S' = the b points of U with the smallest M.
/// The score reported is M.</para>
/// <para>Example: <c>QueryStrategies.Create("margin").Select(context, CancellationToken.None)</c>.</para>
/// <para>Needs probabilities. Cost O(pool classes + pool log pool) after one pass of the network; memory O(pool). Reference: Scheffer,
/// Decomain and Wrobel, IDA 2001; as a baseline of deep networks in arXiv 1906.03671. Deviations: none. Ties: a seeded hash of the
/// sample id.</para>
/// </remarks>
internal sealed class MarginQuery : ScoreQuery
{
    /// <summary>Name on the command line.</summary>
    public const string StrategyName = "margin";

    /// <inheritdoc/>
    public override string Name => StrategyName;

    /// <inheritdoc/>
    public override QueryNeeds Needs => QueryNeeds.Probabilities;

    /// <inheritdoc/>
    public override bool LargestFirst => false;

    /// <inheritdoc/>
    public override double[] Score(QueryContext context, CancellationToken cancellation) => Margins(Name, context);

    /// <summary>M of every pool sample.</summary>
    internal static double[] Margins(string strategy, QueryContext context)
        => ProbabilityRows.Map(strategy, context, row =>
        {
            float first = 0;
            float second = 0;
            foreach (float probability in row)
            {
                (first, second) = probability > first ? (probability, first) : (first, MathF.Max(second, probability));
            }

            return first - second;
        });
}
