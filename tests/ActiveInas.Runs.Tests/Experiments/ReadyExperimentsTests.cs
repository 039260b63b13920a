using ActiveInas.Learning;
using ActiveInas.Runs.Configuration;
using ActiveInas.Runs.Experiments;

namespace ActiveInas.Runs.Tests.Experiments;

/// <summary>The files under experiments/, which people are told to run.</summary>
public sealed class ReadyExperimentsTests
{
    public static TheoryData<string> Files => [.. Names];

    private static string[] Names
        => [.. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "experiments"), "*.json").Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Files))]
    public void Each_describes_runs_that_can_work(string file)
    {
        // Data that may not be on this machine is replaced: everything else is checked.
        Experiment experiment = ExperimentFile.Read(Path.Combine(AppContext.BaseDirectory, "experiments", file), ["data=shapes"]);
        Assert.NotEmpty(experiment.Cells);
        Assert.NotEqual(experiment.Name, experiment.Title);
        Assert.Equal(Path.GetFileNameWithoutExtension(file), experiment.Name);
    }

    [Theory]
    [InlineData("figure2.json")]
    [InlineData("figure3.json")]
    [InlineData("figure4.json")]
    [InlineData("figure5.json")]
    [InlineData("figure6.json")]
    public void Those_of_the_paper_use_its_protocol_and_have_a_small_twin(string file)
    {
        Experiment experiment = ExperimentFile.Read(Path.Combine(AppContext.BaseDirectory, "experiments", file), ["data=shapes"]);
        Assert.All(experiment.Cells, cell =>
        {
            RunConfiguration run = cell.Configuration;
            Assert.Equal(("paper", 2000, QuerySchedule.Paper, 50_000, 1), (run.Recipe.Name, run.Initial, run.Batch, run.Budget, run.SearchSteps));
        });
        Assert.Contains(file.Replace(".json", "-small.json", StringComparison.Ordinal), Names);
    }
}
