using System.Text.Json.Nodes;
using ActiveInas.Learning;
using ActiveInas.Runs.Configuration;
using ActiveInas.Runs.Folder;
using ActiveInas.Runs.Output;
using ActiveInas.Runs.Sessions;
using ActiveInas.Runs.Tests.Support;
using ActiveInas.Tests.Shared;
using Dapper;
using Microsoft.Data.Sqlite;

namespace ActiveInas.Runs.Tests.Sessions;

/// <summary>Stopping rules through a whole run: the reason is stored and shown, and a resumed run decides the same.</summary>
public sealed class StoppingRunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_budget_is_a_reason_too()
    {
        RunDocument run = await Start(new RunConfiguration());

        Assert.Equal(new LearningStop(LearningEnd.BudgetSpent, "40 labels: the budget of 40 is spent"), run.End);
        Assert.Equal("budget", (string)JsonNode.Parse(run.ToJson())!["end"]!["rule"]!);
        Assert.EndsWith("finished: 40 labels: the budget of 40 is spent", File.ReadAllText(_folder["run/log.txt"]).TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rule_that_holds_ends_the_run_and_is_stored()
    {
        RunDocument run = await Start(new RunConfiguration { StopAccuracy = 0.01 });

        Assert.Single(run.Rounds);
        Assert.Equal(LearningEnd.AccuracyReached, run.End!.Rule);
        Assert.Equal(run.End, RunDocument.Read(RunFolder.At(_folder["run"])).End);
        Assert.Equal(RunState.Finished, run.State);
        Assert.True(File.Exists(_folder["run/model/model.safetensors"]));
    }

    [Fact]
    public async Task Agreement_is_recorded_for_each_round_but_the_first()
    {
        RunDocument run = await Start(new RunConfiguration { StopKappa = new(1, 9) });

        Assert.Equal([2, 3], run.Kappas.Keys.Order());
        Assert.All(run.Kappas.Values, kappa => Assert.InRange(kappa, -1, 1));
        JsonArray rounds = JsonNode.Parse(run.ToJson())!["rounds"]!.AsArray();
        Assert.Null(rounds[0]!["kappa"]);
        Assert.Equal(run.Kappas[2], (double)rounds[1]!["kappa"]!);
    }

    [Fact]
    public async Task Killed_before_any_step_it_ends_the_same()
    {
        List<string> moments = [];
        RunConfiguration configuration = new() { StopKappa = new(-1, 2), Query = "random" };
        RunDocument whole = await Start(configuration, FakeBackend.Parts(moment =>
        {
            ActiveInasRunTests.CopyFolder(_folder["run"], _folder[$"killed-{moments.Count}"]);
            moments.Add(moment);
        }));
        Assert.Equal((3, LearningEnd.Agreement), (whole.Rounds.Count, whole.End!.Rule));
        for (int i = 0; i < moments.Count; i++)
        {
            RunDocument resumed = await ActiveInasRun.ResumeAsync(_folder[$"killed-{i}"], parts: FakeBackend.Parts());

            Assert.Equal(whole.End, resumed.End);
            Assert.Equal(whole.Kappas, resumed.Kappas);
        }
    }

    [Fact]
    public async Task Time_counts_over_all_sessions()
    {
        using CancellationTokenSource stop = new();
        RunParts parts = FakeBackend.Parts(moment =>
        {
            if (moment == "round-02/train")
            {
                stop.Cancel();
            }
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Start(new RunConfiguration { StopHours = 2 }, parts, stop.Token));
        using (SqliteConnection connection = new($"Data Source={_folder["run/run.db"]};Pooling=False"))
        {
            connection.Open();
            connection.Execute("UPDATE runs SET seconds = 9000");
        }

        RunDocument run = await ActiveInasRun.ResumeAsync(_folder["run"], parts: FakeBackend.Parts());

        Assert.Equal((2, LearningEnd.TimeSpent), (run.Rounds.Count, run.End!.Rule));
        Assert.Matches(@"^2\.5\d* hours of wall-clock over all sessions: 2 were allowed$", run.End.Reason);
    }

    [Theory]
    [InlineData("stopAccuracy", "0", "`stopAccuracy` 0 is out of range")]
    [InlineData("stopAccuracy", "1.5", "`stopAccuracy` 1.5 is out of range")]
    [InlineData("stopHours", "-1", "`stopHours` -1 is out of range")]
    [InlineData("stopPlateau", "much", "stopPlateau is 'much'; it must be VALUE or VALUE:ROUNDS")]
    [InlineData("stopKappa", "2", "`stopKappa` '2'")]
    [InlineData("stopPlateau", "{}", "it must be VALUE or")]
    public void A_rule_that_cannot_work_is_refused(string key, string value, string message)
    {
        string json = value == "{}" || double.TryParse(value, out _) ? value : $"\"{value}\"";

        ConfigurationException exception = Assert.Throws<ConfigurationException>(
            () => RunConfiguration.FromJson($$"""{ "{{key}}": {{json}} }""", "test").RequireValid());

        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_fixed_architecture_has_no_validation_accuracy_to_stop_at()
    {
        RunConfiguration configuration = new() { Architecture = new(1, 1), StopPlateau = new(0.01, 3) };

        Assert.Contains("`stopKappa` or `stopHours`", Assert.Throws<ConfigurationException>(() => configuration.RequireValid()).Message, StringComparison.Ordinal);
        (configuration with { StopPlateau = null, StopKappa = new(0.99, 2), StopHours = 0.5 }).RequireValid();
    }

    private Task<RunDocument> Start(RunConfiguration configuration, RunParts? parts = null, CancellationToken cancellation = default)
        => ActiveInasRun.StartAsync(
            configuration with { Data = "shapes", Space = new(2, 2), Initial = 10, Batch = new(10), Budget = 40, Out = _folder["run"], Threads = 1 },
            parts: parts ?? FakeBackend.Parts(),
            cancellation: cancellation);
}
