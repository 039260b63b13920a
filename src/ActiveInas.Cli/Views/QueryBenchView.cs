using System.Globalization;
using System.Text.Json.Nodes;
using ActiveInas.Benchmarking;
using ActiveInas.Runs;
using Spectre.Console;

namespace ActiveInas.Cli.Views;

/// <summary>What queries cost, for people and as JSON.</summary>
internal static class QueryBenchView
{
    public static void Write(IAnsiConsole console, QueryBenchmarkOptions options, IReadOnlyList<QueryFigure> figures)
    {
        Tables.Fact(console, "processor", $"{RunEnvironment.Cpu}, {Threads(options)} threads used");
        Tables.Fact(console, "kernels", options.Row.Name);
        Table table = Tables.Create("query", "what", "#picks", "#seconds", "#memory")
            .Title("the whole query; for coreset and badge from the embeddings on");
        foreach (QueryFigure figure in figures)
        {
            string what = figure.Network is { } network
                ? $"{network}, {figure.Pool:N0} images, {figure.Classes} classes: {figure.Ratio:F2} of a plain pass ({figure.PlainSeconds:F1} s)"
                : $"{figure.Pool:N0} x {figure.Length}{(figure.Labelled > 0 ? $", {figure.Labelled:N0} labelled" : "")}{(figure.Classes > 0 ? $", {figure.Classes} classes" : "")}";
            table.AddRow(
                Tables.Text(figure.Query),
                Tables.Text(what),
                Tables.Text(figure.Picks.ToString("N0", CultureInfo.InvariantCulture)),
                Tables.Text(figure.Seconds.ToString("F2", CultureInfo.InvariantCulture)),
                Tables.Text(figure.MemoryBytes is { } bytes ? $"{bytes / 1e6:F0} MB" : "-"));
        }

        console.Write(table);
    }

    public static JsonObject Document(QueryBenchmarkOptions options, IReadOnlyList<QueryFigure> figures) => new()
    {
        ["schema_version"] = RunDocument.SchemaVersion,
        ["version"] = RunEnvironment.Version,
        ["commit"] = RunEnvironment.Commit,
        ["cpu"] = RunEnvironment.Cpu,
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

    private static int Threads(QueryBenchmarkOptions options) => options.Threads > 0 ? options.Threads : Environment.ProcessorCount;
}
