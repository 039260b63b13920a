using ActiveInas.Compute.Geometry;
using ActiveInas.Data;
using ActiveInas.Networks;

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
    int Threads)
{
    /// <summary>Bytes that the embeddings of the pool may take in memory; when they take more, they live in a mapped temporary file, and the
    /// picks are the same. Null: half of the memory that this process may use.</summary>
    public long? EmbeddingMemory { get; init; }

    /// <summary>Folder of that file; null: the system's. It should be on a disk, not in memory.</summary>
    public string? TemporaryFolder { get; init; }
}

/// <summary>Gives a strategy just what it needs from a network, and checks what it answers. Disposes nothing.</summary>
public static class QueryRunner
{
    // A multiple of every batch of a network: cutting the pool makes no batch smaller.
    private const int RowsInMemory = 4096;

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
            throw new ArgumentException($"A query of {Counted.Of(request.Count, "sample")} from a pool of {request.Pool.Count} is not possible.");
        }

        QueryContext context = Plain(request);
        if (strategy.Needs == QueryNeeds.None)
        {
            return Answer(strategy, context, cancellation);
        }

        ArgumentNullException.ThrowIfNull(model);
        using FloatTable? pool = NeedsPoolEmbeddings(strategy) ? PoolTable(request, model.EmbeddingLength) : null;
        return Answer(strategy, Filled(strategy, model, context, pool, cancellation), cancellation);
    }

    private static IReadOnlyList<QueryPick> Answer(IQueryStrategy strategy, QueryContext context, CancellationToken cancellation)
    {
        IReadOnlyList<QueryPick> picks = strategy.Select(context, cancellation);
        Check(strategy, context, picks);
        return picks;
    }

    private static bool NeedsPoolEmbeddings(IQueryStrategy strategy)
        => (strategy.Needs & (QueryNeeds.Embeddings | QueryNeeds.PoolEmbeddings | QueryNeeds.StochasticProbabilities)) != 0;

    private static FloatTable PoolTable(QueryRequest request, int length)
    {
        long count = (long)request.Pool.Count * length;
        long most = request.EmbeddingMemory ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2;
        return count * sizeof(float) <= most ? FloatTable.Allocate(count) : FloatTable.Map(request.TemporaryFolder ?? Path.GetTempPath(), count);
    }

    private static QueryContext Plain(QueryRequest request)
        => new()
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

    private static QueryContext Filled(
        IQueryStrategy strategy, IModel model, QueryContext context, FloatTable? pool, CancellationToken cancellation)
    {
        float[]? probabilities = strategy.Needs.HasFlag(QueryNeeds.Probabilities) ? new float[context.Pool.Count * context.Classes] : null;
        Embed(model, context.Pool, pool, probabilities, context, cancellation);
        FloatTable? labelled = null;
        if (strategy.Needs.HasFlag(QueryNeeds.Embeddings))
        {
            labelled = FloatTable.Allocate((long)context.Labelled.Count * model.EmbeddingLength);
            Embed(model, [.. context.Labelled.Select(sample => sample.Id)], labelled, null, context, cancellation);
        }

        return context with
        {
            EmbeddingLength = model.EmbeddingLength,
            PoolEmbeddings = pool,
            LabelledEmbeddings = labelled,
            Head = strategy.Needs.HasFlag(QueryNeeds.StochasticProbabilities) ? model.Head : null,
            Probabilities = probabilities,
        };
    }

    /// <summary>Runs the body over samples a block at a time; what is not asked for of a block is gone before the next.</summary>
    private static void Embed(
        IModel model, IReadOnlyList<SampleId> samples, FloatTable? table, float[]? probabilities, QueryContext context, CancellationToken cancellation)
    {
        int row = 0;
        foreach (SampleId[] block in samples.Chunk(RowsInMemory))
        {
            float[] embeddings = model.Embed(block, cancellation);
            if (table is not null)
            {
                embeddings.CopyTo(table.AsSpan(row * model.EmbeddingLength, embeddings.Length));
            }

            if (probabilities is not null)
            {
                float[] part = Softmax.Probabilities(embeddings, model.Head, context.Threads, cancellation);
                part.CopyTo(probabilities.AsSpan(row * context.Classes, part.Length));
            }

            row += block.Length;
        }
    }

    private static void Check(IQueryStrategy strategy, QueryContext context, IReadOnlyList<QueryPick> picks)
    {
        if (picks.Count != context.Count)
        {
            throw new QueryException($"{strategy.Name}: {Counted.Of(picks.Count, "sample was", "samples were")} picked, {context.Count} were asked for.");
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
