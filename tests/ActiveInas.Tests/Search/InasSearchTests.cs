using ActiveInas.Architectures;
using ActiveInas.Data;
using ActiveInas.Learning;
using ActiveInas.Search;
using ActiveInas.Tests.Learning;
using ActiveInas.Training;

namespace ActiveInas.Tests.Search;

public sealed class InasSearchTests
{
    private static readonly LabelledSample[] s_labelled = Stub.Labelled([.. Enumerable.Range(0, 100)]);

    [Fact]
    public async Task One_step_takes_the_lowest_validation_error_of_three()
    {
        StubTrials trials = Trials(("A(1,1)", 0.5), ("A(1,2)", 0.3), ("A(2,1)", 0.4));

        SearchOutcome outcome = await SearchAsync(trials, new(1, 1));

        Assert.Equal(new Architecture(1, 2), outcome.Chosen);
        Assert.Equal(["A(1,1)", "A(1,2)", "A(2,1)"], outcome.Candidates.Select(candidate => candidate.Architecture.ToString()));
        Assert.Equal([false, true, false], outcome.Candidates.Select(candidate => candidate.Chosen));
        Assert.Equal(9, outcome.Seconds);
        Assert.Equal("validation error 0.5000, 0.2000 above A(1,2)", outcome.Candidates[0].Reason);
        Assert.Equal("lowest validation error 0.3000 (next 0.4000, A(2,1)); near tie: within one standard error (0.1025) of 20 validation images", outcome.Candidates[1].Reason);
        Assert.Equal(307_274, outcome.Candidates[1].Parameters);
        Assert.Equal(70_650_368, outcome.Candidates[1].Flops);
    }

    [Fact]
    public async Task Ties_go_to_fewer_parameters()
    {
        // A(2,1) has 150,474 parameters, A(1,2) 307,274.
        SearchOutcome outcome = await SearchAsync(Trials(("A(1,1)", 0.5), ("A(1,2)", 0.3), ("A(2,1)", 0.3)), new(1, 1));

        Assert.Equal(new Architecture(2, 1), outcome.Chosen);
        Assert.Equal("tie at 0.3000 with A(1,2), fewer parameters", outcome.Candidates[2].Reason);
        Assert.Equal("tie at 0.3000 with A(2,1), more parameters", outcome.Candidates[1].Reason);
    }

