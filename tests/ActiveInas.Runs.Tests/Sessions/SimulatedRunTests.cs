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
            Simulate = "imbalance=2,duplicates=0.2,noise=0.1",
            Space = "1,1",
            Initial = 10,
            Batch = "10",
            Budget = 30,
            Out = folder["run"],
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ActiveInasRun.StartAsync(
            configuration, parts: FakeBackend.Parts(moment => _ = moment == "round-02/train" ? Cancel(stop) : 0), cancellation: stop.Token));

        RunDocument run = await ActiveInasRun.ResumeAsync(folder["run"], parts: FakeBackend.Parts());

        Assert.Equal("finished", run.State);
        Assert.Equal("imbalance=2,duplicates=0.2,noise=0.1", run.Configuration.Simulate);
        Assert.Contains("44 images; labels as given: a ", File.ReadAllText(folder["run/log.txt"]), StringComparison.Ordinal);
    }

    [Fact]
    public void Labels_from_outside_cannot_be_simulated()
        => Assert.Contains(
            "--simulate",
            Assert.Throws<ConfigurationException>(() => new RunConfiguration { Simulate = "noise=0.1", Oracle = "file", Labels = "x" }.Validate()).Message,
            StringComparison.Ordinal);

    private static int Cancel(CancellationTokenSource stop)
    {
        stop.Cancel();
        return 0;
    }
}
