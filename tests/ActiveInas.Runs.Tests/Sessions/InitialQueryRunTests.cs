using System.Text.Json.Nodes;
using ActiveInas.Runs.Configuration;
using ActiveInas.Runs.Output;
using ActiveInas.Runs.Sessions;
using ActiveInas.Runs.Tests.Support;
using ActiveInas.Tests.Shared;

namespace ActiveInas.Runs.Tests.Sessions;

public sealed class InitialQueryRunTests
{
    [Theory]
    [InlineData("random", "initial")]
    [InlineData("typiclust", "initial/typiclust")]
    [InlineData("coreset", "initial/coreset")]
    public async Task A_run_records_how_it_began_and_the_labels_of_each_class(string name, string recorded)
    {
        using TemporaryFolder folder = new();
        RunConfiguration configuration = new()
        {
            Data = "shapes",
            InitialQuery = name,
            Space = new(1, 1),
            Initial = 12,
            Batch = new(10),
            Budget = 22,
            Out = folder["run"],
        };

        RunDocument run = await ActiveInasRun.StartAsync(configuration, parts: FakeBackend.Parts());

        Assert.Equal(recorded, run.Queries[0].Strategy);
        Assert.Equal([12, 22], run.ClassLabels.OrderBy(pair => pair.Key).Select(pair => pair.Value.Sum()));
        JsonNode json = JsonNode.Parse(run.ToJson())!;
        Assert.Equal(run.ClassLabels[1], json["rounds"]![0]!["class_labels"]!.AsArray().Select(node => (int)node!));
        Assert.Equal(["a", "b", "c"], json["classes"]!.AsArray().Select(node => (string)node!));
        Assert.Contains($"initial labels per class: {string.Join(", ", run.ClassLabels[1])}", File.ReadAllText(folder["run/log.txt"]), StringComparison.Ordinal);
        Assert.Equal(13, File.ReadAllLines(folder["run/queries/round_00.csv"]).Length);
    }

    [Fact]
    public void An_unknown_way_is_refused()
        => Assert.Equal(
            "`initialQuery` 'best' is unknown: it must be one of random, typiclust, coreset.",
            Assert.Throws<ConfigurationException>(() => new RunConfiguration { InitialQuery = "best" }.RequireValid()).Message);
}
