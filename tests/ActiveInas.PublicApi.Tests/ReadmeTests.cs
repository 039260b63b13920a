using ActiveInas.Networks;
using ActiveInas.Tests.Shared;

namespace ActiveInas.PublicApi.Tests;

/// <summary>The C# blocks of the README compile against the public types alone, and do what they say.</summary>
[Collection(Given.Collection)]
public sealed class ReadmeTests
{
    [Fact]
    public async Task The_loop_runs_to_its_budget()
    {
        const string Photos = "new DataRequest(\"photos/\")";
        string block = DocumentProgram.Blocks("README.md")[0];
        Assert.Contains(Photos, block, StringComparison.Ordinal);

        await DocumentProgram.RunAsync(block.Replace(Photos, "new DataRequest(\"shapes\", ImageSize: 8)", StringComparison.Ordinal), "made = result;");

        using IModel? model = Given.Result.Model;
        Assert.Equal([150, 300, 450, 600], Given.Result.Rounds.Select(round => round.Labels));
        Assert.All(Given.Result.Rounds, round => Assert.Equal(2000, round.Test!.Count));
        Assert.Equal(Given.Result.Rounds[^1].Architecture, model!.Architecture);
    }

    [Fact]
    public async Task The_query_function_of_ones_own_asks_for_labels()
    {
        using TemporaryFolder folder = new();
        Given.configuration = new()
        {
            Data = "shapes",
            ImageSize = 8,
            Architecture = new(1, 1),
            Initial = 20,
            Batch = new(10),
            Budget = 30,
            Recipe = Given.recipe,
            Out = folder["run"],
        };

        await DocumentProgram.RunAsync(DocumentProgram.Blocks("README.md")[1], "made = run;");

        Assert.Equal(["initial", "least-confident"], Given.Run.Queries.Select(query => query.Strategy));
        Assert.Equal([20, 30], Given.Run.Rounds.Select(round => round.Labels));
    }

    [Theory]
    [InlineData("src/ActiveInas.Compute/README.md")]
    [InlineData("src/ActiveInas/README.md")]
    [InlineData("src/ActiveInas.Runs/README.md")]
    public void The_block_of_a_package_compiles(string document)
        => DocumentProgram.Compile(Assert.Single(DocumentProgram.Blocks(document)));

    [Fact]
    public void Every_block_is_tested()
        => Assert.Equal(2, DocumentProgram.Blocks("README.md").Count);
}
