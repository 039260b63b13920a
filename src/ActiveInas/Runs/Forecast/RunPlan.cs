using ActiveInas.Architectures;
using ActiveInas.Data;
using ActiveInas.Learning;
using ActiveInas.Querying;
using ActiveInas.Search;
using ActiveInas.Training;

namespace ActiveInas.Runs.Forecast;

/// <summary>What a round takes, in the unit of an <see cref="ISpeed"/>.</summary>
/// <param name="Round">t.</param>
/// <param name="Labels">|S_t|.</param>
/// <param name="Search">Training and validating the candidates.</param>
/// <param name="Train">Training the network of the round.</param>
/// <param name="Test">Its pass over the test part.</param>
/// <param name="Query">The pass over the pool before the next round; 0 after the last. The selection itself, usually seconds, is left out.</param>
/// <param name="Architectures">The probability of each architecture of the round.</param>
/// <param name="Trainings">What else the round trains: the candidates of its first search step, with the probability of each set of them.</param>
internal sealed record RoundPlan(
    int Round,
    int Labels,
    double Search,
    double Train,
    double Test,
    double Query,
    IReadOnlyDictionary<Architecture, double> Architectures,
    IReadOnlyList<(double Probability, IReadOnlyList<Architecture> Candidates)> Trainings)
{
    public double Total => Search + Train + Test + Query;

    /// <summary>What the largest network trained in the round takes, in expectation.</summary>
    public double LargestTraining(Func<Architecture, double> bytes)
        => Trainings.Count == 0
            ? Architectures.Sum(pair => pair.Value * bytes(pair.Key))
            : Trainings.Sum(set => set.Probability * set.Candidates.Max(bytes));
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
    /// <exception cref="ConfigurationException">The images are too small for its architecture.</exception>
    public RunPlan(RunConfiguration configuration, DataShape data, IQueryStrategy? own = null)
    {
        (configuration.FixedArchitecture ?? Architecture.Parse(configuration.Start)).RequireFits(data.Height, data.Width);
        _configuration = configuration;
        _data = data;
        _needs = (own ?? QueryStrategies.Create(configuration.Query)).Needs;
        _space = SearchSpace.Parse(configuration.Space).ForImages(data.Height, data.Width);
        Labels = QuerySchedule.Parse(configuration.Batch).LabelCounts(configuration.Initial, configuration.Budget, data.Train);
    }

    /// <summary>|S_1|, |S_2|, ...</summary>
    public IReadOnlyList<int> Labels { get; }

    /// <summary>The rounds.</summary>
    /// <param name="speed">What an image takes.</param>
    /// <param name="assumption">Of the searches.</param>
    /// <param name="before">The architecture of the round before the first; null: where the run starts.</param>
    public IEnumerable<RoundPlan> Rounds(ISpeed speed, GrowthAssumption assumption = GrowthAssumption.Even, Architecture? before = null)
    {
        Growth growth = new(_space, assumption, node => node.ForwardFlops(_data.Height, _data.Width, _data.Classes));
        Dictionary<Architecture, double> current = new()
        {
            [_configuration.FixedArchitecture ?? before ?? Architecture.Parse(_configuration.Start)] = 1,
        };
        for (int t = 1; t <= Labels.Count; t++)
        {
            double search = 0;
            List<(double Probability, IReadOnlyList<Architecture> Candidates)> trainings = [];
            if (_configuration.FixedArchitecture is null)
            {
                trainings.AddRange(current.Select(pair => (pair.Value, growth.Candidates(pair.Key))));
                (search, current) = Search(speed, growth, current, Labels[t - 1]);
            }

            yield return Round(speed, t, search, current, trainings);
        }
    }

    /// <summary>Images that go through the network for a query when so many are labelled.</summary>
    public int QueryImages(int labels)
        => (_needs == QueryNeeds.None ? 0 : _data.Train - labels) + (_needs.HasFlag(QueryNeeds.Embeddings) ? labels : 0);

    private RoundPlan Round(
        ISpeed speed, int t, double search, Dictionary<Architecture, double> current, IReadOnlyList<(double Probability, IReadOnlyList<Architecture> Candidates)> trainings)
    {
        int labels = Labels[t - 1];
        double trained = LearningRateSchedule.Images(_configuration.Recipe, _configuration.Recipe.Training, labels);
        double infer = Expected(current, speed.Infer);
        double train = Expected(current, node => speed.Start(node) + (trained * speed.Train(node)));
        return new RoundPlan(t, labels, search, train, _data.Test * infer, t < Labels.Count ? QueryImages(labels) * infer : 0, current, trainings);
    }

    private (double Cost, Dictionary<Architecture, double> Picks) Search(
        ISpeed speed, Growth growth, Dictionary<Architecture, double> start, int labels)
    {
        int validation = StratifiedSplit.ValidationCount(labels, _configuration.ValidationShare);
        int train = Math.Max(1, labels - validation);
        Recipe recipe = _configuration.Recipe;
        int evaluations = recipe.CandidateScore == CandidateScore.BestEpoch ? LearningRateSchedule.For(recipe, recipe.Candidate, train).Epochs : 1;
        double trained = LearningRateSchedule.Images(recipe, recipe.Candidate, train);
        double Trial(Architecture node) => speed.Start(node) + (trained * speed.Train(node)) + ((double)evaluations * validation * speed.Infer(node));

        // A search that picks the architecture it stands at is over; the others go on from where they went.
        double cost = 0;
        Dictionary<Architecture, double> ended = [];
        Dictionary<Architecture, double> going = start;
        for (int step = 1; step <= _configuration.SearchSteps; step++)
        {
            // The current architecture was trained in the step before.
            cost += going.Sum(pair => pair.Value * growth.Candidates(pair.Key).Skip(step == 1 ? 0 : 1).Sum(Trial));
            Dictionary<Architecture, double> moved = [];
            foreach ((Architecture from, Architecture pick, double probability) in growth.Step(going))
            {
                Dictionary<Architecture, double> where = pick == from ? ended : moved;
                where[pick] = where.GetValueOrDefault(pick) + probability;
            }

            going = moved;
        }

        foreach ((Architecture pick, double probability) in going)
        {
            ended[pick] = ended.GetValueOrDefault(pick) + probability;
        }

        return (cost, ended);
    }

    private static double Expected(Dictionary<Architecture, double> probabilities, Func<Architecture, double> value)
        => probabilities.Sum(pair => pair.Value * value(pair.Key));
}
