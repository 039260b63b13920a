using ActiveInas.Compute.Geometry;
using ActiveInas.Data;
using ActiveInas.Learning;
using ActiveInas.Querying;

namespace ActiveInas.Tests.Querying;

public sealed class CoresetTests
{
    [Fact]
    public void Greedy_k_centre_equals_brute_force_for_many_sizes()
    {
        SeededRandom random = new(31);
        for (int trial = 0; trial < 60; trial++)
        {
            int pool = 1 + random.NextInt(trial % 20 == 0 ? 1500 : 120);
            int length = 1 + random.NextInt(40);
            int values = 2 + random.NextInt(6);

            // Small whole numbers: distances are exact in any order of summation, and duplicates and ties abound.
            QueryContext context = Queries.Random(
                random.NextBits(), pool, 1 + random.NextInt(30), length, count: 1 + random.NextInt(Math.Min(pool, 40)),
                embedding: value => (int)(MathF.Abs(value) * 10) % values);

            IReadOnlyList<QueryPick> picks = new CoresetQuery().Select(context with { Threads = 1 + (trial % 4) }, CancellationToken.None);

            Assert.Equal(BruteForce(context), picks);
        }
    }

    [Fact]
    public void Points_on_a_line_by_hand()
    {
        // Centres at 0; pool at 1, 4, 9, 10: 10 is farthest; then 4 (min(4, 6) = 4); then 9 and 1 tie at distance 1.
        QueryContext context = new()
        {
            Pool = [new(1), new(4), new(9), new(10)],
            Labelled = [new(new(0), 0)],
            Count = 4,
            Classes = 2,
            Seed = 1,
            EmbeddingLength = 1,
            PoolEmbeddings = [1, 4, 9, 10],
            LabelledEmbeddings = [0],
        };

        IReadOnlyList<QueryPick> picks = new CoresetQuery().Select(context, CancellationToken.None);

        Assert.Equal([10.0, 4.0, 1.0, 1.0], picks.Select(pick => pick.Score));
        Assert.Equal([10, 4], picks.Take(2).Select(pick => pick.Id.Value));
        Assert.Equal(
            Ranking.TieBreak(1, new(1)) < Ranking.TieBreak(1, new(9)) ? [1, 9] : [9, 1],
            picks.Skip(2).Select(pick => pick.Id.Value));
    }

    [Fact]
    public void A_distance_that_overflows_is_named()
    {
        QueryContext context = Queries.Random(32);
        context.PoolEmbeddings![3 * context.EmbeddingLength] = 1e30f;

        QueryException exception = Assert.Throws<QueryException>(() => new CoresetQuery().Select(context, CancellationToken.None));

        Assert.Contains($"sample {context.Pool[3]} ", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_labelled_embedding_that_is_not_finite_is_named()
    {
        QueryContext context = Queries.Random(33);
        context.LabelledEmbeddings![2 * context.EmbeddingLength] = float.NaN;

        QueryException exception = Assert.Throws<QueryException>(() => new CoresetQuery().Select(context, CancellationToken.None));

        Assert.Contains($"sample {context.Labelled[2].Id} ", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_labelled_samples_there_is_no_first_centre()
        => Assert.Throws<QueryException>(() => new CoresetQuery().Select(Queries.Random(34) with { Labelled = [], LabelledEmbeddings = [] }, CancellationToken.None));

    [Fact]
    public void A_cancelled_query_stops()
        => Assert.ThrowsAny<OperationCanceledException>(() => new CoresetQuery().Select(Queries.Random(35), new CancellationToken(true)));

    // Straight from the definition: in every step, all distances from all open points to all centres.
    private static List<QueryPick> BruteForce(QueryContext context)
    {
        List<double[]> centres = [.. Rows(context.LabelledEmbeddings!, context.EmbeddingLength)];
        List<(SampleId Id, double[] Point)> open = [.. context.Pool.Zip(Rows(context.PoolEmbeddings!, context.EmbeddingLength))];
        List<QueryPick> picks = [];
        while (picks.Count < context.Count)
        {
            (double Squared, ulong Tie, SampleId Id, double[] Point) best = open
                .Select(entry => (-Nearest(entry.Point, centres), Ranking.TieBreak(context.Seed, entry.Id), entry.Id, entry.Point))
                .MinBy(entry => (entry.Item1, entry.Item2, entry.Id));
            picks.Add(new QueryPick(best.Id, Math.Sqrt(-best.Squared), picks.Count + 1));
            centres.Add(best.Point);
            open.RemoveAll(entry => entry.Id == best.Id);
        }

        return picks;
    }

    private static double Nearest(double[] point, List<double[]> centres)
    {
        double nearest = double.PositiveInfinity;
        foreach (double[] centre in centres)
        {
            double squared = 0;
            for (int k = 0; k < point.Length; k++)
            {
                squared += (point[k] - centre[k]) * (point[k] - centre[k]);
            }

            nearest = Math.Min(nearest, squared);
        }

        return nearest;
    }

    private static IEnumerable<double[]> Rows(FloatTable values, int length)
        => values.Chunk(length).Select(row => row.Select(value => (double)value).ToArray());
}
