using ActiveInas.Compute;
using ActiveInas.Data;
using ActiveInas.Learning;
using ActiveInas.Networks;
using ActiveInas.Querying;
using ActiveInas.Training;

namespace ActiveInas.Tests.Querying;

public sealed class McDropoutTests
{
    [Theory]
    [InlineData(64, 10, 0.5)]
    [InlineData(100, 3, 0.5)]
    [InlineData(37, 17, 0.3)]
    [InlineData(1, 2, 0.5)]
    [InlineData(130, 100, 0.8)]
    public void Passes_over_cached_embeddings_equal_passes_behind_a_recomputed_body_bit_for_bit(int length, int classes, double rate)
    {
        const int Passes = 25;
        QueryContext random = Queries.Random(21, pool: 40, length: length, classes: classes, count: 40);
        QueryContext context = random with
        {
            StochasticPasses = Passes,
            DropoutRate = rate,
            PoolEmbeddings = [.. random.Pool.SelectMany(id => Body(id, length))],
        };

        double[] cached = McDropoutQuery.Scores(context, CancellationToken.None);

        for (int row = 0; row < context.Pool.Count; row++)
        {
            Assert.Equal(WholeNetworkVariance(context.Pool[row], context), cached[row]);
        }

        Assert.Contains(cached, score => score > 0);
    }

    [Fact]
    public void The_score_by_hand()
    {
        // One unit, two classes, logits (e m / (1 - p), 0): p(0) is 1/2 where the unit is dropped and sigmoid(2 e) where it is kept.
        QueryContext context = new()
        {
            Pool = [new(4)],
            Labelled = [],
            Count = 1,
            Classes = 2,
            Seed = 6,
            EmbeddingLength = 1,
            PoolEmbeddings = [0.5f],
            Head = new DenseHead([1, 0], [0, 0]),
        };
        double kept = Enumerable.Range(0, 100).Count(pass => DropoutMask.Keeps(McDropoutQuery.PassSeed(6, pass), 4, 0, 0.5)) / 100.0;
        double step = (1 / (1 + Math.Exp(-1))) - 0.5;

        QueryPick pick = Assert.Single(new McDropoutQuery().Select(context, CancellationToken.None));

        Assert.InRange(kept, 0.3, 0.7);
        Assert.Equal(kept * (1 - kept) * step * step, pick.Score, 1e-8);
    }

    [Fact]
    public void Without_dropout_nothing_varies()
        => Assert.All(McDropoutQuery.Scores(Queries.Random(22) with { DropoutRate = 0 }, CancellationToken.None), score => Assert.Equal(0, score));

    [Fact]
    public void A_rate_of_one_is_refused()
        => Assert.Throws<ArgumentOutOfRangeException>(() => McDropoutQuery.Scores(Queries.Random(22) with { DropoutRate = 1, Threads = 1 }, CancellationToken.None));

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.2)]
    public void Mask_words_hold_the_decisions_of_each_unit(double rate)
    {
        ulong[] words = new ulong[3];
        foreach (int units in (int[])[1, 63, 64, 65, 130, 192])
        {
            Array.Fill(words, ulong.MaxValue);
            DropoutMask.FillWords(99, 7, rate, units, words);
            for (int unit = 0; unit < DropoutMask.WordCount(units) * 64; unit++)
            {
                bool kept = ((words[unit / 64] >> (unit % 64)) & 1) != 0;
                Assert.Equal(unit < units && DropoutMask.Keeps(99, 7, unit, rate), kept);
            }
        }
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.2)]
    public void Masks_keep_the_right_share_and_are_independent(double rate)
    {
        const int Samples = 20_000;
        int first = 0;
        int both = 0;
        for (int sample = 0; sample < Samples; sample++)
        {
            bool a = DropoutMask.Keeps(5, sample, 10, rate);
            first += a ? 1 : 0;
            both += a && DropoutMask.Keeps(5, sample, 11, rate) ? 1 : 0;
        }

        // Deviation of a share of 20,000 is at most 0.0035.
        Assert.Equal(1 - rate, (double)first / Samples, 0.02);
        Assert.Equal((1 - rate) * (1 - rate), (double)both / Samples, 0.02);
    }

    // A body that depends on its image only, with roundings on the way.
    private static float[] Body(SampleId image, int length)
    {
        float[] embedding = new float[length];
        for (int unit = 0; unit < length; unit++)
        {
            embedding[unit] = MathF.Max(0, MathF.Sin((image.Value * 0.37f) + (unit * 1.7f)) * 0.9f);
        }

        return embedding;
    }

    // The whole network in every pass: body, dropout, dense layer, softmax, in plain loops.
    private static double WholeNetworkVariance(SampleId image, QueryContext context)
    {
        float[] plain = Head(Body(image, context.EmbeddingLength), context.Head!);
        int predicted = Array.IndexOf(plain, plain.Max());
        double mean = 0;
        double squares = 0;
        for (int pass = 0; pass < context.StochasticPasses; pass++)
        {
            float[] embedding = Body(image, context.EmbeddingLength);
            float scale = (float)(1 / (1 - context.DropoutRate));
            for (int unit = 0; unit < embedding.Length; unit++)
            {
                bool kept = DropoutMask.Keeps(McDropoutQuery.PassSeed(context.Seed, pass), image.Value, unit, context.DropoutRate);
                embedding[unit] = kept ? embedding[unit] * scale : 0;
            }

            float[] logits = Head(embedding, context.Head!);
            float max = logits.Max();
            float sum = 0;
            foreach (float logit in logits)
            {
                sum += MathF.Exp(logit - max);
            }

            double delta = (MathF.Exp(logits[predicted] - max) / sum) - mean;
            mean += delta / (pass + 1);
            squares += delta * ((MathF.Exp(logits[predicted] - max) / sum) - mean);
        }

        return squares / context.StochasticPasses;
    }

    private static float[] Head(float[] embedding, DenseHead head)
    {
        float[] logits = [.. head.Bias];
        for (int c = 0; c < logits.Length; c++)
        {
            for (int unit = 0; unit < embedding.Length; unit++)
            {
                logits[c] += embedding[unit] * head.Weights[(unit * logits.Length) + c];
            }
        }

        return logits;
    }
}
