using ActiveInas.Querying;
using ActiveInas.Runs.Configuration;
using ActiveInas.Runs.Output;
using ActiveInas.Runs.Sessions;
using ActiveInas.Runs.Store;
using ActiveInas.Runs.Tests.Support;
using ActiveInas.Tests.Shared;

namespace ActiveInas.Runs.Tests.Sessions;

// The lines of the README.
public sealed class LeastConfidentQuery : ScoreQuery
{
    public override string Name => "least-confident";
    public override QueryNeeds Needs => QueryNeeds.Probabilities;
    public override bool LargestFirst => false;
    public override double[] Score(QueryContext context, CancellationToken cancellation)
        => [.. context.Probabilities!.Chunk(context.Classes).Select(row => (double)row.Max())];
}

/// <summary>A strategy that is not in the registry.</summary>
public sealed class OwnStrategyTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>Every row, and a wrapper around one.</summary>
    public static TheoryData<string> Strategies => [.. QueryStrategies.Rows.Select(row => row.Name), "power:entropy", "class-balanced:badge"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_class_of_the_users_own_runs_stops_and_resumes_and_is_recorded()
    {
        RunParts own = FakeBackend.Parts() with { Query = new LeastConfidentQuery() };
        RunConfiguration configuration = new() { Data = "shapes", Space = new(1, 1), Initial = 10, Batch = new(10), Budget = 30 };

        RunDocument run = await ActiveInasRun.StartAsync(configuration with { Out = _folder["own"] }, parts: own);
        RunDocument same = await ActiveInasRun.StartAsync(configuration with { Out = _folder["same"], Query = "softmax-response" }, parts: FakeBackend.Parts());

        Assert.Equal("least-confident", run.Configuration.Query);
        Assert.Equal(["initial", "least-confident", "least-confident"], run.Queries.Select(query => query.Strategy));
        Assert.Equal(File.ReadAllText(_folder["same/queries/round_02.csv"]), File.ReadAllText(_folder["own/queries/round_02.csv"]));
        Assert.Equal(same.Rounds.Select(round => round.Test!.Accuracy), run.Rounds.Select(round => round.Test!.Accuracy));
    }

    [Fact]
    public async Task A_resume_needs_the_class_again()
    {
        using CancellationTokenSource stop = new();
        RunParts own = FakeBackend.Parts(moment =>
        {
            if (moment == "round-02/train")
            {
                stop.Cancel();
            }
        }) with
        { Query = new LeastConfidentQuery() };
        RunConfiguration configuration = new() { Data = "shapes", Space = new(1, 1), Initial = 10, Batch = new(10), Budget = 30, Out = _folder["own"] };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ActiveInasRun.StartAsync(configuration, parts: own, cancellation: stop.Token));

        ConfigurationException exception = await Assert.ThrowsAsync<ConfigurationException>(() => ActiveInasRun.ResumeAsync(_folder["own"], parts: FakeBackend.Parts()));
        RunDocument run = await ActiveInasRun.ResumeAsync(_folder["own"], parts: FakeBackend.Parts() with { Query = new LeastConfidentQuery() });

        Assert.Contains("'least-confident'", exception.Message, StringComparison.Ordinal);
        Assert.Equal(3, run.Rounds.Count);
    }

    [Theory]
    [MemberData(nameof(Strategies))]
    public async Task Every_strategy_leaves_its_scores_and_ranks_in_the_run(string name)
    {
        RunConfiguration configuration = new()
        {
            Data = "shapes",
            Query = name,
            Architecture = new(1, 1),
            Initial = 10,
            Batch = new(10),
            Budget = 20,
            McPasses = 5,
            Out = _folder["run"],
        };

        RunDocument run = await ActiveInasRun.StartAsync(configuration, parts: FakeBackend.Parts());

        Assert.Equal(name, run.Queries[1].Strategy);
        using RunStore store = RunStore.OpenReader(_folder["run/run.db"]);
        IReadOnlyList<QueryPick> picks = store.FindQuery(1)!.Picks;
        Assert.Equal(Enumerable.Range(1, 10), picks.Select(pick => pick.Rank));
        Assert.All(picks, pick => Assert.True(double.IsFinite(pick.Score)));
        string[] lines = File.ReadAllLines(_folder["run/queries/round_01.csv"]);
        Assert.Equal(picks.Select(pick => $"{pick.Id},train/{pick.Id.Value:000}.png,"), lines.Skip(1).Select(line => line[..(line.IndexOf(".png,", StringComparison.Ordinal) + 5)]));
    }
}
