using System.Text.Json.Nodes;
using ActiveInas.Tests.Shared;

namespace ActiveInas.Cli.Tests;

/// <summary>Strategies, cold start, stopping rules and simulated pools from the command line, on real trainings of a second.</summary>
public sealed class QueryOptionsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_run_with_all_of_them_says_why_it_ended()
    {
        CliResult result = await Cli.InvokeAsync(
        [
            .. Cli.TinyRun, "--out", _folder["run"], "--query", "class-balanced:badge", "--initial-query", "typiclust",
            "--simulate", "imbalance=4,duplicates=0.2,noise=0.1", "--stop-kappa", "-1:1", "--json",
        ]);

        Assert.Equal(0, result.Code);
        JsonObject json = result.Json;
        Assert.Equal("kappa", (string)json["end"]!["rule"]!);
        Assert.Equal(2, json["rounds"]!.AsArray().Count);
        Assert.Equal("imbalance=4,duplicates=0.2,noise=0.1", (string)json["simulate"]!);
        Assert.Equal("typiclust", (string)json["initial_query"]!);
        Assert.Equal(24, json["rounds"]![0]!["class_labels"]!.AsArray().Sum(count => (int)count!));
        Assert.Equal("class-balanced:badge", (string)json["rounds"]![0]!["query"]!["name"]!);

        string shown = (await Cli.InvokeAsync("show", _folder["run"])).Out;
        Assert.Contains("ended              the agreement of successive models on the pool", shown, StringComparison.Ordinal);
        Assert.Contains("initial labels     ", shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Data_shows_the_simulated_pool()
    {
        JsonObject plain = (await Cli.InvokeAsync("data", "shapes", "--json")).Json;
        JsonObject hard = (await Cli.InvokeAsync("data", "shapes", "--simulate", "imbalance=10,duplicates=0.5", "--json")).Json;

        int[] Train(JsonObject json) => [.. json["classes"]!.AsArray().Select(row => (int)row!["train"]!)];
        Assert.Equal(Train(plain)[0], Train(hard)[0]);
        Assert.InRange(Train(hard)[^1], Train(plain)[^1] / 10 - 1, (Train(plain)[^1] / 10) + 1);
        Assert.Equal((int)plain["test"]!, (int)hard["test"]!);
        Assert.True((int)hard["duplicates"]! > (int)plain["duplicates"]!);
    }
}
