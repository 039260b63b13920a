using ActiveInas.Runs.Experiments;
using ActiveInas.Runs.Output;
using ActiveInas.Runs.Sessions;
using ActiveInas.Runs.Store;
using ActiveInas.Runs.Tests.Support;
using ActiveInas.Tests.Shared;

namespace ActiveInas.Runs.Tests.Experiments;

/// <summary>All runs of an experiment have the same kernels, whoever starts them.</summary>
public sealed class ExperimentKernelsTests : IDisposable
{
    private const string Json =
        """{ "run": { "data": "shapes", "initial": 12, "batch": "6", "budget": 24 }, "seeds": [1, 2], "grids": [ { "query": ["random", "softmax-response"] } ] }""";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Runs_that_start_later_get_the_kernels_of_the_first()
    {
        Experiment experiment = Parse();
        ExperimentFolder folder = ExperimentFolder.Open(_folder["experiment"], experiment with { Cells = [.. experiment.Cells.Take(2)] });
        await Run(experiment with { Cells = [.. experiment.Cells.Take(2)] }, folder, FakeBackend.Parts(kernels: "first"));
        Assert.Equal("first\n", File.ReadAllText(folder.Kernels));

        // A machine whose own choice is another, and which may use the recorded ones.
        RunParts second = FakeBackend.Parts() with { ChooseKernels = recorded => recorded ?? "second" };
        await Run(experiment, folder, second);
        Assert.All(experiment.Cells, cell => Assert.Equal(("first", "first"), Recorded(folder, cell)));
    }

    [Fact]
    public async Task A_folder_of_an_earlier_version_goes_on_with_the_kernels_of_its_runs()
    {
        Experiment experiment = Parse();
        ExperimentFolder folder = ExperimentFolder.Open(_folder["experiment"], experiment);
        await ActiveInasRun.StartAsync(
            experiment.Cells[1].Configuration with { Out = folder.Cell(experiment.Cells[1].Id).Root }, parts: FakeBackend.Parts(kernels: "earlier"));
        await Run(experiment, folder, FakeBackend.Parts() with { ChooseKernels = recorded => recorded ?? "new" });
        Assert.All(experiment.Cells, cell => Assert.Equal(("earlier", "earlier"), Recorded(folder, cell)));
    }

    [Fact]
    public async Task Named_kernels_are_those_of_every_run_and_change_no_id()
    {
        string file = _folder["file.json"];
        File.WriteAllText(file, Json);
        Experiment experiment = ExperimentFile.Read(file, kernels: "named");
        Assert.Equal(Parse().Cells.Select(cell => cell.Id), experiment.Cells.Select(cell => cell.Id));
        Assert.Equal(Parse().Varying, experiment.Varying);
        ExperimentFolder folder = ExperimentFolder.Open(_folder["experiment"], experiment);
        await Run(experiment, folder, FakeBackend.Parts() with { RequireKernels = name => name });
        Assert.All(experiment.Cells, cell => Assert.Equal(("named", "named"), Recorded(folder, cell)));
        Assert.All(ExperimentFile.Read(folder.Root).Cells, cell => Assert.Equal("named", cell.Configuration.Kernels));
        Assert.All(ExperimentFile.Read(folder.Root, kernels: "Auto").Cells, cell => Assert.Null(cell.Configuration.Kernels));
    }

    [Fact]
    public async Task Kernels_other_than_those_of_the_folder_are_refused()
    {
        Experiment experiment = Parse();
        ExperimentFolder folder = ExperimentFolder.Open(_folder["experiment"], experiment);
        File.WriteAllText(folder.Kernels, "winograd-avx2-bf16\n");
        RunParts parts = FakeBackend.Parts() with { RequireKernels = name => name, ChooseKernels = recorded => recorded ?? "measured" };
        RunException error = await Assert.ThrowsAsync<RunException>(() => Run(Named(experiment, "vector-avx2-bf16"), folder, parts));
        Assert.Contains("vector-avx2-bf16", error.Message, StringComparison.Ordinal);
        Assert.Contains("winograd-avx2-bf16", error.Message, StringComparison.Ordinal);
        Assert.Contains("`out`", error.Message, StringComparison.Ordinal);

        // The same family gives the same bytes.
        await Run(Named(experiment, "winograd-avx512-bf16"), folder, parts);
        Assert.Equal("winograd-avx2-bf16", Recorded(folder, experiment.Cells[0]).Run);
    }

    [Fact]
    public async Task Named_kernels_that_are_not_usable_start_nothing()
    {
        Experiment experiment = Named(Parse(), "nonsense");
        ExperimentFolder folder = ExperimentFolder.Open(_folder["experiment"], experiment);
        ConfigurationException error = await Assert.ThrowsAsync<ConfigurationException>(() => Run(experiment, folder, FakeBackend.Parts()));
        Assert.Contains("Usable here: reference-bf16", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(folder.Kernels));
        Assert.All(experiment.Cells, cell => Assert.False(RunStore.HasRun(folder.Cell(cell.Id))));
    }

    [Fact]
    public void Kernels_do_not_vary_between_the_runs_of_an_experiment()
    {
        ConfigurationException grid = Assert.Throws<ConfigurationException>(() => ExperimentFile.Parse(
            """{ "run": { "data": "shapes" }, "grids": [ { "kernels": ["vector-avx2-bf16", "winograd-avx2-bf16"] } ] }""", "file.json"));
        Assert.Contains("'kernels' cannot vary", grid.Message, StringComparison.Ordinal);
        ConfigurationException set = Assert.Throws<ConfigurationException>(() => ExperimentFile.Parse(Json, "file.json", ["kernels=vector-avx2-bf16"]));
        Assert.Contains("`kernels`", set.Message, StringComparison.Ordinal);
        Experiment shared = ExperimentFile.Parse(Json.Replace("\"run\": {", "\"run\": { \"kernels\": \"vector-avx2-bf16\",", StringComparison.Ordinal), "file.json");
        Assert.All(shared.Cells, cell => Assert.Equal("vector-avx2-bf16", cell.Configuration.Kernels));
    }

    private static Experiment Parse() => ExperimentFile.Parse(Json, "file.json");

    private static Experiment Named(Experiment experiment, string kernels)
        => experiment with { Cells = [.. experiment.Cells.Select(cell => cell with { Configuration = cell.Configuration with { Kernels = kernels } })] };

    private static (string Run, string? Configuration) Recorded(ExperimentFolder folder, ExperimentCell cell)
    {
        RunDocument run = RunDocument.Read(folder.Cell(cell.Id));
        return (run.Kernels, run.Configuration.Kernels);
    }

    private static async Task Run(Experiment experiment, ExperimentFolder folder, RunParts parts)
    {
        ExperimentOutcome outcome = await new ExperimentRunner(experiment, folder, new ExperimentOptions(1), null, parts).RunAsync(CancellationToken.None);
        Assert.Empty(outcome.Failed);
    }
}