    [Fact]
    public async Task A_tie_with_the_current_architecture_keeps_it()
    {
        SearchOutcome outcome = await SearchAsync(Trials(("A(1,1)", 0.3), ("A(1,2)", 0.3), ("A(2,1)", 0.3)), new(1, 1), steps: 3);

        Assert.Equal(new Architecture(1, 1), outcome.Chosen);
        Assert.Equal(3, outcome.Candidates.Count);
        Assert.EndsWith("it is the current architecture: the search stops", outcome.Candidates[0].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_steps_reuse_what_the_first_trained()
    {
        StubTrials trials = Trials(("A(1,1)", 0.5), ("A(1,2)", 0.3), ("A(2,1)", 0.4), ("A(1,3)", 0.35), ("A(2,2)", 0.2));

        SearchOutcome outcome = await SearchAsync(trials, new(1, 1), steps: 2);

        Assert.Equal(new Architecture(2, 2), outcome.Chosen);
        Assert.Equal(["A(1,1)", "A(1,2)", "A(2,1)", "A(1,3)", "A(2,2)"], trials.Requests.Select(request => request.Architecture.ToString()));
        Assert.Equal([1, 1, 1, 2, 2, 2], outcome.Candidates.Select(candidate => candidate.Step));
        Assert.Equal("A(1,2)", outcome.Candidates[3].Architecture.ToString());
        Assert.EndsWith("trained in step 1", outcome.Candidates[3].Reason, StringComparison.Ordinal);
        Assert.Equal(0, outcome.Candidates[3].Seconds);
        Assert.Equal(15, outcome.Seconds);
    }

    [Fact]
    public async Task Three_steps_stop_as_soon_as_the_current_architecture_wins()
    {
        StubTrials trials = Trials(("A(1,1)", 0.5), ("A(1,2)", 0.3), ("A(2,1)", 0.4), ("A(1,3)", 0.35), ("A(2,2)", 0.32));

        SearchOutcome outcome = await SearchAsync(trials, new(1, 1), steps: 3);

        Assert.Equal(new Architecture(1, 2), outcome.Chosen);
        Assert.Equal(2, outcome.Candidates[^1].Step);
        Assert.Equal(5, trials.Requests.Count);
    }

    [Fact]
    public async Task Three_steps_can_grow_three_times()
    {
        StubTrials trials = new((_, architecture) => 1.0 / (1 + architecture.TotalBlocks));

        // More blocks in total win. Ties go to fewer parameters: A(2,1) before A(1,2), A(3,2) before A(2,3).
        SearchOutcome outcome = await SearchAsync(trials, new(1, 1), steps: 3);

        Assert.Equal(["A(2,1)", "A(2,2)", "A(3,2)"], outcome.Candidates.Where(candidate => candidate.Chosen).Select(candidate => candidate.Architecture.ToString()));
        Assert.Equal(new Architecture(3, 2), outcome.Chosen);
    }

    [Theory]
    [InlineData(12, 5, "A(12,5)")]
    [InlineData(12, 1, "A(12,1) A(7,2)")]
    [InlineData(1, 5, "A(1,5) A(2,5)")]
    [InlineData(11, 5, "A(11,5) A(12,5)")]
    public async Task Candidates_stay_within_the_space(int blocks, int stacks, string expected)
    {
        StubTrials trials = new((_, _) => 0.5);

        SearchOutcome outcome = await SearchAsync(trials, new(blocks, stacks));

        Assert.Equal(expected, string.Join(' ', outcome.Candidates.Select(candidate => candidate.Architecture)));
        Assert.Equal(new Architecture(blocks, stacks), outcome.Chosen);
    }

    [Fact]
    public async Task All_candidates_share_one_split_and_no_sample_is_in_both_parts()
    {
        StubTrials trials = new((_, _) => 0.5);
        await SearchAsync(trials, new(1, 1));

        TrialRequest first = trials.Requests[0];
        Assert.Equal(20, first.Validation.Count);
        Assert.Empty(first.Train.Select(sample => sample.Id).Intersect(first.Validation.Select(sample => sample.Id)));
        Assert.Equal(s_labelled, first.Train.Concat(first.Validation).OrderBy(sample => sample.Id));
        Assert.All(trials.Requests, request => Assert.Equal(first.Validation, request.Validation));
        Assert.All(trials.Requests, request => Assert.Equal(first.Train, request.Train));
    }

    [Fact]
    public async Task Rounds_and_seeds_draw_other_splits_and_candidate_seeds()
    {
        StubTrials trials = new((_, _) => 0.5);
        await SearchAsync(trials, new(1, 1), round: 3);
        await SearchAsync(trials, new(1, 1), round: 4);
        await SearchAsync(trials, new(1, 1), round: 3, seed: 8);

        Assert.Equal("round-03/search/A(1,1)", trials.Requests[0].Key);
        Assert.Equal("round-04/search/A(2,1)", trials.Requests[5].Key);
        Assert.Equal(9, trials.Requests.Select(request => request.Seed).Distinct().Count());
        Assert.NotEqual(trials.Requests[0].Validation, trials.Requests[3].Validation);
        Assert.NotEqual(trials.Requests[0].Validation, trials.Requests[6].Validation);
    }

    [Fact]
    public async Task A_replay_over_a_journal_trains_nothing_and_decides_the_same()
    {
        MemoryJournal journal = new();
        StubTrials trials = Trials(("A(1,1)", 0.5), ("A(1,2)", 0.3), ("A(2,1)", 0.4));
        SearchOutcome first = await SearchAsync(new JournaledTrialRunner(journal, trials), new(1, 1));

        SearchOutcome again = await SearchAsync(new JournaledTrialRunner(journal, trials), new(1, 1));

        Assert.Equal(3, trials.Requests.Count);
        Assert.Equal(first.Candidates, again.Candidates);
    }

    [Fact]
    public async Task Without_two_labels_of_any_class_the_current_architecture_stays()
    {
        StubTrials trials = new((_, _) => 0.5);

        SearchOutcome outcome = await Search(1, 1).SearchAsync(1, new(1, 1), Stub.Labelled(0, 1), trials, CancellationToken.None);

        Assert.Equal(new SearchOutcome(new(1, 1), [], 0) with { Candidates = outcome.Candidates }, outcome);
        Assert.Empty(outcome.Candidates);
        Assert.Empty(trials.Requests);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(1.5)]
    public async Task An_error_outside_zero_to_one_stops_the_search(double error)
    {
        TrainingException exception = await Assert.ThrowsAsync<TrainingException>(() => SearchAsync(new StubTrials((_, _) => error), new(1, 1)));

        Assert.Contains("round-03/search/A(1,1)", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_start_outside_the_space_and_impossible_options_are_refused()
    {
        await Assert.ThrowsAsync<ConfigurationException>(() => SearchAsync(new StubTrials((_, _) => 0.5), new(13, 1)));
        Assert.Throws<ConfigurationException>(() => Search(0, 1));
        Assert.Throws<ConfigurationException>(() => new InasSearch(new InasOptions(SearchSpace.Default, new Problem(10, 32, 32, Stub.Recipe, 1)) { ValidationShare = 1 }));
    }

    [Fact]
    public async Task A_fixed_architecture_has_no_candidates()
    {
        SearchOutcome outcome = await new FixedArchitecture(new(2, 4), 32, 32).SearchAsync(1, new(1, 1), s_labelled, new StubTrials((_, _) => 0), CancellationToken.None);

        Assert.Equal(new Architecture(2, 4), outcome.Chosen);
        Assert.Empty(outcome.Candidates);
        Assert.Equal(0, outcome.Seconds);
        Assert.Contains("1 to 3 stacks", Assert.Throws<ConfigurationException>(() => new FixedArchitecture(new(2, 4), 8, 32)).Message, StringComparison.Ordinal);
    }

    /// <summary>A(1,1) takes every image for the class with 16 of 20 validation images; A(1,2) is right for three quarters of either class.</summary>
    [Theory]
    [InlineData(CandidateMetric.Accuracy, 80, "A(1,1)", ErrorMeasure.ZeroOne)]
    [InlineData(CandidateMetric.Balanced, 80, "A(1,2)", ErrorMeasure.Balanced)]
    [InlineData(CandidateMetric.Auto, 80, "A(1,2)", ErrorMeasure.Balanced)]
    [InlineData(CandidateMetric.Auto, 60, "A(1,1)", ErrorMeasure.ZeroOne)]
    public async Task Balanced_errors_pick_the_network_that_knows_both_classes(CandidateMetric metric, int large, string picked, ErrorMeasure measure)
    {
        LabelledSample[] labelled = [.. Enumerable.Range(0, 100).Select(id => new LabelledSample(new SampleId(id), id < large ? 0 : 1))];
        Dictionary<string, Evaluation> results = new()
        {
            ["A(1,1)"] = new Evaluation(20, 0.8, 0, [1, 0], 0),
            ["A(1,2)"] = new Evaluation(20, 0.75, 0, [0.75, 0.75], 0),
            ["A(2,1)"] = new Evaluation(20, 0.5, 0, [0.5, 0.5], 0),
        };
        MeasuredTrials trials = new(results);
        InasSearch search = new(new InasOptions(SearchSpace.Default, new Problem(2, 32, 32, Stub.Recipe with { CandidateMetric = metric }, 7)));

        SearchOutcome outcome = await search.SearchAsync(1, new(1, 1), labelled, trials, CancellationToken.None);

        Assert.Equal((picked, measure), (outcome.Chosen.ToString(), outcome.Measure));
        Assert.All(trials.Requests, request => Assert.Equal(measure, request.Measure));
        Assert.Equal(measure == ErrorMeasure.Balanced ? 0.5 : 0.2, outcome.Candidates[0].ValidationError, 12);
        Assert.StartsWith(measure == ErrorMeasure.Balanced ? "lowest balanced validation error 0.2500 (next 0.5000" : "lowest validation error 0.2000 (next 0.2500",
            outcome.Candidates.Single(candidate => candidate.Chosen).Reason, StringComparison.Ordinal);

        // 16 and 4 images of two classes are as sure as 4 / (1/16 + 1/4) = 12.8 of one.
        Assert.Equal(measure == ErrorMeasure.Balanced ? 12.8 : 20, outcome.EffectiveCount!.Value, 12);
    }

    [Theory]
    [InlineData("10 5", 2.0, true)]
    [InlineData("9 5", 1.8, false)]
    [InlineData("71 6 6 6 6 5", 71 / 5.8, true)]
    [InlineData("15 22 14 16 12 15 18 13 15 10", 22 * 9 / 128.0, false)]
    [InlineData("5 5 5", 1.0, false)]
    [InlineData("7", 1.0, false)]
    [InlineData("", 1.0, false)]
    public void Labels_are_imbalanced_when_the_largest_class_has_twice_the_mean_of_the_others(string counts, double ratio, bool imbalanced)
    {
        int[] classes = [.. counts.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];
        int id = 0;
        LabelBalance balance = LabelBalance.Of([.. classes.SelectMany((count, c) => Enumerable.Range(0, count).Select(_ => new LabelledSample(new SampleId(id++), c)))]);
        Assert.Equal(ratio, balance.Ratio, 12);
        Assert.Equal(imbalanced, balance.IsImbalanced);
    }

    [Fact]
    public async Task Candidates_of_a_step_start_together_and_may_end_in_any_order()
    {
        (string, double)[] errors = [("A(1,1)", 0.5), ("A(1,2)", 0.3), ("A(2,1)", 0.4), ("A(1,3)", 0.35), ("A(2,2)", 0.2)];
        MemoryJournal journal = new();
        UnorderedTrials unordered = new(Trials(errors), [3, 2]);

        SearchOutcome outcome = await SearchAsync(new JournaledTrialRunner(journal, unordered), new(1, 1), steps: 2);

        SearchOutcome inOrder = await SearchAsync(Trials(errors), new(1, 1), steps: 2);
        Assert.Equal(inOrder.Candidates, outcome.Candidates);
        Assert.Equal(["A(2,1)", "A(1,2)", "A(1,1)", "A(2,2)", "A(1,3)"], unordered.Ended);
        Assert.All(errors, pair => Assert.Equal(pair.Item2, journal.FindTrial($"round-03/search/{pair.Item1}")!.ValidationError));
    }

    [Fact]
    public async Task One_candidate_that_fails_stops_the_others_and_is_the_reason()
    {
        FailingTrials trials = new("A(1,2)");

        TrainingException exception = await Assert.ThrowsAsync<TrainingException>(() => SearchAsync(trials, new(1, 1)));

        Assert.Equal("diverged", exception.Message);
        Assert.Equal(["A(1,1)"], trials.Stopped);
    }

    private static StubTrials Trials(params (string Architecture, double Error)[] errors)
        => new((_, architecture) => errors.Single(entry => entry.Architecture == architecture.ToString()).Error);

    private static InasSearch Search(int steps, ulong seed)
        => new(new InasOptions(SearchSpace.Default, new Problem(10, 32, 32, Stub.Recipe, seed)) { Steps = steps });

    private static Task<SearchOutcome> SearchAsync(ITrialRunner trials, Architecture current, int steps = 1, int round = 3, ulong seed = 7)
        => Search(steps, seed).SearchAsync(round, current, s_labelled, trials, CancellationToken.None);

    /// <summary>Scores by the measure that is asked for.</summary>
    private sealed class MeasuredTrials(Dictionary<string, Evaluation> results) : ITrialRunner
    {
        public List<TrialRequest> Requests { get; } = [];

        public Task<TrialResult> RunAsync(TrialRequest request, CancellationToken cancellation)
        {
            Requests.Add(request);
            double error = ErrorMeasures.Of(results[request.Architecture.ToString()], request.Measure);
            return Task.FromResult(new TrialResult(error, [error], 0.5, 10, 3));
        }
    }

    /// <summary>Ends the trials of a step in the reverse order of their start, once all of them have started.</summary>
    private sealed class UnorderedTrials(StubTrials inner, int[] steps) : ITrialRunner
    {
        private readonly List<(string Name, TaskCompletionSource End)> _waiting = [];
        private int _step;

        public List<string> Ended { get; } = [];

        public async Task<TrialResult> RunAsync(TrialRequest request, CancellationToken cancellation)
        {
            TaskCompletionSource end = new();
            _waiting.Add(($"{request.Architecture}", end));
            if (_waiting.Count == steps[_step])
            {
                _step++;
                _ = EndAllAsync([.. _waiting]);
                _waiting.Clear();
            }

            await end.Task;
            return await inner.RunAsync(request, cancellation);
        }

        private async Task EndAllAsync((string Name, TaskCompletionSource End)[] waiting)
        {
            await Task.Yield();
            foreach ((string name, TaskCompletionSource end) in waiting.Reverse())
            {
                Ended.Add(name);
                end.SetResult();
            }
        }
    }

    /// <summary>One training fails at once; the others go on until they are stopped.</summary>
    private sealed class FailingTrials(string fails) : ITrialRunner
    {
        public List<string> Stopped { get; } = [];

        public async Task<TrialResult> RunAsync(TrialRequest request, CancellationToken cancellation)
        {
            if ($"{request.Architecture}" == fails)
            {
                throw new TrainingException("diverged");
            }

            try
            {
                await Task.Delay(Timeout.Infinite, cancellation);
            }
            catch (OperationCanceledException)
            {
                Stopped.Add($"{request.Architecture}");
                throw;
            }

            throw new InvalidOperationException("Nothing stopped the training.");
        }
    }
}
