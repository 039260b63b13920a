using ActiveInas.Data;
using ActiveInas.Learning;
using ActiveInas.Networks;
using ActiveInas.Querying;
using ActiveInas.Training;

namespace ActiveInas.Tests.Querying;

public sealed class SoftmaxTests
{
    [Fact]
    public void A_row_by_hand()
    {
        // exp 0 : exp ln2 : exp ln5 = 1 : 2 : 5.
        float[] row = [0, MathF.Log(2), MathF.Log(5)];

        Softmax.Row(row);

        Assert.Equal([0.125f, 0.25f, 0.625f], row, (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Fact]
    public void Large_logits_do_not_overflow_and_shifts_do_not_matter()
    {
        float[] row = [1000, 1001];
        float[] shifted = [0, 1];
        Softmax.Row(row);
        Softmax.Row(shifted);

        Assert.Equal(shifted, row);
    }

    [Fact]
    public void Logits_are_embedding_times_weights_plus_bias()
    {
        float[] logits = new float[3];

        Softmax.Logits([2, -1], new DenseHead([1, 2, 3, 10, 20, 30], [0.5f, 0, -0.5f]), logits);

        Assert.Equal([-7.5f, -16f, -24.5f], logits);
    }

    [Fact]
    public void Of_equal_values_the_first_is_the_largest() => Assert.Equal(1, Softmax.ArgMax([0, 2, 2, 1]));

    [Fact]
    public void Softmax_response_takes_the_least_confident_first()
    {
        QueryContext context = new()
        {
            Pool = [new(3), new(5), new(8), new(9)],
            Labelled = [],
            Count = 3,
            Classes = 2,
            Seed = 1,
            Probabilities = [0.9f, 0.1f, 0.45f, 0.55f, 0.3f, 0.7f, 0.05f, 0.95f],
        };

        IReadOnlyList<QueryPick> picks = new SoftmaxResponseQuery().Select(context, CancellationToken.None);

        Assert.Equal([new QueryPick(new(5), 0.55f, 1), new QueryPick(new(8), 0.7f, 2), new QueryPick(new(3), 0.9f, 3)], picks);
    }

    [Fact]
    public void Random_picks_change_with_the_seed_and_cover_the_pool_evenly()
    {
        QueryContext context = Queries.Random(1, count: 30);
        Dictionary<SampleId, int> hits = context.Pool.ToDictionary(id => id, _ => 0);
        for (ulong seed = 0; seed < 1000; seed++)
        {
            foreach (QueryPick pick in new RandomQuery().Select(context with { Seed = seed }, CancellationToken.None))
            {
                hits[pick.Id]++;
            }
        }

        // Binomial(1000, 0.2): mean 200, deviation 12.6; six deviations either way.
        Assert.All(hits.Values, count => Assert.InRange(count, 124, 276));
    }
}
