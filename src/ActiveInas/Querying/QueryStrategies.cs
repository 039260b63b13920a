namespace ActiveInas.Querying;

/// <summary>One row of the registry.</summary>
/// <param name="Name">Name on the command line.</param>
/// <param name="Description">One line for people.</param>
/// <param name="Cost">Time of a query beyond one pass of the network over the pool.</param>
/// <param name="Memory">Beyond the embeddings.</param>
/// <param name="Reference">arXiv id or publication.</param>
/// <param name="Create">Makes the strategy.</param>
public sealed record QueryStrategyRow(string Name, string Description, string Cost, string Memory, string Reference, Func<IQueryStrategy> Create);

/// <summary>A strategy made of another one: "NAME:OTHER" on the command line.</summary>
/// <param name="Name">Name before the colon.</param>
/// <param name="Description">One line for people.</param>
/// <param name="Cost">Time beyond the other's.</param>
/// <param name="Memory">Beyond the other's.</param>
/// <param name="Reference">arXiv id or publication.</param>
/// <param name="ScoresOnly">Whether the other must be a <see cref="ScoreQuery"/>.</param>
/// <param name="Adds">What it needs beside what the other needs.</param>
/// <param name="Wrap">Makes it.</param>
public sealed record QueryWrapperRow(
    string Name,
    string Description,
    string Cost,
    string Memory,
    string Reference,
    bool ScoresOnly,
    QueryNeeds Adds,
    Func<IQueryStrategy, IQueryStrategy> Wrap);

/// <summary>The registry of query functions: a new strategy is one file and one row, and inherits every test of the contract.</summary>
public static class QueryStrategies
{
    private const string TopK = "pool log pool";

    /// <summary>All strategies, simplest first.</summary>
    public static IReadOnlyList<QueryStrategyRow> Rows { get; } =
    [
        new(RandomQuery.StrategyName, "points drawn at random (passive learning, the reference)",
            TopK, "pool", "arXiv 1811.07579", () => new RandomQuery()),
        new(SoftmaxResponseQuery.StrategyName, "points whose most probable class is the least probable",
            $"pool C + {TopK}", "pool", "arXiv 1811.07579", () => new SoftmaxResponseQuery()),
        new(MarginQuery.StrategyName, "points whose two most probable classes are nearest to each other",
            $"pool C + {TopK}", "pool", "Scheffer et al. 2001", () => new MarginQuery()),
        new(EntropyQuery.StrategyName, "points whose predicted distribution is the most uncertain",
            $"pool C + {TopK}", "pool", "arXiv 1701.03551", () => new EntropyQuery()),
        new(McDropoutQuery.StrategyName, "points whose predicted probability varies most under dropout",
            "T pool D C / 2", "pool + threads D C", "arXiv 1506.02142", () => new McDropoutQuery()),
        new(BaldQuery.StrategyName, "points about whose class the dropout passes disagree most",
            "T pool D C / 2", "pool + threads D C", "arXiv 1703.02910", () => new BaldQuery()),
        new(MeanEntropyQuery.StrategyName, "points whose mean probabilities under dropout are the most uncertain",
            "T pool D C / 2", "pool + threads D C", "arXiv 1703.02910", () => new MeanEntropyQuery()),
        new(CoresetQuery.StrategyName, "points farthest from all labelled ones in the network's embedding",
            "(labelled + b) pool D", "pool", "arXiv 1708.00489", () => new CoresetQuery()),
        new(BadgeQuery.StrategyName, "a spread batch of uncertain points: k-means++ on gradient embeddings",
            "b pool (D + C)", "pool C", "arXiv 1906.03671", () => new BadgeQuery()),
        new(KMeansQuery.StrategyName, "the points nearest to the centres of b clusters",
            "20 b pool D", "pool + b D", "arXiv 1901.05954", () => new KMeansQuery()),
        new(ClusterMarginQuery.StrategyName, "points of small margin, spread over clusters of alike points",
            "pool C + (1.25 b)^2 D", "pool + b D", "arXiv 2107.14263", () => new ClusterMarginQuery()),
        new(TypiClustQuery.StrategyName, "for few labels: the most typical points of clusters without labels",
            "20 pool min(500, labelled + b) D", "pool + 500 D", "arXiv 2202.02794", () => new TypiClustQuery()),
        new(ProbCoverQuery.StrategyName, "for few labels: the points whose neighbourhoods cover most of the pool",
            "pool (pool + labelled) D", "pool", "arXiv 2205.11320", () => new ProbCoverQuery()),
    ];

    /// <summary>Strategies made of another one.</summary>
    public static IReadOnlyList<QueryWrapperRow> Wrappers { get; } =
    [
        Stochastic(BatchNoise.Power, "draws the batch in proportion to the scores: thins near-duplicates"),
        Stochastic(BatchNoise.Gibbs, "draws the batch in proportion to exp(score)"),
        Stochastic(BatchNoise.Rank, "draws the batch in proportion to 1 / rank, whatever the scale of the scores"),
        new(ClassBalancedQuery.WrapperName, "lets it choose within each predicted class until the labels of all classes are equal",
            "(pool + b) C", "one class's rows", "arXiv 2110.04543", ScoresOnly: false, QueryNeeds.Probabilities, other => new ClassBalancedQuery(other)),
    ];

    /// <summary>Makes the strategy called <paramref name="name"/>: the name of a row, or WRAPPER:NAME.</summary>
    /// <exception cref="ConfigurationException">There is none; the message lists the names.</exception>
    public static IQueryStrategy Create(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        int colon = name.IndexOf(':', StringComparison.Ordinal);
        if (colon >= 0)
        {
            return CreateWrapped(name[..colon], name[(colon + 1)..]);
        }

        return Rows.FirstOrDefault(row => row.Name == name) is { } row
            ? row.Create()
            : throw Unknown("query strategy", name, [.. Rows.Select(row => row.Name)]);
    }

    private static IQueryStrategy CreateWrapped(string name, string other)
    {
        QueryWrapperRow wrapper = Wrappers.FirstOrDefault(row => row.Name == name)
            ?? throw Unknown("query wrapper", name, [.. Wrappers.Select(row => row.Name)]);
        IQueryStrategy inner = Create(other);
        return !wrapper.ScoresOnly || inner is ScoreQuery
            ? wrapper.Wrap(inner)
            : throw new ConfigurationException(
                $"{name}:{other} is not possible: {name} needs a strategy that scores each point by itself; wanted {name}: and one of "
                + $"{string.Join(", ", Rows.Where(row => row.Create() is ScoreQuery).Select(row => row.Name))}.");
    }

    private static ConfigurationException Unknown(string what, string name, string[] names)
    {
        string hint = Spelling.Closest(name, names) is { } closest ? $" Did you mean {closest}?" : string.Empty;
        return new ConfigurationException($"Unknown {what} '{name}'; wanted one of {string.Join(", ", names)}.{hint}");
    }

    private static QueryWrapperRow Stochastic(BatchNoise noise, string description) => new(
        StochasticBatchQuery.NameOf(noise), description, TopK, "pool", "arXiv 2106.12059", ScoresOnly: true, QueryNeeds.None,
        other => new StochasticBatchQuery((ScoreQuery)other, noise));
}
