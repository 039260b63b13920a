namespace ActiveInas.Querying;

/// <summary>A strategy that scores every pool sample by itself and asks for the best b. Such a strategy can be thinned by
/// <see cref="StochasticBatchQuery"/>.</summary>
/// <example><code>
/// public sealed class LeastConfidentQuery : ScoreQuery
/// {
///     public override string Name => "least-confident";
///     public override QueryNeeds Needs => QueryNeeds.Probabilities;
///     public override bool LargestFirst => false;
///     public override double[] Score(QueryContext context, CancellationToken cancellation)
///         => [.. context.Probabilities!.Chunk(context.Classes).Select(row => (double)row.Max())];
/// }
/// </code></example>
public abstract class ScoreQuery : IQueryStrategy
{
    /// <inheritdoc/>
    public abstract string Name { get; }

    /// <inheritdoc/>
    public abstract QueryNeeds Needs { get; }

    /// <summary>Whether a large score is asked first. Where a small one is, scores lie in 0..1.</summary>
    public abstract bool LargestFirst { get; }

    /// <summary>The score of every pool sample, [pool]; rows follow the context.</summary>
    public abstract double[] Score(QueryContext context, CancellationToken cancellation);

    /// <inheritdoc/>
    public IReadOnlyList<QueryPick> Select(QueryContext context, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(context);
        return Ranking.Take(Name, context, Score(context, cancellation), LargestFirst);
    }
}
