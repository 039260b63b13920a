using ActiveInas.Compute;
using ActiveInas.Data;
using ActiveInas.Runs.Configuration;
using ActiveInas.Runs.Models;
using ActiveInas.Runs.Output;
using ActiveInas.Runs.Sessions;
using ActiveInas.Tests.Shared;

namespace ActiveInas.PublicApi.Tests;

/// <summary>What docs/models.md promises to programs: a trained network outside of its run.</summary>
public sealed class SavedModelTests
{
    [Fact]
    public async Task The_network_of_a_run_is_evaluated_as_the_run_did()
    {
        using TemporaryFolder folder = new();
        DataRequest shapes = new("shapes", ImageSize: 8);
        RunConfiguration configuration = new()
        {
            Data = shapes.Source,
            ImageSize = shapes.ImageSize,
            Architecture = new(1, 1),
            Initial = 20,
            Batch = new(10),
            Budget = 20,
            Recipe = Given.recipe,
            Out = folder["run"],
        };
        RunDocument run = await ActiveInasRun.StartAsync(configuration);
        Dataset data = await DataSources.LoadAsync(shapes);

        using IDevice device = KernelTable.FindUsable(run.Kernels)!.Open(1);
        using SavedModel model = SavedModel.Load(folder["run"], device);
        ModelEvaluation found = model.Evaluate(data.Test!, data.Classes);

        Assert.Equal(run.Classes, model.Classes);
        Assert.Equal(run.Rounds[^1].Test!.Accuracy, found.Evaluation.Accuracy);
    }
}
