using ActiveInas.Architectures;
using ActiveInas.Data;
using ActiveInas.Learning;
using ActiveInas.Runs.Configuration;
using ActiveInas.Runs.Estimation;
using ActiveInas.Runs.Forecast;
using ActiveInas.Training;

namespace ActiveInas.Runs.Tests.Forecast;

public sealed class WorkPlanTests
{
    private static readonly DataShape s_data = new(1000, 200, 32, 32, 10);

    private static readonly RunConfiguration s_configuration = new() { Data = "shapes", Initial = 100, Batch = new(100), Budget = 300, Recipe = Recipes.Quick };

    [Fact]
    public void A_fixed_architecture_costs_its_trainings_tests_and_queries()
    {
        WorkPlan plan = new(s_configuration with { Architecture = new(1, 2), Query = "softmax-response" }, s_data);
        IReadOnlyList<RoundPlan> rounds = Draw(plan);

        // quick: 20 epochs of ceil(n / 64) steps of 64, at least 100 steps; one unit an image in training, 0.1 without, 7 to start.
        Assert.Equal([100, 200, 300], rounds.Select(round => round.Labels));
        Assert.Equal([7 + 6400, 7 + 6400, 7 + 6400.0], rounds.Select(round => round.Train));
        Assert.All(rounds, round => Assert.Equal((0, 20.0), (round.Search, round.Test)));
        Assert.Equal([90, 80, 0.0], rounds.Select(round => round.Query));
    }

    [Fact]
    public void Queries_that_need_no_model_or_also_the_labelled_cost_accordingly()
    {
        double[] Query(string name) => [.. Draw(new WorkPlan(s_configuration with { Architecture = new(1, 2), Query = name }, s_data)).Select(round => round.Query)];
        Assert.Equal([0, 0, 0.0], Query("random"));
        Assert.Equal([100, 100, 0.0], Query("coreset"));
    }

    [Fact]
    public void A_search_trains_each_candidate_once_and_validates_it()
    {
        RoundPlan first = Draw(new WorkPlan(s_configuration, s_data))[0];

        // Three candidates on 80 of 100 labels: 6 epochs of 2 steps, at least 40 steps of 64; 20 images validated once.
        Assert.Equal(3 * (7 + (40 * 64) + 2.0), first.Search, 9);
        Assert.Equal([new Architecture(1, 1), new Architecture(1, 2), new Architecture(2, 1)], first.Candidates);
        Assert.Contains(first.Architecture, first.Candidates);
    }

    [Fact]
    public void Every_candidate_is_as_likely_as_the_others()
    {
        WorkPlan plan = new(s_configuration with { SearchSteps = 2 }, s_data);
        SeededRandom random = new(3);
        const int Draws = 9000;
        Dictionary<Architecture, int> first = [];
        int trained = 0;
        for (int draw = 0; draw < Draws; draw++)
        {
            IReadOnlyList<RoundPlan> rounds = plan.Draw(new UnitSpeed(), ref random);
            Architecture pick = rounds[0].Architecture;
            first[pick] = first.GetValueOrDefault(pick) + 1;
            trained += rounds[0].Candidates.Count;
        }

        // A(1,1) has two successors; a search that stays is over, so two steps leave a third of all at A(1,1), and a ninth each at A(1,2), A(2,1), A(1,3) and A(3,1); two ways
        // lead to A(2,2). Two thirds train two candidates more. Bounds: five standard errors.
        Assert.Equal(1.0 / 3, first[new Architecture(1, 1)] / (double)Draws, 0.025);
        Assert.Equal(1.0 / 9, first[new Architecture(1, 3)] / (double)Draws, 0.017);
        Assert.Equal(2.0 / 9, first[new Architecture(2, 2)] / (double)Draws, 0.022);
        Assert.Equal(3 + (2 * 2.0 / 3), trained / (double)Draws, 0.05);
    }

    [Fact]
    public void The_same_seed_draws_the_same_rounds()
    {
        IEnumerable<Architecture> Picks() => Draw(new WorkPlan(s_configuration, s_data)).Select(round => round.Architecture);
        Assert.Equal(Picks(), Picks());
    }

    [Fact]
    public void A_prediction_is_the_median_with_its_tenths()
    {
        Assert.Equal(new Prediction(51, 11, 91), Prediction.Of(Enumerable.Range(1, 101).Select(i => (double)i).Reverse()));
        Assert.Equal(new Prediction(7, 7, 7), Prediction.Of([7]));
        Assert.Equal(default, Prediction.Of([]));
    }

