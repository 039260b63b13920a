using ActiveInas.Compute.Geometry;
using ActiveInas.Data;
using ActiveInas.Networks;

namespace ActiveInas.Querying;

/// <summary>What a strategy needs from the model; it is given just that.</summary>
[Flags]
public enum QueryNeeds
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Softmax probabilities of the pool.</summary>
    Probabilities = 1,

    /// <summary>Embeddings of the pool and the head, for stochastic passes over it.</summary>
    StochasticProbabilities = 2,

    /// <summary>Embeddings of the pool and of the labelled samples.</summary>
    Embeddings = 4,

    /// <summary>Embeddings of the pool only.</summary>
    PoolEmbeddings = 8,

    /// <summary>Gradients of the loss in the last layer, held as their two factors: probabilities and embeddings of the pool.</summary>
    GradientEmbeddings = Probabilities | PoolEmbeddings,
}

/// <summary>The input of a query. Rows of all arrays follow <see cref="Pool"/> (or <see cref="Labelled"/>), ascending by id.</summary>
public sealed record QueryContext
{
    /// <summary>U_t, ascending.</summary>
    public required IReadOnlyList<SampleId> Pool { get; init; }

    /// <summary>S_t, ascending.</summary>
    public required IReadOnlyList<LabelledSample> Labelled { get; init; }

    /// <summary>b, 1..Pool.Count; 0 for an empty pool.</summary>
    public required int Count { get; init; }

    /// <summary>Classes.</summary>
    public required int Classes { get; init; }

    /// <summary>Seed of this query.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Passes of MC-dropout.</summary>
    public int StochasticPasses { get; init; } = 100;

    /// <summary>p of MC-dropout.</summary>
    public double DropoutRate { get; init; } = 0.5;

    /// <summary>Threads to work with; 0: one a core. The picks do not depend on it.</summary>
    public int Threads { get; init; }

    /// <summary>[pool, classes] or null.</summary>
    public float[]? Probabilities { get; init; }

    /// <summary>[pool, D] or null; in memory or in a mapped file, which makes no difference. An array converts to it.</summary>
    public FloatTable? PoolEmbeddings { get; init; }

    /// <summary>[labelled, D] or null.</summary>
    public FloatTable? LabelledEmbeddings { get; init; }

    /// <summary>D, or 0.</summary>
    public int EmbeddingLength { get; init; }

    /// <summary>The head, or null.</summary>
    public DenseHead? Head { get; init; }
}

/// <summary>A sample that a query asks for.</summary>
/// <param name="Id">Which.</param>
/// <param name="Score">The strategy's score (its meaning is in the strategy's docstring).</param>
/// <param name="Rank">1 = asked first.</param>
public readonly record struct QueryPick(SampleId Id, double Score, int Rank);

/// <summary>Q: chooses the pool samples whose labels teach most. A strategy is one file and one row of the registry.</summary>
public interface IQueryStrategy
{
    /// <summary>Name on the command line, for example softmax-response.</summary>
    string Name { get; }

    /// <summary>What it needs.</summary>
    QueryNeeds Needs { get; }

    /// <summary>Exactly context.Count different ids of the pool, ranked.</summary>
    /// <exception cref="QueryException">A score is not finite.</exception>
    IReadOnlyList<QueryPick> Select(QueryContext context, CancellationToken cancellation);
}

/// <summary>A query that cannot be answered, naming the sample and the value.</summary>
internal sealed class QueryException(string message) : Exception(message);
