using ActiveInas.Compute;
using ActiveInas.Data;
using ActiveInas.Learning;
using ActiveInas.Networks;
using ActiveInas.Querying;
using ActiveInas.Training;

namespace ActiveInas.Tests.Querying;

/// <summary>Strategies that score each point by itself, against their equations.</summary>
public sealed class ScoreTests
{
    // Three classes; margins 0.5, 0.1, 0.0 and 0.2.
    private static readonly QueryContext s_four = new()
    {
        Pool = [new(3), new(5), new(8), new(9)],
        Labelled = [],
        Count = 4,
        Classes = 3,
        Seed = 1,
        Probabilities = [0.7f, 0.2f, 0.1f, 0.4f, 0.3f, 0.3f, 0.1f, 0.45f, 0.45f, 0.3f, 0.5f, 0.2f],
    };

    [Fact]
    public void Margin_takes_the_closest_race_first()
    {
        IReadOnlyList<QueryPick> picks = new MarginQuery().Select(s_four, CancellationToken.None);

        Assert.Equal([8, 5, 9, 3], picks.Select(pick => pick.Id.Value));
        Assert.Equal([0, 0.1, 0.2, 0.5], picks.Select(pick => Math.Round(pick.Score, 6)));
    }

    [Fact]
    public void Entropy_takes_the_flattest_first()
    {
        IReadOnlyList<QueryPick> picks = new EntropyQuery().Select(s_four, CancellationToken.None);

        Assert.Equal([5, 9, 8, 3], picks.Select(pick => pick.Id.Value));
        Assert.Equal(-(0.4 * Math.Log(0.4)) - (0.6 * Math.Log(0.3)), picks[0].Score, 1e-6);
    }

    [Fact]
    public void Certain_predictions_have_no_entropy()
        => Assert.Equal(0, new EntropyQuery().Select(s_four with { Count = 1, Pool = [new(1)], Probabilities = [0, 1, 0] }, CancellationToken.None)[0].Score);

    [Fact]
    public void Bald_and_mean_entropy_equal_their_equations_over_all_passes()
    {
        QueryContext context = Queries.Random(41, pool: 30, length: 70, classes: 4, count: 30);
        IReadOnlyList<QueryPick> bald = new BaldQuery().Select(context, CancellationToken.None);
        IReadOnlyList<QueryPick> mean = new MeanEntropyQuery().Select(context, CancellationToken.None);

        for (int row = 0; row < context.Pool.Count; row++)
        {
            double[][] passes = [.. Enumerable.Range(0, context.StochasticPasses).Select(pass => Pass(context, row, pass))];
            double[] average = [.. Enumerable.Range(0, 4).Select(c => passes.Average(p => p[c]))];
            double ofMean = Entropy(average);
            Assert.Equal(ofMean, mean.Single(pick => pick.Id == context.Pool[row]).Score, 1e-5);
            Assert.Equal(ofMean - passes.Average(Entropy), bald.Single(pick => pick.Id == context.Pool[row]).Score, 1e-5);
        }

        Assert.Contains(bald, pick => pick.Score > 0.01);
    }

    [Fact]
    public void Without_dropout_passes_agree_and_the_mean_is_the_plain_prediction()
    {
        QueryContext context = Queries.Random(42, pool: 30, count: 30) with { DropoutRate = 0 };

        Assert.All(new BaldQuery().Select(context, CancellationToken.None), pick => Assert.Equal(0, pick.Score, 1e-9));
        Assert.Equal(
            new EntropyQuery().Score(context, CancellationToken.None),
            new MeanEntropyQuery().Score(context, CancellationToken.None),
            (a, b) => Math.Abs(a - b) < 1e-5);
    }

    [Theory]
    [InlineData(nameof(BatchNoise.Power))]
    [InlineData(nameof(BatchNoise.Gibbs))]
    [InlineData(nameof(BatchNoise.Rank))]
    public void A_stochastic_batch_draws_the_first_point_in_proportion_to_its_weight(string name)
    {
        BatchNoise noise = Enum.Parse<BatchNoise>(name);
        double[] scores = [0.5, 0.9, 1.0, 0.8];
        double[] weights = noise switch
        {
            BatchNoise.Power => scores,
            BatchNoise.Gibbs => [.. scores.Select(Math.Exp)],
            _ => [0.25, 0.5, 1, 1.0 / 3],
        };
        const int Draws = 20_000;
        Dictionary<int, int> hits = s_four.Pool.ToDictionary(id => id.Value, _ => 0);
        StochasticBatchQuery query = new(new MarginQuery(), noise);
        for (ulong seed = 0; seed < Draws; seed++)
        {
            hits[query.Select(s_four with { Seed = seed, Count = 1 }, CancellationToken.None)[0].Id.Value]++;
        }

        // Standard deviation of a share of 20,000: at most 0.0036.
        for (int row = 0; row < scores.Length; row++)
        {
            Assert.Equal(weights[row] / weights.Sum(), hits[s_four.Pool[row].Value] / (double)Draws, 0.02);
        }
    }

    [Theory]
    [InlineData(nameof(BatchNoise.Power))]
    [InlineData(nameof(BatchNoise.Gibbs))]
    [InlineData(nameof(BatchNoise.Rank))]
    public void A_cold_stochastic_batch_is_the_best_b_and_reports_their_scores(string name)
    {
        BatchNoise noise = Enum.Parse<BatchNoise>(name);
        QueryContext context = Queries.Random(43);

        Assert.Equal(
            new EntropyQuery().Select(context, CancellationToken.None),
            new StochasticBatchQuery(new EntropyQuery(), noise, beta: 1e9).Select(context, CancellationToken.None));
    }

    [Fact]
    public void Power_takes_points_of_score_zero_last()
    {
        QueryContext context = s_four with { Probabilities = [1, 0, 0, 0.4f, 0.3f, 0.3f, 1, 0, 0, 1, 0, 0] };
        for (ulong seed = 0; seed < 50; seed++)
        {
            Assert.Equal(5, new StochasticBatchQuery(new EntropyQuery(), BatchNoise.Power).Select(context with { Seed = seed }, CancellationToken.None)[0].Id.Value);
        }
    }

    private static double Entropy(double[] row) => row.Sum(p => p == 0 ? 0 : -p * Math.Log(p));

    private static double[] Pass(QueryContext context, int row, int pass)
    {
        (DenseHead head, int classes) = (context.Head!, context.Classes);
        double[] logits = [.. head.Bias.Select(value => (double)value)];
        for (int unit = 0; unit < context.EmbeddingLength; unit++)
        {
            if (DropoutMask.Keeps(McDropoutQuery.PassSeed(context.Seed, pass), context.Pool[row].Value, unit, context.DropoutRate))
            {
                for (int c = 0; c < classes; c++)
                {
                    logits[c] += context.PoolEmbeddings![(row * context.EmbeddingLength) + unit] / (1 - context.DropoutRate) * head.Weights[(unit * classes) + c];
                }
            }
        }

        double[] exponentials = [.. logits.Select(logit => Math.Exp(logit - logits.Max()))];
        return [.. exponentials.Select(value => value / exponentials.Sum())];
    }
}
