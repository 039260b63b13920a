namespace ActiveInas.Querying;

/// <summary>Mean entropy: the points whose probabilities, averaged over the passes of MC-dropout, are the most uncertain.</summary>
/// <remarks>
/// <para>Equation: H(x) = - sum over c of q_c ln q_c with q = 1/T sum over t of p_t(x), p_t the probabilities of stochastic pass t; S' = the
/// b points of U with the largest H. The score reported is H in nats.</para>
/// <para>Example: <c>QueryStrategies.Create("mean-entropy").Select(context, CancellationToken.None)</c>.</para>
/// <para>Needs embeddings and the head: the T passes are passes of the head, as in <see cref="McDropoutQuery"/> and with its masks. Cost
/// O(T pool D classes / 2); memory O(pool + threads D classes), independent of T. Reference: "max entropy" of Gal, Islam and Ghahramani,
/// arXiv 1703.02910, section 4. Deviations: none. Ties: a seeded hash of the sample id.</para>
/// </remarks>
internal sealed class MeanEntropyQuery : ScoreQuery
{
    /// <summary>Name on the command line.</summary>
    public const string StrategyName = "mean-entropy";

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
        return [.. PassEntropies.Of(Name, context, cancellation).Select(entropies => entropies.OfMean)];
    }
}
