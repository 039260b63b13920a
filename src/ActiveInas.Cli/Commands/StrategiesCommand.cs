using System.CommandLine;
using System.Text.Json.Nodes;
using ActiveInas.Cli.Views;
using ActiveInas.Querying;
using ActiveInas.Runs.Output;
using Spectre.Console;

namespace ActiveInas.Cli.Commands;

/// <summary><c>ainas strategies</c>: the query functions, what they need and what they cost.</summary>
internal static class StrategiesCommand
{
    private static readonly (QueryNeeds Need, string Name)[] s_needs =
    [
        (QueryNeeds.Probabilities, "probabilities"),
        (QueryNeeds.StochasticProbabilities, "stochastic probabilities"),
        (QueryNeeds.PoolEmbeddings, "embeddings of the pool"),
        (QueryNeeds.Embeddings, "embeddings of pool and labels"),
    ];

    public static Command Create(Terminal terminal)
    {
        Command command = new("strategies", "List the query strategies: what they choose, need and cost.");
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(CommonOptions.Json))
            {
                terminal.Out.WriteLine(JsonText.Write(Document()));
            }
            else
            {
                Write(terminal.Result);
            }
        });
        return command;
    }

    private static string[] Names(QueryNeeds needs) => [.. s_needs.Where(row => needs.HasFlag(row.Need)).Select(row => row.Name)];

    private static JsonArray Array(QueryNeeds needs) => new([.. Names(needs).Select(name => JsonValue.Create(name))]);

    private static JsonObject Document() => new()
    {
        ["schema_version"] = RunDocument.SchemaVersion,
        ["strategies"] = new JsonArray([.. QueryStrategies.Rows.Select(row => new JsonObject
        {
            ["name"] = row.Name,
            ["description"] = row.Description,
            ["needs"] = Array(row.Create().Needs),
            ["scores_each_point"] = row.Create() is ScoreQuery,
            ["cost"] = row.Cost,
            ["memory"] = row.Memory,
            ["reference"] = row.Reference,
        })]),
        ["wrappers"] = new JsonArray([.. QueryStrategies.Wrappers.Select(row => new JsonObject
        {
            ["name"] = row.Name,
            ["description"] = row.Description,
            ["needs"] = Array(row.Adds),
            ["wraps"] = row.ScoresOnly ? "strategies that score each point" : "any strategy",
            ["cost"] = row.Cost,
            ["memory"] = row.Memory,
            ["reference"] = row.Reference,
        })]),
    };

    private static void Write(IAnsiConsole console)
    {
        Table strategies = Tables.Create("strategy", "asks for", "needs", "time", "memory", "reference");
        foreach (QueryStrategyRow row in QueryStrategies.Rows)
        {
            Add(strategies, row.Name, row.Description, row.Create().Needs, row.Cost, row.Memory, row.Reference);
        }

        console.Write(strategies);
        Table wrappers = Tables.Create("wrapper", "what it does with another strategy", "needs", "time", "memory", "reference");
        foreach (QueryWrapperRow row in QueryStrategies.Wrappers)
        {
            Add(wrappers, $"{row.Name}:{(row.ScoresOnly ? "SCORE" : "NAME")}", row.Description, row.Adds, row.Cost, row.Memory, row.Reference);
        }

        console.Write(wrappers);
        Tables.Fact(console, "time, memory", "orders, beyond one pass of the network over the pool and its embeddings: b labels asked for, T passes, D units, C classes");
        Tables.Fact(console, "SCORE", string.Join(", ", QueryStrategies.Rows.Where(row => row.Create() is ScoreQuery).Select(row => row.Name)));
        Tables.Fact(console, "use", "ainas run --query badge; ainas run --query class-balanced:power:bald");
    }

    private static void Add(Table table, string name, string description, QueryNeeds needs, string cost, string memory, string reference) => table.AddRow(
        Tables.Strong(name),
        Tables.Text(description),
        Tables.Text(needs == QueryNeeds.None ? "-" : string.Join(", ", Names(needs))),
        Tables.Text(cost),
        Tables.Text(memory),
        Tables.Text(reference));
}
