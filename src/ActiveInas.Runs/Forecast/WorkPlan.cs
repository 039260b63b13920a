using ActiveInas.Architectures;
using ActiveInas.Data;
using ActiveInas.Learning;
using ActiveInas.Querying;
using ActiveInas.Runs.Configuration;
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
/// <param name="Architecture">A_t.</param>
/// <param name="Candidates">What the search trains; empty without one.</param>
internal sealed record RoundPlan(
    int Round, int Labels, double Search, double Train, double Test, double Query, Architecture Architecture, IReadOnlyCollection<Architecture> Candidates)
{
    public double Total => Search + Train + Test + Query;

    /// <summary>Every network that the round trains.</summary>
    public IEnumerable<Architecture> Trained => Candidates.Append(Architecture);
}

/// <summary>The work of a run, stage by stage.</summary>
/// <remarks>Nobody knows what the searches will pick: a plan is drawn with every candidate of a search step as likely as the others, and several draws show
/// how much hangs on it.</remarks>
internal sealed class WorkPlan
{
    private readonly RunConfiguration _configuration;
    private readonly DataShape _data;
    private readonly QueryNeeds _needs;
    private readonly SearchSpace _space;

    /// <param name="configuration">Of the run.</param>
    /// <param name="data">Its images.</param>
    /// <param name="own">A query strategy of the caller's that the configuration names; null: none.</param>
    /// <exception cref="ConfigurationException">The images are too small for its architecture.</exception>
    public WorkPlan(RunConfiguration configuration, DataShape data, IQueryStrategy? own = null)
    {
        (configuration.Architecture ?? configuration.Start).RequireFits(data.Height, data.Width);
        _configuration = configuration;
        _data = data;
        _needs = (own ?? QueryStrategies.Create(configuration.Query)).Needs;
        _space = configuration.Space.ForImages(data.Height, data.Width);
        Labels = configuration.Batch.LabelCounts(configuration.Initial, configuration.Budget, data.Train);
    }

    /// <summary>|S_1|, |S_2|, ...</summary>
    public IReadOnlyList<int> Labels { get; }

    /// <summary>Whether draws differ.</summary>
    public bool IsSearching => _configuration.Architecture is null;

    /// <summary>Draws the rounds.</summary>
    /// <param name="speed">What an image takes.</param>
    /// <param name="random">Picks of the searches.</param>
    /// <param name="before">The architecture of the round before the first; null: where the run starts.</param>
    public IReadOnlyList<RoundPlan> Draw(ISpeed speed, ref SeededRandom random, Architecture? before = null)
    {
        Architecture current = _configuration.Architecture ?? before ?? _configuration.Start;
        List<RoundPlan> rounds = [];
        for (int t = 1; t <= Labels.Count; t++)
        {
            HashSet<Architecture> candidates = [];
            if (IsSearching)
            {
                current = Search(current, candidates, ref random);
            }

            rounds.Add(Round(speed, t, current, candidates));
        }

        return rounds;
    }

    /// <summary>Images that go through the network for a query when so many are labelled.</summary>
    public int QueryImages(int labels)
        => (_needs == QueryNeeds.None ? 0 : _data.Train - labels) + (_needs.HasFlag(QueryNeeds.Embeddings) ? labels : 0);

    // As iNAS walks: up to T steps, over where the pick is the architecture it stands at; a candidate that was trained is not trained again.
    private Architecture Search(Architecture current, HashSet<Architecture> trained, ref SeededRandom random)
    {
        for (int step = 1; step <= _configuration.SearchSteps; step++)
        {
            Architecture[] candidates = [current, .. _space.Successors(current)];
            trained.UnionWith(candidates);
            Architecture pick = candidates[random.NextInt(candidates.Length)];
            if (pick == current)
            {
                break;
            }

            current = pick;
        }

        return current;
    }

    private RoundPlan Round(ISpeed speed, int t, Architecture architecture, IReadOnlyCollection<Architecture> candidates)
    {
        int labels = Labels[t - 1];
        Recipe recipe = _configuration.Recipe;
        int validation = StratifiedSplit.ValidationCount(labels, _configuration.ValidationShare);
        int train = Math.Max(1, labels - validation);
        double Trial(Architecture node)
        {
            int evaluations = recipe.CandidateScore == CandidateScore.BestEpoch ? LearningRateSchedule.For(recipe, recipe.Candidate, train, node).Epochs : 1;
            double images = LearningRateSchedule.Images(recipe, recipe.Candidate, train, node);
            return speed.Start(node) + (images * speed.Train(node)) + ((double)evaluations * validation * speed.Infer(node));
        }

        double images = LearningRateSchedule.Images(recipe, recipe.Training, labels, architecture);
        double infer = speed.Infer(architecture);
        return new RoundPlan(
            t,
            labels,
            candidates.Sum(Trial),
            speed.Start(architecture) + (images * speed.Train(architecture)),
            _data.Test * infer,
            t < Labels.Count ? QueryImages(labels) * infer : 0,
            architecture,
            candidates);
    }
}
