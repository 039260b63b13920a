using ActiveInas.Compute.Geometry;
using ActiveInas.Data;

namespace ActiveInas.Querying;

/// <summary>Points in the space of the embeddings, ascending by id, so that no sum over them depends on the order of a pool.</summary>
/// <param name="ids">[n], ascending.</param>
/// <param name="values">[n, length], finite.</param>
/// <param name="length">D.</param>
internal sealed class EmbeddingRows(SampleId[] ids, FloatTable values, int length)
{
    private static readonly DistanceKernel s_kernel = DistanceKernel.Best;

    /// <summary>[n, length].</summary>
    public FloatTable Values => values;

    /// <summary>n.</summary>
    public int Count => ids.Length;

    /// <summary>D.</summary>
    public int Length => length;

    /// <summary>[n], ascending.</summary>
    public IReadOnlyList<SampleId> Ids => ids;

    /// <summary>Row i, [D].</summary>
    public ReadOnlySpan<float> this[int row] => values.AsSpan(row * length, length);

    /// <summary>The points of the pool.</summary>
    /// <exception cref="QueryException">A value is not finite.</exception>
    public static EmbeddingRows OfPool(string strategy, QueryContext context)
        => Of(strategy, [.. context.Pool], Ranking.Needed(strategy, context.PoolEmbeddings, nameof(context.PoolEmbeddings)), context.EmbeddingLength);

    /// <summary>The labelled points.</summary>
    /// <exception cref="QueryException">A value is not finite.</exception>
    public static EmbeddingRows OfLabelled(string strategy, QueryContext context) => Of(
        strategy,
        [.. context.Labelled.Select(sample => sample.Id)],
        Ranking.Needed(strategy, context.LabelledEmbeddings, nameof(context.LabelledEmbeddings)),
        context.EmbeddingLength);

    /// <summary>The points of the pool and the labelled ones together.</summary>
    /// <exception cref="QueryException">A value is not finite.</exception>
    public static EmbeddingRows OfAll(string strategy, QueryContext context)
    {
        FloatTable pool = Ranking.Needed(strategy, context.PoolEmbeddings, nameof(context.PoolEmbeddings));
        FloatTable labelled = Ranking.Needed(strategy, context.LabelledEmbeddings, nameof(context.LabelledEmbeddings));
        return Of(strategy, [.. context.Pool, .. context.Labelled.Select(sample => sample.Id)], Joined(pool, labelled), context.EmbeddingLength);
    }

    /// <summary>Some of the rows.</summary>
    /// <param name="rows">Which.</param>
    public EmbeddingRows Take(IEnumerable<int> rows)
    {
        int[] chosen = [.. rows.Order()];
        float[] part = new float[chosen.Length * length];
        for (int i = 0; i < chosen.Length; i++)
        {
            this[chosen[i]].CopyTo(part.AsSpan(i * length, length));
        }

        return new EmbeddingRows([.. chosen.Select(row => ids[row])], part, length);
    }

    /// <summary>||row a - row b||^2.</summary>
    public float SquaredDistance(int a, int b) => SquaredDistanceUpTo(float.PositiveInfinity, this[a], this[b]);

    /// <summary>||a - b||^2, summed 64 units at a time; or, once that exceeds a limit, any part of the sum that does. A sum of squares only
    /// grows, so that comparing with the limit (and with anything below it) gives the same answer as the whole sum would.</summary>
    public static float SquaredDistanceUpTo(float limit, ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        const int Chunk = 64;
        float sum = 0;
        for (int unit = 0; unit < a.Length && sum <= limit; unit += Chunk)
        {
            int count = Math.Min(Chunk, a.Length - unit);
            sum += s_kernel.Squared(a.Slice(unit, count), b.Slice(unit, count));
        }

        return sum;
    }

    /// <summary>||a - b||^2 in the order of <see cref="DistanceKernel"/>.</summary>
    public static float Squared(ReadOnlySpan<float> a, ReadOnlySpan<float> b) => s_kernel.Squared(a, b);

    /// <summary>a . b in single precision, in the order of <see cref="DistanceKernel"/>.</summary>
    public static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b) => s_kernel.Dot(a, b);

    private static FloatTable Joined(FloatTable pool, FloatTable labelled)
    {
        FloatTable all = FloatTable.Allocate((long)pool.Count + labelled.Count);
        pool.Span.CopyTo(all.Span);
        labelled.Span.CopyTo(all.Span[pool.Count..]);
        return all;
    }

    private static bool IsAscending(SampleId[] ids)
    {
        for (int i = 1; i < ids.Length; i++)
        {
            if (ids[i].Value < ids[i - 1].Value)
            {
                return false;
            }
        }

        return true;
    }

    private static EmbeddingRows Of(string strategy, SampleId[] ids, FloatTable values, int length)
    {
        Ranking.RequireFinite(strategy, "embedding", values.Span, length, row => ids[row]);
        for (int row = 0; row < ids.Length; row++)
        {
            // ||x - y||^2 <= 2 ||x||^2 + 2 ||y||^2, so that no distance overflows either.
            ReadOnlySpan<float> point = values.AsSpan(row * length, length);
            float squared = Dot(point, point);
            Ranking.RequireFinite(strategy, "squared norm of the embedding", ids[row], squared < float.MaxValue / 8 ? squared : float.PositiveInfinity);
        }

        if (IsAscending(ids))
        {
            return new EmbeddingRows(ids, values, length);
        }

        int[] order = [.. Enumerable.Range(0, ids.Length).OrderBy(row => ids[row])];
        float[] sorted = new float[values.Length];
        for (int i = 0; i < order.Length; i++)
        {
            values.AsSpan(order[i] * length, length).CopyTo(sorted.AsSpan(i * length, length));
        }

        return new EmbeddingRows([.. order.Select(row => ids[row])], sorted, length);
    }
}
