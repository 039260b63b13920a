namespace ActiveInas.Querying;

/// <summary>One row of the registry.</summary>
/// <param name="Name">Name on the command line.</param>
/// <param name="Description">One line for people.</param>
/// <param name="Create">Makes the strategy.</param>
public sealed record QueryStrategyRow(string Name, string Description, Func<IQueryStrategy> Create);

/// <summary>The registry of query functions: a new strategy is one file and one row, and inherits every test of the contract.</summary>
public static class QueryStrategies
{
    /// <summary>All strategies, simplest first.</summary>
    public static IReadOnlyList<QueryStrategyRow> Rows { get; } =
    [
        new(RandomQuery.StrategyName, "points drawn at random (passive learning, the reference)", () => new RandomQuery()),
        new(SoftmaxResponseQuery.StrategyName, "points whose most probable class is the least probable", () => new SoftmaxResponseQuery()),
        new(McDropoutQuery.StrategyName, "points whose predicted probability varies most under dropout", () => new McDropoutQuery()),
        new(CoresetQuery.StrategyName, "points farthest from all labelled ones in the network's embedding", () => new CoresetQuery()),
    ];

    /// <summary>Makes the strategy called <paramref name="name"/>.</summary>
    /// <exception cref="ConfigurationException">There is none; the message lists the names.</exception>
    public static IQueryStrategy Create(string name)
    {
        foreach (QueryStrategyRow row in Rows)
        {
            if (row.Name == name)
            {
                return row.Create();
            }
        }

        string[] names = [.. Rows.Select(row => row.Name)];
        string hint = Spelling.Closest(name, names) is { } closest ? $" Did you mean {closest}?" : string.Empty;
        throw new ConfigurationException($"Unknown query strategy '{name}'; wanted one of {string.Join(", ", names)}.{hint}");
    }
}
