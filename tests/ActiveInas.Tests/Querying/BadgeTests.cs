using ActiveInas.Data;
using ActiveInas.Learning;
using ActiveInas.Querying;

namespace ActiveInas.Tests.Querying;

public sealed class BadgeTests
{
    [Theory]
    [InlineData(1, 2)]
    [InlineData(7, 3)]
    [InlineData(16, 10)]
    [InlineData(65, 17)]
    public void Factored_gradients_equal_those_written_out(int length, int classes)
    {
        QueryContext context = Queries.Random(51, pool: 40, length: length, classes: classes);
        GradientRows rows = new("badge", context);
        double[][] gradients = [.. Enumerable.Range(0, 40).Select(row => Gradient(context, row))];

        for (int i = 0; i < 40; i++)
        {
            double norm = gradients[i].Sum(value => value * value);
            Assert.Equal(norm, rows.SquaredNorm(i), 1e-4 * (1 + norm));
            for (int j = 0; j < 40; j++)
            {
                double distance = gradients[i].Zip(gradients[j]).Sum(pair => (pair.First - pair.Second) * (pair.First - pair.Second));
                Assert.Equal(distance, rows.SquaredDistance(i, j), 1e-4 * (1 + norm + gradients[j].Sum(value => value * value)));
            }
        }
    }

    [Fact]
    public void A_gradient_by_hand()
    {
        // p = (0.75, 0.25), so p - onehot = (-0.25, 0.25); e = (2, 0) and (0, 2): norms 0.5, and 1 apart.
        QueryContext context = new()
        {
            Pool = [new(1), new(2)],
            Labelled = [],
            Count = 2,
            Classes = 2,
            Seed = 1,
            EmbeddingLength = 2,
            PoolEmbeddings = [2, 0, 0, 2],
            Probabilities = [0.75f, 0.25f, 0.75f, 0.25f],
        };

        IReadOnlyList<QueryPick> picks = new BadgeQuery().Select(context, CancellationToken.None);

        Assert.Equal(Math.Sqrt(0.5), picks[0].Score, 1e-9);
        Assert.Equal(1, picks[1].Score, 1e-9);
    }

    [Fact]
    public void The_batch_equals_brute_force_over_gradients_written_out()
    {
        for (ulong seed = 60; seed < 75; seed++)
        {
            // Halves and quarters: every product and sum is exact, so both ways give the same bits.
            QueryContext context = Exact(Queries.Random(seed, pool: 90, length: 5, classes: 3, count: 25, embedding: value => MathF.Round(value)));

            Assert.Equal(BruteForce(context), new BadgeQuery().Select(context with { Threads = 2 }, CancellationToken.None));
        }
    }

    [Fact]
    public void Copies_are_not_drawn_while_others_are_left()
    {
        // Two directions, ten copies each: the second pick is of the other direction whatever the seed.
        for (ulong seed = 0; seed < 40; seed++)
        {
            QueryContext context = new()
            {
                Pool = [.. Enumerable.Range(0, 20).Select(id => new SampleId(id))],
                Labelled = [],
                Count = 3,
                Classes = 2,
                Seed = seed,
                EmbeddingLength = 2,
                PoolEmbeddings = [.. Enumerable.Range(0, 20).SelectMany(id => id < 10 ? (float[])[1, 0.1f] : [0.1f, 1])],
                Probabilities = [.. Enumerable.Range(0, 20).SelectMany(_ => (float[])[0.6f, 0.4f])],
            };

            IReadOnlyList<QueryPick> picks = new BadgeQuery().Select(context, CancellationToken.None);

            Assert.NotEqual(picks[0].Id.Value < 10, picks[1].Id.Value < 10);
            Assert.Equal(0, picks[2].Score);
        }
    }

    [Fact]
    public void A_race_is_won_in_proportion_to_the_weights()
    {
        double[] weights = [1, 0, 5, 0.5, 3.5];
        int[] wins = new int[weights.Length];
        const int Races = 20_000;
        for (ulong seed = 0; seed < Races; seed++)
        {
            Race race = new(SeedTree.Derive(seed, "test"));
            Race.Runner leader = Race.Nobody;
            for (int row = 0; row < weights.Length; row++)
            {
                leader = race.Faster(leader, weights[row], new SampleId(row), row);
            }

            wins[leader.Row]++;
        }

        // Standard deviation of a share of 20,000: at most 0.0036.
        for (int row = 0; row < weights.Length; row++)
        {
            Assert.Equal(weights[row] / 10, wins[row] / (double)Races, 0.02);
        }

        Assert.Equal(0, wins[1]);
    }

    [Fact]
    public void A_race_of_weightless_points_is_won_by_the_smallest_hash()
    {
        Race race = new(9);
        Race.Runner leader = Race.Nobody;
        foreach (int id in Enumerable.Range(0, 20))
        {
            leader = race.Faster(leader, 0, new SampleId(id), id);
        }

        Assert.Equal(Enumerable.Range(0, 20).MinBy(id => Ranking.TieBreak(9, new SampleId(id))), leader.Row);
    }

    // Probabilities of multiples of 1/8 that sum to 1.
    private static QueryContext Exact(QueryContext context) => context with
    {
        Probabilities = [.. context.Pool.SelectMany(id => (float[])[(id.Value % 4) / 8f, (id.Value % 3) / 8f, 1 - (((id.Value % 4) + (id.Value % 3)) / 8f)])],
    };

    private static double[] Gradient(QueryContext context, int row)
    {
        float[] p = context.Probabilities!.AsSpan(row * context.Classes, context.Classes).ToArray();
        p[Array.IndexOf(p, p.Max())] -= 1;
        float[] x = context.PoolEmbeddings!.AsSpan(row * context.EmbeddingLength, context.EmbeddingLength).ToArray();
        return [.. p.SelectMany(a => x.Select(value => (double)a * value))];
    }

    // k-means++ with all gradients written out; each draw sorts -ln u / D^2.
    private static List<QueryPick> BruteForce(QueryContext context)
    {
        List<(SampleId Id, double[] Gradient)> open = [.. context.Pool.Select((id, row) => (id, Gradient(context, row)))];
        List<(SampleId Id, double[] Gradient)> taken = [];
        List<QueryPick> picks = [];
        while (picks.Count < context.Count)
        {
            int step = picks.Count;
            ulong seed = BadgeQuery.StepSeed(context.Seed, step);
            (SampleId Id, double[] Gradient) next = step == 0
                ? open.MinBy(entry => (-Squared(entry.Gradient, null), Ranking.TieBreak(context.Seed, entry.Id)))
                : open.MinBy(entry => (Key(seed, entry.Id, taken.Min(other => Squared(entry.Gradient, other.Gradient))), Ranking.TieBreak(seed, entry.Id)));
            double weight = step == 0 ? Squared(next.Gradient, null) : taken.Min(other => Squared(next.Gradient, other.Gradient));
            picks.Add(new QueryPick(next.Id, Math.Sqrt(weight), step + 1));
            taken.Add(next);
            open.RemoveAll(entry => entry.Id == next.Id);
        }

        return picks;
    }

    private static double Key(ulong seed, SampleId id, double weight)
        => weight == 0 ? double.PositiveInfinity : -Math.Log(((Ranking.TieBreak(seed, id) >> 11) + 0.5) / (1ul << 53)) / weight;

    private static double Squared(double[] a, double[]? b) => a.Select((value, i) => value - (b is null ? 0 : b[i])).Sum(value => value * value);
}
