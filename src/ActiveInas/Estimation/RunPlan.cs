using ActiveInas.Architectures;
using ActiveInas.Data;
using ActiveInas.Learning;
using ActiveInas.Querying;
using ActiveInas.Runs;
using ActiveInas.Search;
using ActiveInas.Training;

namespace ActiveInas.Estimation;

/// <summary>What a round takes, in the unit of an <see cref="ISpeed"/>.</summary>
/// <param name="Round">t.</param>
/// <param name="Labels">|S_t|.</param>
/// <param name="Search">Training and validating the candidates.</param>
/// <param name="Train">Training the network of the round.</param>
/// <param name="Test">Its pass over the test part.</param>
/// <param name="Query">The pass over the pool before the next round; 0 after the last. The selection itself, usually seconds, is left out.</param>
/// <param name="Architectures">The probability of each architecture of the round.</param>
internal sealed record RoundPlan(
    int Round, int Labels, double Search, double Train, double Test, double Query, IReadOnlyDictionary<Architecture, double> Architectures)
{
    public double Total => Search + Train + Test + Query;
}

/// <summary>The work of a run, stage by stage, in expectation over what the searches pick.</summary>
internal sealed class RunPlan
{
    private readonly RunConfiguration _configuration;
    private readonly DataShape _data;
    private readonly QueryNeeds _needs;
    private readonly SearchSpace _space;

    /// <param name="configuration">Of the run.</param>
    /// <param name="data">Its images.</param>
    /// <param name="own">A query strategy of the caller's that the configuration names; null: none.</param>
    public RunPlan(RunConfiguration configuration, DataShape data, IQueryStrategy? own = null)
    {
        _configuration = configuration;
        _data = data;
        _needs = (own ?? QueryStrategies.Create(configuration.Query)).Needs;
        _space = SearchSpace.Parse(configuration.Space).ForImages(data.Height, data.Width);
        Labels = QuerySchedule.Parse(configuration.Batch).LabelCounts(configuration.Initial, configuration.Budget, data.Train);
    }

    /// <summary>|S_1|, |S_2|, ...</summary>
    public IReadOnlyList<int> Labels { get; }

    /// <summary>The rounds to come.</summary>
    /// <param name="speed">What an image takes.</param>
    /// <param name="assumption">Of the searches.</param>
    /// <param name="first">The first round wanted, from 1.</param>
    /// <param name="before">The architecture of the round before it; null: where the run starts.</param>
    public IEnumerable<RoundPlan> Rounds(ISpeed speed, GrowthAssumption assumption = GrowthAssumption.Even, int first = 1, Architecture? before = null)
    {
        Growth growth = new(_space, assumption, node => node.ForwardFlops(_data.Height, _data.Width, _data.Classes));
        Dictionary<Architecture, double> current = new()
        {
            [_configuration.FixedArchitecture ?? before ?? Architecture.Parse(_configuration.Start)] = 1,
        };
        for (int t = first; t <= Labels.Count; t++)
        {
            double search = 0;
            if (_configuration.FixedArchitecture is null)
            {
                (search, current) = Search(speed, growth, current, Labels[t - 1]);
            }

            yield return Round(speed, t, search, current);
        }
    }

    private RoundPlan Round(ISpeed speed, int t, double search, Dictionary<Architecture, double> current)
    {
        int labels = Labels[t - 1];
        bool asks = t < Labels.Count && _needs != QueryNeeds.None;
        bool embedsLabelled = asks && _needs.HasFlag(QueryNeeds.Embeddings);
        int passed = (asks ? _data.Train - labels : 0) + (embedsLabelled ? labels : 0);
        double trained = TrainedImages(_configuration.Recipe, _configuration.Recipe.Training, labels);
        double infer = Expected(current, speed.Infer);
        double train = Expected(current, node => speed.Start(node) + (trained * speed.Train(node)));
        return new RoundPlan(t, labels, search, train, _data.Test * infer, passed * infer, current);
    }

    private (double Cost, Dictionary<Architecture, double> Picks) Search(
        ISpeed speed, Growth growth, Dictionary<Architecture, double> start, int labels)
    {
        int validation = Math.Max(1, (int)Math.Round(_configuration.ValidationShare * labels, MidpointRounding.AwayFromZero));
        int train = Math.Max(1, labels - validation);
        Recipe recipe = _configuration.Recipe;
        int evaluations = recipe.CandidateScore == CandidateScore.BestEpoch ? LearningRateSchedule.For(recipe, recipe.Candidate, train).Epochs : 1;
        double trained = TrainedImages(recipe, recipe.Candidate, train);
        double Trial(Architecture node) => speed.Start(node) + (trained * speed.Train(node)) + ((double)evaluations * validation * speed.Infer(node));

        double cost = 0;
        Dictionary<Architecture, double> current = start;
        for (int step = 1; step <= _configuration.SearchSteps; step++)
        {
            // The current architecture was trained in the step before.
            cost += current.Sum(pair => pair.Value * growth.Candidates(pair.Key).Skip(step == 1 ? 0 : 1).Sum(Trial));
            current = growth.Step(current);
        }

        return (cost, current);
    }

    private static double TrainedImages(Recipe recipe, TrainingLength length, int samples)
        => (double)LearningRateSchedule.For(recipe, length, samples).Steps * recipe.BatchSize;

    private static double Expected(Dictionary<Architecture, double> probabilities, Func<Architecture, double> value)
        => probabilities.Sum(pair => pair.Value * value(pair.Key));
}
