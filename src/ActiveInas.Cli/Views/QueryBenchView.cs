using System.Globalization;
using System.Text.Json.Nodes;
using ActiveInas.Cli.Benchmarking;
using ActiveInas.Compute;
using ActiveInas.Runs.Output;
using Spectre.Console;

namespace ActiveInas.Cli.Views;

/// <summary>What queries cost, for people and as JSON.</summary>
internal static class QueryBenchView
{
    public static void Write(IAnsiConsole console, QueryBenchmarkOptions options, IReadOnlyList<QueryFigure> figures)
    {
        Tables.Fact(console, "processor", $"{CpuFeatures.ModelName}, {Threads(options)} threads used");
        Tables.Fact(console, "kernels", options.Row.Name);
        Table table = Tables.Create("query", "#pool", "of", "#picks", "#seconds", "#x plain", "#memory")
            .Title("whole query; coreset and badge from the embeddings on");
        foreach (QueryFigure figure in figures)
        {
            string classes = figure.Classes > 0 ? $" C={figure.Classes}" : "";
            string what = figure.Network is { } network ? $"{network}{classes}" : $"D={figure.Length}{classes}";
            table.AddRow(
                Tables.Text(figure.Query),
                Tables.Text(Whole(figure.Pool)),
                Tables.Text(what),
                Tables.Text(Whole(figure.Picks)),
                Tables.Text(figure.Seconds.ToString("F2", CultureInfo.InvariantCulture)),
                Tables.Text(figure.Ratio is { } ratio ? ratio.ToString("F2", CultureInfo.InvariantCulture) : "-"),
                Tables.Text(figure.MemoryBytes is { } bytes ? $"{Math.Max(0, bytes) / 1e6:F0} MB" : "-"));
        }

        console.Write(table);
    }

    public static JsonObject Document(QueryBenchmarkOptions options, IReadOnlyList<QueryFigure> figures) => new()
    {
        ["schema_version"] = RunDocument.SchemaVersion,
        ["version"] = ProductVersion.Number,
        ["commit"] = ProductVersion.Commit,
        ["cpu"] = CpuFeatures.ModelName,
        ["threads"] = Threads(options),
        ["kernels"] = options.Row.Name,
        ["queries"] = new JsonArray([.. figures.Select(figure => new JsonObject
        {
            ["query"] = figure.Query,
            ["network"] = figure.Network,
            ["pool"] = figure.Pool,
            ["labelled"] = figure.Labelled,
            ["dimensions"] = figure.Length,
            ["classes"] = figure.Classes,
            ["picks"] = figure.Picks,
            ["seconds"] = JsonText.Number(figure.Seconds),
            ["plain_seconds"] = JsonText.Number(figure.PlainSeconds),
            ["ratio"] = JsonText.Number(figure.Ratio),
            ["memory_bytes"] = figure.MemoryBytes,
            ["picks_hash"] = figure.PicksHash,
        })]),
    };

    private static string Whole(int value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static int Threads(QueryBenchmarkOptions options) => options.Threads > 0 ? options.Threads : Environment.ProcessorCount;
}
