using ActiveInas.Architectures;
using ActiveInas.Learning;
using ActiveInas.Search;
using ActiveInas.Training;
using static ActiveInas.Tests.Learning.ActiveLearnerTests;

namespace ActiveInas.Tests.Learning;

public sealed class StoppingRulesTests
{
    [Fact]
    public void Kappa_by_hand()
    {
        // 10 samples: 8 agree; frequencies 6:4 and 6:4, so p_e = 0.52 and kappa = 0.28 / 0.48. One sample has left the pool.
        short[] before = [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 0];
        short[] now = [0, 0, 0, 0, 0, 1, 0, 1, 1, 1, -1];

        Assert.Equal(0.28 / 0.48, StoppingRules.CohensKappa(before, now, 3), 1e-12);
        Assert.Equal(1, StoppingRules.CohensKappa(before, before, 3), 1e-12);
        Assert.Equal(1, StoppingRules.CohensKappa([2, 2], [2, 2], 3));
        Assert.Equal(-1, StoppingRules.CohensKappa([0, 1], [1, 0], 2), 1e-12);
    }

    [Fact]
    public void The_accuracy_is_that_of_the_candidate_chosen_last()
    {
        CandidateRecord Candidate(int step, double error, bool chosen) => new(step, new(1, 1), 1, error, 1, 1, 1, chosen, "");
        RoundRecord round = Round(0) with
        {
            Search = new SearchOutcome(new(1, 1), [Candidate(1, 0.1, false), Candidate(1, 0.3, true), Candidate(2, 0.25, true), Candidate(2, 0.2, false)], 1),
        };

        Assert.Equal(0.75, StoppingRules.ValidationAccuracy(round));
        Assert.Null(StoppingRules.ValidationAccuracy(round with { Search = null }));
    }

    [Theory]
    [InlineData(LearningEnd.AccuracyReached, 0.5, 0.7, 0.8)]
    [InlineData(null, 0.5, 0.7, 0.79)]
    [InlineData(null, 0.9, 0.7, 0.6)]
    public void The_target_is_reached_by_the_last_round(LearningEnd? expected, params double[] accuracies)
        => Assert.Equal(expected, new StoppingRules { Accuracy = 0.8 }.Decide(Rounds(accuracies), [])?.Rule);

    [Theory]
    [InlineData(LearningEnd.Plateau, 0.5, 0.7, 0.7, 0.71)]
    [InlineData(LearningEnd.Plateau, 0.5, 0.7, 0.6, 0.5)]
    [InlineData(null, 0.5, 0.7, 0.7, 0.72)]
    [InlineData(null, 0.5, 0.7, 0.8, 0.6)]
    [InlineData(null, 0.5, 0.5)]
    public void A_plateau_is_so_many_rounds_without_gain(LearningEnd? expected, params double[] accuracies)
        => Assert.Equal(expected, new StoppingRules { Plateau = new RoundRule(0.0100001, 2) }.Decide(Rounds(accuracies), [])?.Rule);