    [Fact]
    public void Runs_are_laid_out_on_the_jobs_and_the_largest_may_meet()
    {
        static RunDraw Run(double seconds, double bytes) => new(new StageSeconds(0, seconds, 0, 0), bytes, 1, 10 * bytes);

        // Job 1: 20 s; job 2: 10 s, then the third run for 30 s.
        RunDraw[] runs = [Run(20, 5), Run(10, 2), Run(30, 7)];
        Assert.Equal(new ExperimentDraw(40, 5 + 7, 3, 3 + 50 + 70), ExperimentDraw.Of(runs, 2));
        Assert.Equal(new ExperimentDraw(60, 7, 3, 3 + 70), ExperimentDraw.Of(runs, 1));
    }

    [Fact]
    public void Costs_of_other_architectures_follow_from_those_measured()
    {
        // A cost that is exactly of the assumed form: 5 + for each stack s: 3 + s for its first block, 2 + 0.5 s for each further one.
        static double Cost(Architecture node) => 5 + Enumerable.Range(1, node.Stacks).Sum(s => 3 + s + ((node.Blocks - 1) * (2 + (0.5 * s))));
        Dictionary<Architecture, Measurement> measured = MeasuredSpeed.Anchors(4, [new Architecture(7, 2)])
            .ToDictionary(node => node, node => new Measurement(Cost(node), Cost(node), Cost(node), Cost(node)));
        MeasuredSpeed speed = new(measured, 4, s_data);
        foreach (Architecture node in new SearchSpace(9, 4).Nodes)
        {
            Assert.Equal(Cost(node), speed.Train(node), 9);
            Assert.Equal(Cost(node), speed.Bytes(node), 9);
        }

        // Beyond what was measured: seconds by FLOPs, memory by parameters, which grow fourfold with a stack.
        Assert.True(speed.Infer(new Architecture(3, 5)) > speed.Infer(new Architecture(3, 4)));
        double[] bytes = [.. Enumerable.Range(3, 4).Select(j => speed.Bytes(new Architecture(1, j)))];
        Assert.Equal(4, (bytes[3] - bytes[2]) / (bytes[2] - bytes[1]), 0.1);
        Assert.Equal(4, (bytes[2] - bytes[1]) / (bytes[1] - bytes[0]), 0.1);
        Assert.Throws<InvalidOperationException>(() => new MeasuredSpeed(new Dictionary<Architecture, Measurement>(), 0, s_data).Train(new Architecture(1, 1)));
    }

    [Fact]
    public void The_time_left_follows_from_what_a_round_took()
    {
        TimeLeft forecast = new(s_configuration with { Architecture = new(1, 2), Query = "random" }, s_data, own: null);
        Architecture network = new(1, 2);
        forecast.BeginRound(100, before: null);
        Assert.Null(forecast.SecondsLeft(null, null, 0));

        // Before the first round ends the training in hand is the measure: 100 steps of 64 images at 100 images a second, three rounds.
        Assert.InRange(forecast.SecondsLeft(null, (network, 100), 0)!.Value, 192, 225);

        // A round of 100 steps of 64 images took 64 s: a second for 100 images of this network; two rounds like it are left.
        RoundRecord round = new(1, 100, network, 1, 1, null, 1, 100, 64, null);
        forecast.EndRound(round);
        Assert.InRange(forecast.SecondsLeft(round, null, 0)!.Value, 128, 150);

        forecast.BeginRound(200, network);
        double left = forecast.SecondsLeft(round, null, 0)!.Value;
        Assert.InRange(left, 128, 150);
        Assert.Equal(left - 10, forecast.SecondsLeft(round, null, 10)!.Value, 6);

        // A round that takes longer than foreseen eats nothing of the time of those after it.
        Assert.InRange(forecast.SecondsLeft(round, null, 1000)!.Value, 64, 75);

        RoundRecord last = round with { Round = 3, Labels = 300 };
        forecast.EndRound(last);
        Assert.Equal(0, forecast.SecondsLeft(last, null, 0));
    }

    private static IReadOnlyList<RoundPlan> Draw(WorkPlan plan)
    {
        SeededRandom random = new(1);
        return plan.Draw(new UnitSpeed(), ref random);
    }

    private sealed class UnitSpeed : ISpeed
    {
        public double Start(Architecture architecture) => 7;

        public double Train(Architecture architecture) => 1;

        public double Infer(Architecture architecture) => 0.1;
    }
}
