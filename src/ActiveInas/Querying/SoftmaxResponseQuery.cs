namespace ActiveInas.Querying;

/// <summary>Softmax response: the points whose most probable class is the least probable.</summary>
/// <remarks>
/// <para>Equation: SR(x) = max over c of p(c | x); S' = the b points of U with the smallest SR. The score reported is SR.</para>
/// <para>Example: <c>QueryStrategies.Create("softmax-response").Select(context, CancellationToken.None)</c>.</para>
/// <para>Cost O(pool classes + pool log pool) after one pass of the network; memory O(pool). Reference: Geifman and El-Yaniv,
/// arXiv 1811.07579, section 4; the score is that of arXiv 1705.08500. Deviations: none. Ties: a seeded hash of the sample id.</para>
/// </remarks>
internal sealed class SoftmaxResponseQuery : ScoreQuery
{
    /// <summary>Name on the command line.</summary>
    public const string StrategyName = "softmax-response";

    /// <inheritdoc/>
    public override string Name => StrategyName;

    /// <inheritdoc/>
    public override QueryNeeds Needs => QueryNeeds.Probabilities;

    /// <inheritdoc/>
    public override bool LargestFirst => false;

    /// <inheritdoc/>
    public override double[] Score(QueryContext context, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(context);
        float[] probabilities = Ranking.Needed(Name, context.Probabilities, nameof(context.Probabilities));
        double[] scores = new double[context.Pool.Count];
        for (int row = 0; row < scores.Length; row++)
        {
            scores[row] = Largest(probabilities.AsSpan(row * context.Classes, context.Classes));
        }

        return scores;
    }

    // MathF.Max returns NaN when either side is NaN: a bad row must not hide behind its finite values.
    private static float Largest(ReadOnlySpan<float> row)
    {
        float largest = row[0];
        foreach (float probability in row[1..])
        {
            largest = MathF.Max(largest, probability);
        }

        return largest;
    }
}
