using ActiveInas.Data;
using ActiveInas.Runs.Configuration;
using ActiveInas.Runs.Output;
using ActiveInas.Runs.Sessions;
using ActiveInas.Runs.Tests.Support;
using ActiveInas.Tests.Shared;

namespace ActiveInas.Runs.Tests.Sessions;

public sealed class SimulatedRunTests
{
    [Fact]
    public async Task A_run_records_its_simulation_and_a_resume_repeats_it()
    {
        using TemporaryFolder folder = new();
        using CancellationTokenSource stop = new();
        RunConfiguration configuration = new()
        {
            Data = "shapes",
            Simulate = new(2, 0.2, 0.1),
            Space = new(1, 1),
            Initial = 10,
            Batch = new(10),
            Budget = 30,
            Out = folder["run"],
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ActiveInasRun.StartAsync(
            configuration, parts: FakeBackend.Parts(moment => _ = moment == "round-02/train" ? Cancel(stop) : 0), cancellation: stop.Token));

        RunDocument run = await ActiveInasRun.ResumeAsync(folder["run"], parts: FakeBackend.Parts());

        Assert.Equal(RunState.Finished, run.State);
        Assert.Equal(new Simulation(2, 0.2, 0.1), run.Configuration.Simulate);
        Assert.Contains("44 images; labels as given: a ", File.ReadAllText(folder["run/log.txt"]), StringComparison.Ordinal);
    }

    [Fact]
    public void Labels_from_outside_cannot_be_simulated()
        => Assert.Contains(
            "`simulate`",
            Assert.Throws<ConfigurationException>(() => new RunConfiguration { Simulate = new(Noise: 0.1), Oracle = OracleKind.File, Labels = "x" }.RequireValid()).Message,
            StringComparison.Ordinal);

    private static int Cancel(CancellationTokenSource stop)
    {
        stop.Cancel();
        return 0;
    }
}