    [Fact]
    public void Accuracies_by_another_measure_do_not_count()
    {
        static RoundRecord Balanced(RoundRecord round) => round with { Search = round.Search! with { Measure = ErrorMeasure.Balanced } };
        StoppingRules rules = new() { Plateau = new RoundRule(0.01, 2), Accuracy = 0.95 };
        RoundRecord[] mixed = [.. Rounds(0.9, 0.9), .. Rounds(0.5, 0.5).Select(Balanced)];
        Assert.Null(rules.Decide(mixed, []));
        LearningStop end = rules.Decide([.. mixed, Balanced(Round(0.5))], [])!;
        Assert.Equal(LearningEnd.Plateau, end.Rule);
        Assert.Contains("the best balanced validation accuracy of the last 2 rounds, 0.5,", end.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_round_without_validation_decides_nothing()
        => Assert.Null(new StoppingRules { Accuracy = 0.1 }.Decide([.. Rounds([0.9]), Round(2) with { Search = null }], []));

    [Theory]
    [InlineData(LearningEnd.Agreement, 0.2, 0.97, 1.0)]
    [InlineData(null, 0.2, 0.95, 1.0)]
    [InlineData(null, 1.0)]
    public void Agreement_is_a_mean_of_so_many_rounds(LearningEnd? expected, params double[] kappas) => Assert.Equal(
        expected,
        new StoppingRules { Kappa = new RoundRule(0.98, 2) }.Decide(
            Rounds([.. kappas, 0]), [new StopEvidence(1, 1, null, null), .. kappas.Select((kappa, i) => new StopEvidence(i + 2, 1, kappa, null))])?.Rule);

    [Fact]
    public void Time_is_that_recorded_with_the_round()
    {
        StoppingRules rules = new() { Hours = 0.5 };

        Assert.Null(rules.Decide(Rounds([0.5]), [new StopEvidence(1, 1799, null, null)]));
        LearningStop end = rules.Decide(Rounds([0.5]), [new StopEvidence(1, 1800, null, null)])!;
        Assert.Equal(LearningEnd.TimeSpent, end.Rule);
        Assert.Contains("0.5 hours", end.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_several_rules_the_first_is_the_reason()
    {
        StoppingRules rules = new() { Accuracy = 0.5, Hours = 1 };

        Assert.Equal(LearningEnd.AccuracyReached, rules.Decide(Rounds([0.6]), [new StopEvidence(1, 9999, null, null)])!.Rule);
        Assert.Null(StoppingRules.None.Decide(Rounds([1, 1, 1, 1, 1]), [new StopEvidence(1, 1e9, 1, null)]));
    }

    [Theory]
    [InlineData("0.01", 0.01, 3)]
    [InlineData("0.01:5", 0.01, 5)]
    [InlineData("1:1", 1, 1)]
    public void A_rule_is_read(string text, double value, int rounds)
    {
        Assert.True(RoundRule.TryParse(text, out RoundRule rule));
        Assert.Equal(new RoundRule(value, rounds), rule);
        Assert.Equal(text, rule.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("0.1:0")]
    [InlineData("0.1:2:3")]
    [InlineData("NaN")]
    public void What_is_no_rule_is_not_read(string text) => Assert.False(RoundRule.TryParse(text, out _));

    [Fact]
    public async Task Models_that_agree_end_the_loop_with_a_reason()
    {
        // The stub's models all predict the same, so the first comparison (round 2) already agrees.
        Setup setup = new() { Options = Setup.Given with { Stopping = new StoppingRules { Kappa = new RoundRule(0.99, 1) } } };

        LearningResult result = await setup.RunAsync();

        Assert.Equal(LearningEnd.Agreement, result.End);
        Assert.Equal(2, result.Rounds.Count);
        Assert.Contains("kappa 1", result.Reason, StringComparison.Ordinal);
        Assert.NotNull(result.Model);
        Assert.Equal(-1, setup.Journal.FindEvidence(1)!.Predictions![9]);
        Assert.DoesNotContain((short)-1, setup.Journal.FindEvidence(1)!.Predictions!.Where((_, id) => id is not (9 or 0 or 10 or 5)));
    }

    [Fact]
    public async Task Seconds_of_earlier_sessions_count()
    {
        Setup setup = new() { Options = Setup.Given with { Stopping = new StoppingRules { Hours = 1 } } };
        setup.Journal.Seconds = 100;
        setup.Journal.DiesAfter = 12;
        await Assert.ThrowsAsync<KilledException>(setup.RunAsync);
        int recorded = Enumerable.Range(1, 9).Count(round => setup.Journal.FindRound(round) is not null);
        setup.Journal.Seconds = 3601;

        LearningResult result = await setup.RunAsync();

        Assert.Equal(LearningEnd.TimeSpent, result.End);
        Assert.InRange(result.Rounds.Count, recorded, recorded + 1);
    }

    [Theory]
    [InlineData("softmax-response", true)]
    [InlineData("random", true)]
    [InlineData("random", false)]
    public async Task Killed_after_every_write_in_turn_it_decides_the_same(string query, bool keepsModels)
    {
        Setup Fresh() => new()
        {
            Options = Setup.Given with { Stopping = new StoppingRules { Kappa = new RoundRule(0.99, 2), Hours = 10 } },
            Query = query,
            KeepsModels = keepsModels,
        };
        Setup reference = Fresh();
        LearningResult expected = await reference.RunAsync();
        Assert.Equal(LearningEnd.Agreement, expected.End);
        Assert.Equal(3, expected.Rounds.Count);
        for (int kill = 1; kill <= reference.Journal.Writes.Count; kill++)
        {
            Setup setup = Fresh();
            setup.Journal.DiesAfter = kill;
            await Assert.ThrowsAsync<KilledException>(setup.RunAsync);

            LearningResult result = await setup.RunAsync();

            Assert.Equal(reference.Journal.Writes, setup.Journal.Writes);
            Assert.Equal((expected.End, expected.Reason), (result.End, result.Reason));
        }
    }

    private static RoundRecord[] Rounds(params double[] accuracies) => [.. accuracies.Select(Round)];

    private static RoundRecord Round(double accuracy) => new(
        1, 10, new Architecture(1, 1), 1, 1, null, 0, 0, 0,
        new SearchOutcome(new(1, 1), [new CandidateRecord(1, new(1, 1), 1, 1 - accuracy, 1, 1, 1, true, "")], 1));
}
