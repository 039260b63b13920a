using ActiveInas.Architectures;
using ActiveInas.Data;
using ActiveInas.Learning;
using ActiveInas.Querying;
using ActiveInas.Search;
using ActiveInas.Training;

namespace ActiveInas.Tests.Learning;

public sealed class ActiveLearnerTests
{
    // Twelve samples, labelled by parity. The model is least sure of small ids.
    // Round 1: S = {0, 5, 9, 10}; A(1,2) wins; asks 1, 2, 3.   Round 2: A(1,2) ties with A(2,2) and stays; asks 4, 6, 7.
    // Round 3: A(1,3) wins; asks 8, 11: the rest of the pool.  Round 4: 12 labels, the pool is empty before the budget of 20 is spent.
    private static readonly Dictionary<string, double> s_errors = new()
    {
        ["round-01/search/A(1,1)"] = 0.50,
        ["round-01/search/A(1,2)"] = 0.40,
        ["round-01/search/A(2,1)"] = 0.45,
        ["round-02/search/A(1,2)"] = 0.30,
        ["round-02/search/A(1,3)"] = 0.35,
        ["round-02/search/A(2,2)"] = 0.30,
        ["round-03/search/A(1,2)"] = 0.30,
        ["round-03/search/A(1,3)"] = 0.20,
        ["round-03/search/A(2,2)"] = 0.25,
        ["round-04/search/A(1,3)"] = 0.20,
        ["round-04/search/A(1,4)"] = 0.21,
        ["round-04/search/A(2,3)"] = 0.22,
    };

