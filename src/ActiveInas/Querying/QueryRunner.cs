using ActiveInas.Data;
using ActiveInas.Training;

namespace ActiveInas.Querying;

/// <summary>What a query is asked for, apart from the network.</summary>
/// <param name="Pool">U_t, in any order.</param>
/// <param name="Labelled">S_t, in any order.</param>
/// <param name="Count">b, 1..Pool.Count.</param>
/// <param name="Classes">Classes.</param>
/// <param name="Seed">Seed of this query.</param>
/// <param name="StochasticPasses">Passes of MC-dropout.</param>
/// <param name="DropoutRate">p of MC-dropout.</param>
/// <param name="Threads">0: one a core.</param>
public sealed record QueryRequest(
    IReadOnlyList<SampleId> Pool,
    IReadOnlyList<LabelledSample> Labelled,
    int Count,
    int Classes,
    ulong Seed,
    int StochasticPasses,
    double DropoutRate,
    int Threads);

/// <summary>Gives a strategy just what it needs from a network, and checks what it answers. Disposes nothing.</summary>
public static class QueryRunner
{
    /// <summary>Runs one query.</summary>
    /// <param name="strategy">Q.</param>
    /// <param name="model">f_theta; may be null for a strategy that needs nothing.</param>
    /// <param name="request">What is asked for.</param>
    /// <param name="cancellation">Stops the inference or the selection.</param>
    /// <exception cref="QueryException">A score is not finite, or the answer breaks the contract.</exception>
    public static IReadOnlyList<QueryPick> Run(IQueryStrategy strategy, IModel? model, QueryRequest request, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(strategy);
        ArgumentNullException.ThrowIfNull(request);
        if (request.Count < 1 || request.Count > request.Pool.Count)
        {
            throw new ArgumentException($"A query of {request.Count} samples from a pool of {request.Pool.Count} is not possible.");
        }

        QueryContext context = Context(strategy, model, request, cancellation);
        IReadOnlyList<QueryPick> picks = strategy.Select(context, cancellation);
        Check(strategy, context, picks);
        return picks;
    }

    private static QueryContext Context(IQueryStrategy strategy, IModel? model, QueryRequest request, CancellationToken cancellation)
    {
        QueryContext context = new()
        {
            Pool = [.. request.Pool.Order()],
            Labelled = [.. request.Labelled.OrderBy(sample => sample.Id)],
            Count = request.Count,
            Classes = request.Classes,
            Seed = request.Seed,
            StochasticPasses = request.StochasticPasses,
            DropoutRate = request.DropoutRate,
            Threads = request.Threads,
        };
        if (strategy.Needs == QueryNeeds.None)
        {
            return context;
        }

        ArgumentNullException.ThrowIfNull(model);
        float[] pool = model.Embed(context.Pool, cancellation);
        bool keepsEmbeddings = (strategy.Needs & (QueryNeeds.Embeddings | QueryNeeds.PoolEmbeddings | QueryNeeds.StochasticProbabilities)) != 0;
        return context with
        {
            EmbeddingLength = model.EmbeddingLength,
            PoolEmbeddings = keepsEmbeddings ? pool : null,
            LabelledEmbeddings = strategy.Needs.HasFlag(QueryNeeds.Embeddings)
                ? model.Embed([.. context.Labelled.Select(sample => sample.Id)], cancellation)
                : null,
            Head = strategy.Needs.HasFlag(QueryNeeds.StochasticProbabilities) ? model.Head : null,
            Probabilities = strategy.Needs.HasFlag(QueryNeeds.Probabilities)
                ? Softmax.Probabilities(pool, model.Head, request.Threads, cancellation)
                : null,
        };
    }

    private static void Check(IQueryStrategy strategy, QueryContext context, IReadOnlyList<QueryPick> picks)
    {
        if (picks.Count != context.Count)
        {
            throw new QueryException($"{strategy.Name}: {picks.Count} samples were picked, {context.Count} were asked for.");
        }

        HashSet<SampleId> pool = [.. context.Pool];
        for (int i = 0; i < picks.Count; i++)
        {
            QueryPick pick = picks[i];
            if (!pool.Remove(pick.Id))
            {
                throw new QueryException($"{strategy.Name}: sample {pick.Id} at rank {i + 1} was picked twice or is not in the pool.");
            }

            Ranking.RequireFinite(strategy.Name, "score", pick.Id, pick.Score);
            if (pick.Rank != i + 1)
            {
                throw new QueryException($"{strategy.Name}: sample {pick.Id} has rank {pick.Rank}; wanted {i + 1}.");
            }
        }
    }
}
