using ActiveInas.Architectures;
using ActiveInas.Compute;
using ActiveInas.Data;
using ActiveInas.Training;

namespace ActiveInas.Runs.Tests.Support;

/// <summary>Trainings of the generated set on 8x8 pixels that take about a second.</summary>
internal static class TrialJobs
{
    private static readonly Recipe s_recipe = RecipeFile.Parse(
        """
        {
          "basedOn": "quick", "name": "tiny", "batchSize": 8, "averageShare": 0.2,
          "training": { "epochs": 2, "minimumSteps": 30 }, "candidate": { "epochs": 3, "minimumSteps": 24 }
        }
        """,
        "test");

    /// <summary>Loads what the jobs train on.</summary>
    public static Dataset Data { get; } = DataSources.Load(new DataRequest("shapes", ImageSize: 8));

    /// <summary>A candidate of the search.</summary>
    public static TrialJob Candidate { get; } = Of("round-01/search/A(1,2)", 16);

    /// <summary>The training of a round.</summary>
    public static TrialJob Round { get; } = Of("round-01/train", 0);

    /// <summary>The training of a round, with so many steps.</summary>
    public static TrialJob RoundOf(int steps) => Round with
    {
        Request = Round.Request with { Recipe = s_recipe with { Training = s_recipe.Training with { MinimumSteps = steps } } },
    };

    /// <summary>Samples 0 to 39 of the pool and so many behind them to validate on.</summary>
    private static TrialJob Of(string key, int validation)
    {
        LabelledSample[] samples = [.. Enumerable.Range(0, 40 + validation).Select(i => new LabelledSample(new SampleId(i), Data.Train.Labels[i]))];
        TrialRequest request = new(key, new Architecture(1, 2), Data.Classes.Count, samples[..40], samples[40..], s_recipe, Seed: 7);
        return new TrialJob(new TrialData(new DataRequest("shapes", ImageSize: 8), Data.Classes, DatasetFingerprint.Of(Data)), KernelFamily.Winograd, request);
    }
}
