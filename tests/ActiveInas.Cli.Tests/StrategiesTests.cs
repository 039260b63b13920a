using System.Text.Json.Nodes;
using ActiveInas.Querying;

namespace ActiveInas.Cli.Tests;

public sealed class StrategiesTests
{
    [Fact]
    public async Task Every_row_is_listed_with_what_it_needs_and_costs()
    {
        JsonObject json = (await Cli.InvokeAsync("strategies", "--json")).Json;

        Assert.Equal(1, (int)json["schema_version"]!);
        Assert.Equal(QueryStrategies.Rows.Select(row => row.Name), json["strategies"]!.AsArray().Select(row => (string)row!["name"]!));
        Assert.Equal(QueryStrategies.Wrappers.Select(row => row.Name), json["wrappers"]!.AsArray().Select(row => (string)row!["name"]!));
        JsonObject badge = json["strategies"]!.AsArray().Single(row => (string)row!["name"]! == "badge")!.AsObject();
        Assert.Equal(["probabilities", "embeddings of the pool"], badge["needs"]!.AsArray().Select(need => (string)need!));
        Assert.Equal("arXiv 1906.03671", (string)badge["reference"]!);
        Assert.Equal("b pool (D + C)", (string)badge["cost"]!);
        Assert.False((bool)badge["scores_each_point"]!);
        Assert.All(json["strategies"]!.AsArray(), row => Assert.Equal((string)row!["name"]! == "random", row["needs"]!.AsArray().Count == 0));
    }

    [Fact]
    public async Task People_see_the_same_rows()
    {
        CliResult result = await Cli.InvokeAsync("strategies");

        Assert.Equal(0, result.Code);
        Assert.All(QueryStrategies.Rows, row => Assert.Contains($" {row.Name} ", result.Out, StringComparison.Ordinal));
        Assert.All(QueryStrategies.Wrappers, row => Assert.Contains($" {row.Name}:", result.Out, StringComparison.Ordinal));
    }
}
