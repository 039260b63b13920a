using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using ActiveInas.Data;

namespace ActiveInas.Querying;

/// <summary>Coreset: greedy k-centre in the space of the embeddings.</summary>
/// <remarks>
/// <para>Equation: d(x) = min over centres s of ||e(x) - e(s)||_2, the labelled points being the first centres; b times: take
/// x* = argmax over U of d(x) and make it a centre. The score reported is d(x*) when it was taken.</para>
/// <para>Example: <c>QueryStrategies.Create("coreset").Select(context, CancellationToken.None)</c>.</para>
/// <para>Cost O((labelled + b) pool D); memory O(pool) beside the embeddings: one distance a point, never a pool-by-pool matrix.
/// Reference: Sener and Savarese, arXiv 1708.00489, algorithm 1, as used in Geifman and El-Yaniv, arXiv 1811.07579, section 4.
/// Deviations: none from the greedy algorithm (the mixed-integer refinement is not part of it). Ties: a seeded hash of the sample id.</para>
/// </remarks>
public sealed class CoresetQuery : IQueryStrategy
{
    /// <summary>Name on the command line.</summary>
    public const string StrategyName = "coreset";

    // 64 rows of 512 floats are 128 KB: they stay in the second-level cache while the labelled points stream past.
    private const int RowsPerItem = 64;
    private const int RowsPerStepItem = 512;
    private const float Taken = -1f;

    /// <inheritdoc/>
    public string Name => StrategyName;

    /// <inheritdoc/>
    public QueryNeeds Needs => QueryNeeds.Embeddings;

    /// <inheritdoc/>
    public IReadOnlyList<QueryPick> Select(QueryContext context, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(context);
        float[] embeddings = Ranking.Needed(Name, context.PoolEmbeddings, nameof(context.PoolEmbeddings));
        float[] distances = InitialDistances(context, embeddings, cancellation);
        for (int row = 0; row < distances.Length; row++)
        {
            Ranking.RequireFinite(Name, "squared distance to the nearest centre", context.Pool[row], distances[row]);
        }

        QueryPick[] picks = new QueryPick[context.Count];
        int[] best = new int[FixedBlocks.Count(distances.Length, RowsPerStepItem)];
        int centre = -1;
        for (int step = 0; step < picks.Length; step++)
        {
            centre = Farthest(context, embeddings, distances, centre, best, cancellation);
            picks[step] = new QueryPick(context.Pool[centre], Math.Sqrt(distances[centre]), step + 1);
            distances[centre] = Taken;
        }

        return picks;
    }

    /// <summary>||a - b||^2 in single precision. Sixteen running sums, added in a fixed order: the same on every machine.</summary>
    internal static float SquaredDistance(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        Vector256<float> low = Vector256<float>.Zero;
        Vector256<float> high = Vector256<float>.Zero;
        ReadOnlySpan<Vector256<float>> va = MemoryMarshal.Cast<float, Vector256<float>>(a);
        ReadOnlySpan<Vector256<float>> vb = MemoryMarshal.Cast<float, Vector256<float>>(b)[..va.Length];
        int i = 0;
        for (; i + 1 < va.Length; i += 2)
        {
            Vector256<float> d = va[i] - vb[i];
            Vector256<float> e = va[i + 1] - vb[i + 1];
            low += d * d;
            high += e * e;
        }

        Vector256<float> sums = low + high;
        float sum = 0;
        for (int lane = 0; lane < Vector256<float>.Count; lane++)
        {
            sum += sums[lane];
        }

        for (int k = i * Vector256<float>.Count; k < a.Length; k++)
        {
            float d = a[k] - b[k];
            sum += d * d;
        }

        return sum;
    }

    private float[] InitialDistances(QueryContext context, float[] embeddings, CancellationToken cancellation)
    {
        float[] labelled = Ranking.Needed(Name, context.LabelledEmbeddings, nameof(context.LabelledEmbeddings));
        int length = context.EmbeddingLength;
        if (context.Labelled.Count == 0)
        {
            throw new QueryException($"{Name}: there are no labelled samples, which are the first centres; label at least one.");
        }

        RequireFinite(context.Labelled.Select(sample => sample.Id), labelled, length);
        RequireFinite(context.Pool, embeddings, length);
        float[] distances = new float[context.Pool.Count];
        Array.Fill(distances, float.PositiveInfinity);
        FixedBlocks.Run(distances.Length, RowsPerItem, context.Threads, (_, first, end) =>
        {
            for (int centre = 0; centre < context.Labelled.Count; centre++)
            {
                ReadOnlySpan<float> point = labelled.AsSpan(centre * length, length);
                for (int row = first; row < end; row++)
                {
                    distances[row] = MathF.Min(distances[row], SquaredDistance(embeddings.AsSpan(row * length, length), point));
                }
            }
        }, cancellation);
        return distances;
    }

    /// <summary>Lets a new centre (a row of the pool, or -1) shorten the distances and returns the row that is now farthest.</summary>
    private static int Farthest(
        QueryContext context, float[] embeddings, float[] distances, int centre, int[] best, CancellationToken cancellation)
    {
        int length = context.EmbeddingLength;
        FixedBlocks.Run(distances.Length, RowsPerStepItem, context.Threads, (block, first, end) =>
        {
            ReadOnlySpan<float> point = centre < 0 ? default : embeddings.AsSpan(centre * length, length);
            int farthest = first;
            for (int row = first; row < end; row++)
            {
                if (centre >= 0 && distances[row] > 0)
                {
                    distances[row] = MathF.Min(distances[row], SquaredDistance(embeddings.AsSpan(row * length, length), point));
                }

                farthest = Farther(context, distances, farthest, row);
            }

            best[block] = farthest;
        }, cancellation);
        int winner = best[0];
        foreach (int candidate in best)
        {
            winner = Farther(context, distances, winner, candidate);
        }

        return winner;
    }

    private static int Farther(QueryContext context, float[] distances, int best, int row)
    {
        if (distances[row] != distances[best])
        {
            return distances[row] > distances[best] ? row : best;
        }

        (SampleId a, SampleId b) = (context.Pool[best], context.Pool[row]);
        int order = Ranking.TieBreak(context.Seed, b).CompareTo(Ranking.TieBreak(context.Seed, a));
        return order < 0 || (order == 0 && b.Value < a.Value) ? row : best;
    }

    private void RequireFinite(IEnumerable<SampleId> ids, float[] embeddings, int length)
    {
        int row = 0;
        foreach (SampleId id in ids)
        {
            foreach (float value in embeddings.AsSpan(row * length, length))
            {
                Ranking.RequireFinite(Name, "embedding", id, value);
            }

            row++;
        }
    }
}
