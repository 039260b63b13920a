using ActiveInas.Compute.Geometry;
using ActiveInas.Data;
using ActiveInas.Learning;
using ActiveInas.Networks;
using ActiveInas.Querying;
using ActiveInas.Training;

namespace ActiveInas.Tests.Querying;

/// <summary>Makes contexts for tests.</summary>
internal static class Queries
{
    /// <summary>A pool of scattered ids with random embeddings, everything that any strategy may need.</summary>
    public static QueryContext Random(
        ulong seed, int pool = 150, int labelled = 20, int length = 37, int classes = 5, int count = 12, Func<float, float>? embedding = null)
    {
        SeededRandom random = new(seed);
        int[] ids = [.. Enumerable.Range(0, 3 * (pool + labelled))];
        random.Shuffle<int>(ids);
        SampleId[] poolIds = [.. ids.Take(pool).Order().Select(id => new SampleId(id))];
        LabelledSample[] samples = [.. ids.Skip(pool).Take(labelled).Order().Select(id => new LabelledSample(new SampleId(id), id % classes))];
        return With(new()
        {
            Pool = poolIds,
            Labelled = samples,
            Count = count,
            Classes = classes,
            Seed = seed,
            StochasticPasses = 9,
            EmbeddingLength = length,
            PoolEmbeddings = Floats(pool * length, ref random, embedding),
            LabelledEmbeddings = Floats(labelled * length, ref random, embedding),
            Head = new DenseHead(Floats(length * classes, ref random, null), Floats(classes, ref random, null)),
        });
    }

    /// <summary>With the probabilities that belong to its embeddings and head.</summary>
    public static QueryContext With(QueryContext context)
        => context with { Probabilities = Softmax.Probabilities(context.PoolEmbeddings!, context.Head!, 1, CancellationToken.None) };

    /// <summary>The same query with the rows of the pool and of the labelled samples in another order.</summary>
    public static QueryContext Permuted(QueryContext context, ulong seed)
    {
        SeededRandom random = new(seed);
        int[] pool = [.. Enumerable.Range(0, context.Pool.Count)];
        int[] labelled = [.. Enumerable.Range(0, context.Labelled.Count)];
        random.Shuffle<int>(pool);
        random.Shuffle<int>(labelled);
        return context with
        {
            Pool = [.. pool.Select(row => context.Pool[row])],
            Labelled = [.. labelled.Select(row => context.Labelled[row])],
            PoolEmbeddings = Rows(context.PoolEmbeddings!, pool, context.EmbeddingLength),
            LabelledEmbeddings = Rows(context.LabelledEmbeddings!, labelled, context.EmbeddingLength),
            Probabilities = Rows(context.Probabilities!, pool, context.Classes),
        };
    }

    private static float[] Rows(FloatTable values, int[] order, int length)
        => [.. order.SelectMany(row => values.AsSpan(row * length, length).ToArray())];

    private static float[] Floats(int count, ref SeededRandom random, Func<float, float>? map)
    {
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
        {
            float value = (float)random.NextGaussian();
            values[i] = map is null ? value : map(value);
        }

        return values;
    }
}
