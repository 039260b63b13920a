using System.Diagnostics;
using ActiveInas.Estimation;
using ActiveInas.Experiments;
using ActiveInas.Runs;
using ActiveInas.Tests.Runs;

namespace ActiveInas.Tests.Estimation;

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
              "run": { "data": "shapes", "initial": 100, "batch": "100", "budget": 300, "space": "2,2", "recipe.training.minimumSteps": 60 },
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
        Assert.Equal((0, 2, 0.0), (again.Runs, again.Finished, again.Seconds));

        // The memory of the test process is not that of the command.
        Assert.InRange(estimate.Memory, 50e6, 2e9);
        return [.. new[] { Miss(estimate.Seconds, seconds, "seconds"), Miss(estimate.Disk, Size(folder.Root), "bytes on disk") }.OfType<string>()];
    }

    private static string? Miss(double predicted, double actual, string what)
        => predicted <= actual * Factor && predicted >= actual / Factor ? null : $"{predicted:G4} {what} predicted, {actual:G4} seen; wanted within a factor of {Factor}";

    private static double Size(string folder) => new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => (double)file.Length);
}

/// <summary>Tests that measure time run when no other test of this project does.</summary>
[CollectionDefinition(nameof(RunsAlone), DisableParallelization = true)]
public sealed class RunsAlone;
