using System.Diagnostics;
using ActiveInas.Data.Images;
using ActiveInas.Runs.Configuration;
using ActiveInas.Runs.Estimation;
using ActiveInas.Runs.Experiments;
using ActiveInas.Runs.Reports;
using ActiveInas.Tests.Shared;

namespace ActiveInas.Runs.Tests.Estimation;

/// <summary>Predictions beside what really happens. The machine may be busy, so the bounds are wide: the figures that count are in docs/results/estimate.md.</summary>
[Trait("Category", "Slow")]
[Collection(nameof(RunsAlone))]
public sealed class EstimatorTests : IDisposable
{
    private const double Factor = 2;

    // Other processes may disturb a measurement; a wrong prediction misses every time.
    private const int Attempts = 3;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Time_memory_and_disk_of_a_small_experiment_are_within_a_factor_of_two()
    {
        Experiment experiment = ExperimentFile.Parse(
            """
            {
              "run": { "data": "shapes", "initial": 100, "batch": "100", "budget": 300, "recipe": "quick", "space": "2,2", "recipe.training.minimumSteps": 60 },
              "seeds": [1],
              "grids": [ { "query": "softmax-response", "architecture": ["search", "A(1,2)"] } ]
            }
            """,
            "small.json");
        string[] misses = [];
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            misses = await PredictAndRunAsync(experiment, _folder[$"attempt-{attempt}"]);
            if (misses.Length == 0)
            {
                return;
            }
        }

        Assert.Fail(string.Join("; ", misses));
    }

    [Fact]
    public async Task A_search_of_several_steps_beside_a_deep_network_is_foreseen()
    {
        Experiment experiment = ExperimentFile.Parse(
            """
            {
              "run": { "data": "shapes", "imageSize": 16, "initial": 40, "batch": "40", "budget": 80, "recipe": "quick", "space": "3,2", "searchSteps": 2 },
              "grids": [ { "architecture": "search" }, { "architecture": "A(1,4)", "space": "3,4" } ]
            }
            """,
            "deep.json");
        Estimate estimate = await new Estimator(TimeSpan.FromSeconds(0.02)).EstimateAsync(experiment, null, new ExperimentOptions(1, 1), CancellationToken.None);

        // The corners of the space that is searched, and the network that is not part of it.
        Assert.Equal(["A(1,1)", "A(1,2)", "A(1,4)", "A(2,1)", "A(2,2)"], estimate.Measured.Select(network => network.Architecture.ToString()).Order(StringComparer.Ordinal));
        MethodEstimate search = estimate.Methods.Single(method => method.Name.StartsWith("search", StringComparison.Ordinal));
        Assert.True(search.Stages.Search > 0 && search.Seconds.Low < search.Seconds.Median && search.Seconds.Median < search.Seconds.High, $"{search}");
        MethodEstimate deep = estimate.Methods.Single(method => method != search);
        Assert.Equal((0, deep.Seconds.Median, deep.Seconds.Median), (deep.Stages.Search, deep.Seconds.Low, deep.Seconds.High));
        Assert.Equal(deep.Stages.Total, deep.Seconds.Median, 6);
        Assert.Equal(search.Seconds.Median + deep.Seconds.Median, estimate.Seconds.Median, 6);
        Assert.True(estimate.Disk.Low < estimate.Disk.High && estimate.Disk.High < estimate.PeakDisk.High, $"{estimate.Disk} {estimate.PeakDisk}");
    }

    [Fact]
    public async Task An_unlabelled_pool_is_predicted_with_the_classes_of_the_configuration()
    {
        for (int i = 0; i < 30; i++)
        {
            File.WriteAllBytes(_folder[$"{i}.png"], PngFile.Encode(Enumerable.Repeat((byte)i, 8 * 8 * 3).ToArray(), 8, 8));
        }

        RunConfiguration configuration = new() { Data = _folder.Path, Classes = ["cat", "dog"], Initial = 10, Batch = new(10), Budget = 20, Oracle = OracleKind.File, Labels = "labels.csv", Space = new(1, 1) };
        Experiment one = new() { Name = "one", Title = "one", Varying = [], Cells = [new ExperimentCell("id", [], configuration)] };
        Estimate estimate = await new Estimator(TimeSpan.FromSeconds(0.02)).EstimateAsync(one, null, new ExperimentOptions(1, 1), CancellationToken.None);
        Assert.Contains("2 classes", Assert.Single(estimate.Measured.Select(network => network.Conditions).Distinct()), StringComparison.Ordinal);
    }

    private static async Task<string[]> PredictAndRunAsync(Experiment experiment, string path)
    {
        ExperimentOptions options = new(2, 1);
        Estimate estimate = await new Estimator(TimeSpan.FromSeconds(0.3)).EstimateAsync(experiment, null, options, CancellationToken.None);
        Assert.Equal((2, 0, 2, 1), (estimate.Runs, estimate.Finished, estimate.Jobs, estimate.Threads));
        Assert.Equal(2, estimate.Methods.Count);

        ExperimentFolder folder = ExperimentFolder.Open(path, experiment);
        Stopwatch clock = Stopwatch.StartNew();
        ExperimentOutcome outcome = await new ExperimentRunner(experiment, folder, options).RunAsync(CancellationToken.None);
        double seconds = clock.Elapsed.TotalSeconds;
        Assert.Equal(2, outcome.Finished);

        Estimate again = await new Estimator(TimeSpan.FromSeconds(0.05)).EstimateAsync(experiment, folder, options, CancellationToken.None);
        Assert.Equal((0, 2, 0.0), (again.Runs, again.Finished, again.Seconds.Median));

        // The memory of the test process is not that of the command.
        Assert.InRange(estimate.Memory.Median, 50e6, 2e9);
        return [.. new[] { Miss(estimate.Seconds.Median, seconds, "seconds"), Miss(estimate.Disk.Median, Size(folder.Root), "bytes on disk") }.OfType<string>()];
    }

    private static string? Miss(double predicted, double actual, string what)
        => predicted <= actual * Factor && predicted >= actual / Factor ? null : $"{predicted:G4} {what} predicted, {actual:G4} seen; wanted within a factor of {Factor}";

    private static double Size(string folder) => new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => (double)file.Length);
}

/// <summary>Tests that measure time run when no other test of this project does.</summary>
[CollectionDefinition(nameof(RunsAlone), DisableParallelization = true)]
public sealed class RunsAlone;