    [Fact]
    public async Task A_run_by_hand()
    {
        Setup setup = new();

        LearningResult result = await setup.RunAsync();

        Assert.Equal([4, 7, 10, 12], result.Rounds.Select(round => round.Labels));
        Assert.Equal(["A(1,2)", "A(1,2)", "A(1,3)", "A(1,3)"], result.Rounds.Select(round => round.Architecture.ToString()));
        Assert.Equal(LearningEnd.PoolExhausted, result.End);
        Assert.Equal(
            ["round-01/train", "round-02/train", "round-03/train", "round-04/train"],
            setup.Trainer.Requests.Select(request => request.Key));
        Assert.Equal(s_errors.Keys, setup.Trials.Requests.Select(request => request.Key));
        Assert.Equal([0, 5, 9, 10], Stub.Values(setup.Trainer.Requests[0].Train));
        Assert.Equal([0, 1, 2, 3, 5, 9, 10], Stub.Values(setup.Trainer.Requests[1].Train));
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7, 9, 10], Stub.Values(setup.Trainer.Requests[2].Train));
        Assert.Equal([1, 2, 3], setup.Journal.FindQuery(1)!.Picks.Select(pick => pick.Id.Value));
        Assert.Equal([4, 6, 7], setup.Journal.FindQuery(2)!.Picks.Select(pick => pick.Id.Value));
        Assert.Equal([8, 11], setup.Journal.FindQuery(3)!.Picks.Select(pick => pick.Id.Value));
        Assert.Null(setup.Journal.FindQuery(4));
        Assert.Equal(307_274 - (8 * 129), result.Rounds[0].Parameters);
        Assert.Equal(3, result.Rounds[0].Search!.Candidates.Count);

        // Errors 1/4, 1/4, 1/5, 1/5 at 4, 7, 10, 12 labels: (3 * 0.25 + 3 * 0.225 + 2 * 0.2) / 8.
        Assert.Equal(((3 * 0.25) + (3 * 0.225) + (2 * 0.2)) / 8, result.Auc!.Value, 1e-12);
        result.Model!.Dispose();
        Assert.Equal(0, setup.Trainer.Alive);
        Assert.Equal(1, setup.Trainer.MostAlive);
    }

    [Fact]
    public async Task What_is_reserved_is_never_asked_for()
    {
        Setup setup = new() { Options = Setup.Drawn with { Reserved = Stub.Labelled(1, 4, 7, 8, 11).Select(sample => sample.Id).ToHashSet() } };

        LearningResult result = await setup.RunAsync();

        Assert.Equal(LearningEnd.PoolExhausted, result.End);
        Assert.Equal([0, 2, 3, 5, 6, 9, 10], Stub.Values(setup.Trainer.Requests[^1].Train));
        ConfigurationException failure = Assert.Throws<ConfigurationException>(() => (setup.Options with { Initial = 8 }).Validate());
        Assert.Contains("8 initial labels are more than the 7 training images that may be asked for", failure.Message, StringComparison.Ordinal);
        result.Model?.Dispose();
    }

    [Fact]
    public async Task What_happens_is_written_in_order()
    {
        Setup setup = new();

        await setup.RunAsync();

        string[] words = [.. setup.Journal.Writes.Select(write => write.Split(' ')[0])];
        string[] round = ["trial", "trial", "trial", "search", "round", "query", "labels"];
        Assert.Equal([.. Enumerable.Repeat(round, 4).SelectMany(kinds => kinds).Prepend("labels").SkipLast(2)], words);
        Assert.StartsWith("labels 1 file", setup.Journal.Writes[0], StringComparison.Ordinal);
        Assert.StartsWith("labels 2 oracle", setup.Journal.Writes[7], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Watchers_are_told_every_stage()
    {
        Setup setup = new() { Options = Setup.Given with { Budget = 7 } };

        await setup.RunAsync();

        Assert.Equal(
            ["search 1", "ended 1", "train 1", "evaluate 1", "round 1", "query 1", "label 2", "search 2", "ended 2", "train 2", "evaluate 2", "round 2"],
            setup.Events);
    }

    /// <summary>5 labels of one class and 1 of the other in round 1; 5 and 4 in round 2; 6 and 6 in round 3.</summary>
    [Fact]
    public async Task What_the_search_compares_is_said_when_it_begins_and_when_it_changes()
    {
        Setup setup = new()
        {
            Options = Setup.Given with { InitialLabels = Stub.Labelled(0, 2, 4, 6, 8, 1), Problem = Setup.Given.Problem with { Recipe = Stub.Recipe with { CandidateMetric = CandidateMetric.Auto } } },
        };

        LearningResult result = await setup.RunAsync();

        Assert.Equal([ErrorMeasure.Balanced, ErrorMeasure.ZeroOne, ErrorMeasure.ZeroOne], result.Rounds.Select(round => round.Search!.Measure));
        string[] said = [.. setup.Events.Where(line => line.Contains("the search compared", StringComparison.Ordinal))];
        Assert.Equal(2, said.Length);
        Assert.StartsWith("round 1: the largest class has 5 of 6 labels, 5.0 times the mean of the others: the search compared balanced validation errors", said[0], StringComparison.Ordinal);
        Assert.Contains("recipe.candidateMetric=auto", said[0], StringComparison.Ordinal);
        Assert.StartsWith("round 2: the largest class has 5 of 9 labels, 1.3 times", said[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_knows_one_class_is_a_warning_also_without_a_test_part()
    {
        Setup setup = new() { Options = Setup.Given with { Budget = 7, ClassNames = ["even", "odd"] }, HasTest = false };

        LearningResult result = await setup.RunAsync();

        Assert.All(result.Rounds, round => Assert.Equal([1], round.NeverPredicted));
        Assert.Contains(setup.Events, line => line.Contains("round 2: the model never predicts 1 of its 2 classes (odd) on its own training images", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(7, 2)]
    [InlineData(8, 3)]
    [InlineData(4, 1)]
    public async Task The_last_batch_is_cut_to_the_budget(int budget, int rounds)
    {
        Setup setup = new() { Options = Setup.Given with { Budget = budget } };

        LearningResult result = await setup.RunAsync();

        Assert.Equal(rounds, result.Rounds.Count);
        Assert.Equal(budget, result.Rounds[^1].Labels);
        Assert.Equal(LearningEnd.BudgetSpent, result.End);
        Assert.Equal(rounds > 1, result.Auc is not null);
    }

    [Fact]
    public async Task The_initial_points_depend_on_the_seed_only()
    {
        Setup random = new() { Options = Setup.Drawn, Query = "random" };
        Setup coreset = new() { Options = Setup.Drawn with { Start = new(3, 2), Budget = 9 }, Query = "coreset", Fixed = new(3, 2) };
        Setup other = new() { Options = Setup.Drawn with { Problem = Setup.Drawn.Problem with { Seed = 2 } } };
        await random.RunAsync();
        await coreset.RunAsync();
        await other.RunAsync();

        Assert.Equal(4, random.Trainer.Requests[0].Train.Count);
        Assert.Equal(random.Trainer.Requests[0].Train, coreset.Trainer.Requests[0].Train);
        Assert.NotEqual(random.Trainer.Requests[0].Train, other.Trainer.Requests[0].Train);
        Assert.Equal("initial", random.Journal.FindQuery(0)!.Strategy);
        Assert.StartsWith("labels 1 initial", random.Journal.Writes[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fixed_architecture_has_no_search_and_trains_no_candidates()
    {
        Setup setup = new() { Fixed = new(2, 4) };

        LearningResult result = await setup.RunAsync();

        Assert.Empty(setup.Trials.Requests);
        Assert.All(result.Rounds, round => Assert.Null(round.Search));
        Assert.All(result.Rounds, round => Assert.Equal(new Architecture(2, 4), round.Architecture));
    }

    [Fact]
    public async Task The_papers_schedule_makes_thirteen_rounds()
    {
        LearnerOptions options = Setup.Drawn with { PoolSize = 50_000, Initial = 2000, Schedule = QuerySchedule.Paper, Budget = 50_000 };
        Setup setup = new() { Options = options, Images = Stub.Images(50_000), Query = "random", Fixed = new(1, 1) };

        LearningResult result = await setup.RunAsync();

        int[] thousands = [2, 4, 6, 8, 10, 15, 20, 25, 30, 35, 40, 45, 50];
        Assert.Equal(thousands.Select(count => count * 1000), result.Rounds.Select(round => round.Labels));
        Assert.Equal(50_000, setup.Trainer.Requests[^1].Train.Distinct().Count());
    }

    [Fact]
    public async Task Samples_that_the_oracle_leaves_out_leave_the_pool()
    {
        Setup setup = new() { Bad = [2, 6] };

        LearningResult result = await setup.RunAsync();

        Assert.Equal([4, 6, 8, 10], result.Rounds.Select(round => round.Labels));
        Assert.Equal([4, 6, 7], setup.Journal.FindQuery(2)!.Picks.Select(pick => pick.Id.Value));
        Assert.DoesNotContain(2, Stub.Values(setup.Trainer.Requests[^1].Train));
        Assert.Equal(LearningEnd.PoolExhausted, result.End);
    }

    [Fact]
    public async Task Initial_points_that_all_are_bad_end_the_run_with_a_reason()
    {
        Setup setup = new() { Options = Setup.Drawn, Bad = [.. Enumerable.Range(0, 12)] };

        Assert.Contains("None of the 4 initial points", (await Assert.ThrowsAsync<DataException>(setup.RunAsync)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Search_parts_and_rounds_never_share_what_they_must_not()
    {
        Setup setup = new() { Options = Setup.Drawn };

        await setup.RunAsync();

        Assert.NotEmpty(setup.Trials.Requests);
        foreach (TrialRequest trial in setup.Trials.Requests)
        {
            TrialRequest round = setup.Trainer.Requests.Single(request => request.Key[..8] == trial.Key[..8]);
            Assert.Empty(trial.Train.Select(sample => sample.Id).Intersect(trial.Validation.Select(sample => sample.Id)));
            Assert.Equal(round.Train, trial.Train.Concat(trial.Validation).OrderBy(sample => sample.Id));
            Assert.Empty(round.Validation);
        }
    }

    [Fact]
    public async Task Without_a_test_part_there_is_no_curve()
    {
        Setup setup = new() { HasTest = false };

        LearningResult result = await setup.RunAsync();

        Assert.All(result.Rounds, round => Assert.Null(round.Test));
        Assert.Null(result.Auc);
    }

    [Theory]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public async Task A_run_that_fails_leaves_no_model_behind(int write)
    {
        Setup setup = new() { Query = "coreset" };
        setup.Journal.DiesAfter = write;

        await Assert.ThrowsAsync<KilledException>(setup.RunAsync);

        Assert.Single(setup.Trainer.Requests);
        Assert.Equal(0, setup.Trainer.Alive);
    }

    [Fact]
    public async Task Labels_that_nobody_asked_for_or_that_are_no_class_are_refused()
    {
        Setup wrongClass = new() { Options = Setup.Given with { InitialLabels = [new(new(1), 2)] } };
        Setup wrongId = new() { Options = Setup.Given with { InitialLabels = [new(new(12), 1)] } };
        Setup twice = new() { Options = Setup.Given with { InitialLabels = [new(new(1), 1), new(new(1), 1)] } };

        Assert.Contains("label 2", (await Assert.ThrowsAsync<DataException>(wrongClass.RunAsync)).Message, StringComparison.Ordinal);
        Assert.Contains("Sample 12", (await Assert.ThrowsAsync<DataException>(wrongId.RunAsync)).Message, StringComparison.Ordinal);
        Assert.Contains("two labels", (await Assert.ThrowsAsync<DataException>(twice.RunAsync)).Message, StringComparison.Ordinal);
        Assert.Contains(
            "not asked for",
            Assert.Throws<DataException>(() => LabelCheck.Require(Stub.Labelled(1), 12, 2, Stub.Ids(2).ToHashSet())).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cancelled_run_stops_before_the_next_training()
    {
        Setup setup = new();
        using CancellationTokenSource source = new();
        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => setup.Learner().RunAsync(source.Token));

        Assert.Empty(setup.Trainer.Requests);
    }

    public static TheoryData<string, string> Impossible() => new()
    {
        { "budget", "budget of 3 labels is below the 4 initial" },
        { "initial", "0 initial labels" },
        { "pool", "13 initial labels are more than the 12" },
        { "given", "below the 4 labels given" },
        { "start", "A(1,6) does not fit images of 32x32" },
        { "passes", "0 stochastic passes" },
        { "classes", "1 class leaves" },
        { "rate", "dropout rate 1" },
        { "none given", "holds none" },
        { "empty", "no training images" },
    };

    [Theory]
    [MemberData(nameof(Impossible))]
    public void Impossible_options_are_refused_in_words(string what, string message)
    {
        LearnerOptions drawn = Setup.Drawn;
        LearnerOptions options = what switch
        {
            "budget" => drawn with { Budget = 3 },
            "initial" => drawn with { Initial = 0 },
            "pool" => drawn with { Initial = 13, Budget = 20 },
            "given" => Setup.Given with { Budget = 3 },
            "start" => drawn with { Start = new(1, 6) },
            "passes" => drawn with { StochasticPasses = 0 },
            "classes" => drawn with { Problem = drawn.Problem with { Classes = 1 } },
            "rate" => drawn with { Problem = drawn.Problem with { Recipe = Stub.Recipe with { DropoutRate = 1 } } },
            "none given" => drawn with { InitialLabels = [] },
            _ => drawn with { PoolSize = 0 },
        };

        Assert.Contains(message, Assert.Throws<ConfigurationException>(() => new Setup { Options = options }.Learner()).Message, StringComparison.Ordinal);
    }

    /// <summary>Everything that a run needs, with stubs where training would be.</summary>
    internal sealed class Setup
    {
        private StoringJournal? _journal;

        public static LearnerOptions Drawn { get; } = new()
        {
            PoolSize = 12,
            Problem = new(2, 32, 32, Stub.Recipe, Seed: 1),
            Initial = 4,
            Schedule = new(3),
            Budget = 20,
            Threads = 1,
        };

        public static LearnerOptions Given { get; } = Drawn with { InitialLabels = Stub.Labelled(9, 0, 10, 5) };

        public LearnerOptions Options { get; set; } = Given;

        public string Query { get; init; } = "softmax-response";

        public Architecture? Fixed { get; init; }

        public ImageSet Images { get; init; } = Stub.Images(12);

        public int[] Bad { get; init; } = [];

        public bool HasTest { get; init; } = true;

        public bool KeepsModels { get; init; } = true;

        public StubTrainer Trainer { get; } = new();

        public StubTrials Trials { get; } = new((key, architecture) => s_errors.GetValueOrDefault(key, 1.0 / (1 + architecture.TotalBlocks)));

        public StoringJournal Journal => _journal ??= new StoringJournal(Trainer, KeepsModels);

        public List<string> Events { get; } = [];

        public ActiveLearner Learner()
        {
            IArchitectureSearch search = Fixed is { } architecture
                ? new FixedArchitecture(architecture, 32, 32)
                : new InasSearch(new InasOptions(SearchSpace.Default, Options.Problem));
            return new ActiveLearner(
                Options, search, new StubBackend(Trainer, Trials, new StubEvaluator(HasTest)), QueryStrategies.Create(Query), new StubOracle(Images, Bad), Journal, new Watcher(Events));
        }

        public Task<LearningResult> RunAsync() => Learner().RunAsync(CancellationToken.None);
    }

    private sealed class Watcher(List<string> events) : IProgress<ProgressEvent>
    {
        public void Report(ProgressEvent value)
            => events.Add(value switch
            {
                StageStarted stage => $"{stage.Stage} {stage.Round}",
                SearchEnded search => $"ended {search.Round}",
                RoundEnded round => $"round {round.Record.Round}",
                Notice notice => notice.Message,
                _ => value.ToString(),
            });
    }
}
