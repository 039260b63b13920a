using ActiveInas.Learning;
using ActiveInas.Runs.Output;
using ActiveInas.Tests.Shared;

namespace ActiveInas.PublicApi.Tests;

/// <summary>The C# blocks of docs/tutorials/library.md, one behind the other, are a program, which does what the page says.</summary>
[Collection(Given.Collection)]
public sealed class LibraryTutorialTests
{
    private const string Page = "docs/tutorials/library.md";
    private const string Folder = "\"runs/round-or-not\"";

    [Fact]
    public async Task The_parts_of_ones_own_work_in_the_loop_and_in_a_run()
    {
        using TemporaryFolder folder = new();
        string program = string.Join('\n', DocumentProgram.Blocks(Page));
        Assert.Contains(Folder, program, StringComparison.Ordinal);

        await DocumentProgram.RunAsync(program.Replace(Folder, $"@\"{folder["run"]}\"", StringComparison.Ordinal), "made = (result, run);");

        (LearningResult result, RunDocument run) = ((LearningResult, RunDocument))Given.made!;
        Assert.Equal([40, 60, 80], result.Rounds.Select(round => round.Labels));
        Assert.Equal(new LearningStop(LearningEnd.OwnRule, "the trainings made 30 steps: 25 were allowed"), new LearningStop(result.End, result.Reason));
        Assert.All(result.Rounds, round => Assert.Equal(2000, round.Test!.Count));

        // Both paths of the page are one algorithm.
        Assert.Equal(result.Rounds.Select(round => round.TrainLoss), run.Rounds.Select(round => round.TrainLoss));
        Assert.Equal(new LearningStop(result.End, result.Reason), run.End);
        Assert.Equal(["round", "angular"], run.Classes);
        Assert.Equal("gentle", run.Configuration.Recipe.Name);
        Assert.Equal(["initial", "rare-margin", "rare-margin"], run.Queries.Select(query => query.Strategy));
        Assert.Contains("\"rule\": \"own\"", run.ToJson(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_namespaces_of_the_page_are_those_that_its_program_gets()
    {
        string[] page = [.. File.ReadLines(DocumentProgram.PathOf(Page)).Where(line => line.StartsWith("using ActiveInas.", StringComparison.Ordinal))];

        Assert.NotEmpty(page);
        Assert.Equal(page, DocumentProgram.OwnNamespaces);
    }
}
