namespace ActiveInas.Querying;

/// <summary>BALD: the points about whose class the passes of MC-dropout disagree most.</summary>
/// <remarks>
/// <para>Equation: I(x) = H(1/T sum over t of p_t(x)) - 1/T sum over t of H(p_t(x)), the mutual information of label and weights, with
/// p_t the probabilities of stochastic pass t and H the entropy in nats; S' = the b points of U with the largest I. The score reported
/// is I.</para>
/// <para>Example: <c>QueryStrategies.Create("bald").Select(context, CancellationToken.None)</c>.</para>
/// <para>Needs embeddings and the head: the T passes are passes of the head, as in <see cref="McDropoutQuery"/> and with its masks. Cost
/// O(T pool D classes / 2); memory O(pool + threads D classes), independent of T. Reference: Houlsby et al., arXiv 1112.5745; by
/// dropout: Gal, Islam and Ghahramani, arXiv 1703.02910. Deviations: none. Ties: a seeded hash of the sample id.</para>
/// </remarks>
internal sealed class BaldQuery : ScoreQuery
{
    /// <summary>Name on the command line.</summary>
    public const string StrategyName = "bald";

    /// <inheritdoc/>
    public override string Name => StrategyName;

    /// <inheritdoc/>
    public override QueryNeeds Needs => QueryNeeds.StochasticProbabilities;

    /// <inheritdoc/>
    public override bool LargestFirst => true;

    /// <inheritdoc/>
    public override double[] Score(QueryContext context, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(context);
        return [.. PassEntropies.Of(Name, context, cancellation).Select(entropies => entropies.OfMean - entropies.Mean)];
    }
}
