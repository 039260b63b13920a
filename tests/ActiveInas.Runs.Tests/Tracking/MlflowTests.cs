using System.Text.Json.Nodes;
using ActiveInas.Data;
using ActiveInas.Learning;
using ActiveInas.Runs.Configuration;
using ActiveInas.Runs.Folder;
using ActiveInas.Runs.Output;
using ActiveInas.Runs.Sessions;
using ActiveInas.Runs.Store;
using ActiveInas.Runs.Tests.Support;
using ActiveInas.Runs.Tracking;
using ActiveInas.Tests.Shared;
using ActiveInas.Training;

namespace ActiveInas.Runs.Tests.Tracking;

/// <summary>Whole runs copied to a server that enforces MLflow's limits.</summary>
public sealed class MlflowTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly MlflowServer _server = new();
    private readonly HttpClient _http = new();

    public void Dispose()
    {
        _http.Dispose();
        _server.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Rounds_arrive_over_their_labels()
    {
        RunDocument run = await Start();
        TrackResult result = await Track();

        MlflowRun tracked = Assert.Single(_server.Runs);
        Assert.Equal((tracked.Id, true, tracked.Metrics.Count), (result.Run, result.IsNew, result.Metrics));
        AssertSeries(tracked, "test_accuracy", run.Rounds.Select(round => ((long)round.Labels, round.Test!.Accuracy)));
        AssertSeries(tracked, "test_loss", run.Rounds.Select(round => ((long)round.Labels, round.Test!.Loss)));
        AssertSeries(tracked, "test_calibration_error", run.Rounds.Select(round => ((long)round.Labels, 0.1)));
        AssertSeries(tracked, "test_accuracy/a", run.Rounds.Select(round => ((long)round.Labels, round.Test!.ClassAccuracy[0])));
        AssertSeries(tracked, "test_accuracy/c", run.Rounds.Select(round => ((long)round.Labels, 1.0)));
        AssertSeries(tracked, "parameters", run.Rounds.Select(round => ((long)round.Labels, (double)round.Parameters)));
        AssertSeries(tracked, "flops", run.Rounds.Select(round => ((long)round.Labels, (double)round.Flops)));
        AssertSeries(tracked, "blocks", run.Rounds.Select(round => ((long)round.Labels, (double)round.Architecture.Blocks)));
        AssertSeries(tracked, "stacks", run.Rounds.Select(round => ((long)round.Labels, (double)round.Architecture.Stacks)));
        AssertSeries(tracked, "train_loss", run.Rounds.Select(round => ((long)round.Labels, round.TrainLoss)));
        AssertSeries(tracked, "train_seconds", run.Rounds.Select(round => ((long)round.Labels, round.TrainSeconds)));
        AssertSeries(tracked, "search_seconds", run.Rounds.Select(round => ((long)round.Labels, round.Search!.Seconds)));
    }

    [Fact]
    public async Task Values_that_are_no_numbers_are_left_out()
    {
        RunDocument run = await Start();
        Assert.All(run.Rounds, round => Assert.True(double.IsNaN(round.Test!.ClassAccuracy[1])));
        using (RunStore store = RunStore.OpenWriter(_folder["run/run.db"]))
        {
            store.InsertMetrics([new MetricRow { Key = "round-09/train", Name = "loss", Step = 1, Value = null }, new MetricRow { Key = "round-09/train", Name = "loss", Step = 2, Value = 3 }]);
        }

        await Track();
        Assert.DoesNotContain(Assert.Single(_server.Runs).Metrics, metric => metric.Key == "test_accuracy/b");
        AssertSeries(_server.Runs[0], "round-09/train/loss", [(2, 3)]);
    }

    [Fact]
    public async Task Trainings_arrive_over_their_steps_under_names_that_are_allowed()
    {
        RunDocument run = await Start();
        await Track();

        MlflowRun tracked = Assert.Single(_server.Runs);
        AssertSeries(tracked, "round-04/train/loss", [(1, 1), (2, 0.5), (3, 1.0 / 3)]);
        AssertSeries(tracked, "round-04/train/images_per_second", [(1, 1000), (2, 1000), (3, 1000)]);
        foreach (RoundRecord round in run.Rounds)
        {
            foreach (string key in round.Search!.Candidates.Select(candidate => $"round-{round.Round:00}/search/A-{candidate.Architecture.Blocks}-{candidate.Architecture.Stacks}-/loss"))
            {
                AssertSeries(tracked, key, [(1, 1), (2, 0.5), (3, 1.0 / 3)]);
            }
        }
    }

    [Fact]
    public async Task The_configuration_arrives_as_params_and_the_origin_as_tags()
    {
        RunDocument run = await Start(Configuration() with { Classes = ["a", "b", "c"] });
        await Track();

        MlflowRun tracked = Assert.Single(_server.Runs);
        Assert.Equal("ours", _server.Experiments.Single(experiment => experiment.Id == tracked.Experiment).Name);
        Assert.Equal(run.Run, tracked.Name);
        Assert.Equal(DateTimeOffset.Parse(run.CreatedAt).ToUnixTimeMilliseconds(), tracked.StartTime);
        Assert.Equal((run.Run, run.Version, "fake-kernels"), (tracked.Tags["ainas.run"], tracked.Tags["ainas.version"], tracked.Tags["ainas.kernels"]));
        Assert.Equal("ainas", tracked.Tags["mlflow.source.name"]);
        Assert.Equal(("shapes", "10", "40", "5"), (tracked.Params["data"], tracked.Params["initial"], tracked.Params["budget"], tracked.Params["seed"]));
        Assert.Equal("[\"a\",\"b\",\"c\"]", tracked.Params["classes"]);
        Assert.Equal("", tracked.Params["stopHours"]);
        Assert.Equal($"{run.Configuration.Recipe.BatchSize}", tracked.Params["recipe.batchSize"]);
    }

    [Fact]
    public async Task A_finished_run_is_finished_at_its_last_round()
    {
        await Start();
        await Track();
        MlflowRun tracked = Assert.Single(_server.Runs);
        Assert.Equal(("FINISHED", tracked.Metrics.Max(metric => metric.Timestamp)), (tracked.Status, tracked.EndTime));
    }

    [Fact]
    public async Task A_run_under_way_adds_what_is_new_and_its_state()
    {
        TaskCompletionSource inside = new();
        using ManualResetEventSlim goOn = new();
        Task<RunDocument> running = Task.Run(() => Start(parts: FakeBackend.Parts(moment =>
        {
            if (moment == "round-03/train")
            {
                inside.TrySetResult();
                goOn.Wait();
            }
        })));
        Assert.Same(inside.Task, await Task.WhenAny(inside.Task, running));
        TrackResult first = await Track();
        Assert.Equal(("RUNNING", null), (_server.Runs[0].Status, _server.Runs[0].EndTime));
        Assert.Equal([10, 20], Steps("test_accuracy"));
        goOn.Set();
        await running;

        TrackResult second = await Track();
        Assert.Equal((first.Run, false), (second.Run, second.IsNew));
        Assert.Equal("FINISHED", Assert.Single(_server.Runs).Status);
        Assert.Equal([10, 20, 30, 40], Steps("test_accuracy"));
        Assert.Equal(first.Metrics + second.Metrics, _server.Runs[0].Metrics.Count);
        AssertNothingTwice();
    }

    [Fact]
    public async Task A_stopped_run_is_killed_until_it_goes_on()
    {
        await Assert.ThrowsAsync<TrainingException>(() => Start(parts: FakeBackend.Parts(moment =>
        {
            if (moment == "round-02/train step 2")
            {
                throw new TrainingException("stopped by the test");
            }
        })));
        await Track();
        Assert.Equal("KILLED", _server.Runs[0].Status);
        Assert.Empty(Steps("round-02/train/loss"));

        await ActiveInasRun.ResumeAsync(_folder["run"], parts: FakeBackend.Parts());
        await Track();
        Assert.Equal("FINISHED", Assert.Single(_server.Runs).Status);
        Assert.Equal([10, 20, 30, 40], Steps("test_accuracy"));
        Assert.Equal(3, Steps("round-02/train/loss")[^1]);
        AssertNothingTwice();
    }

    [Fact]
    public async Task A_run_without_a_round_is_there_with_its_params()
    {
        await StartAndStop();
        Assert.Equal(0, (await Track()).Metrics);
        MlflowRun tracked = Assert.Single(_server.Runs);
        Assert.Equal(("KILLED", null, "shapes"), (tracked.Status, tracked.EndTime, tracked.Params["data"]));
    }

    [Fact]
    public async Task A_second_call_sends_nothing_but_the_state()
    {
        await Start();
        TrackResult first = await Track();
        int before = _server.Runs[0].Metrics.Count;
        _server.Calls.Clear();

        TrackResult second = await Track();
        Assert.Equal(new TrackResult(first.Run, 0, false), second);
        Assert.Equal(["runs/get", "runs/update"], _server.Calls);
        Assert.Equal(before, Assert.Single(_server.Runs).Metrics.Count);
    }

    [Fact]
    public async Task More_metrics_than_a_request_holds_are_split()
    {
        await Start();
        using (RunStore store = RunStore.OpenWriter(_folder["run/run.db"]))
        {
            store.InsertMetrics([.. Enumerable.Range(1, 2500).Select(step => new MetricRow { Key = "round-09/train", Name = "loss", Step = step, Value = 1.0 / step })]);
        }

        await Track();
        AssertSeries(Assert.Single(_server.Runs), "round-09/train/loss", Enumerable.Range(1, 2500).Select(step => ((long)step, 1.0 / step)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_run_that_was_deleted_on_the_server_is_made_anew_with_everything(bool inTheBin)
    {
        await Start();
        await Track();
        MlflowRun old = _server.Runs[0];
        old.IsDeleted = inTheBin;
        if (!inTheBin)
        {
            _server.Runs.Clear();
        }

        TrackResult result = await Track();
        MlflowRun made = _server.Runs[^1];
        Assert.True(result.IsNew);
        Assert.NotSame(old, made);
        Assert.Equal(old.Metrics, made.Metrics);
        Assert.Equal(old.Params, made.Params);
        Assert.Equal("FINISHED", made.Status);
        Assert.Equal(new TrackResult(made.Id, 0, false), await Track());
    }

    [Fact]
    public async Task Another_server_gets_everything()
    {
        await Start();
        await Track();
        using MlflowServer other = new();
        Assert.True((await Track(other)).IsNew);
        Assert.Equal(_server.Runs[0].Metrics, Assert.Single(other.Runs).Metrics);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public async Task A_call_that_fails_goes_on_in_the_same_run(int batch)
    {
        await Start();
        int batches = 0;
        _server.Instead = call => call == "runs/log-batch" && ++batches == batch ? (400, "{\"error_code\":\"INVALID_STATE\",\"message\":\"not now\"}") : null;
        await Assert.ThrowsAsync<TrackingException>(() => Track());
        TrackResult result = await Track();

        MlflowRun tracked = Assert.Single(_server.Runs);
        Assert.False(result.IsNew);
        Assert.Equal(("FINISHED", "shapes"), (tracked.Status, tracked.Params["data"]));
        Assert.Equal([10, 20, 30, 40], Steps("test_accuracy"));
        Assert.Equal([1, 2, 3], Steps("round-04/train/loss"));
        AssertNothingTwice();
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("5")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"server\":")]
    [InlineData("{\"server\":1,\"run\":\"x\",\"sent\":[]}")]
    [InlineData("{\"server\":\"ADDRESS\",\"run\":null,\"sent\":[]}")]
    [InlineData("{\"server\":\"ADDRESS\",\"run\":\"x\"}")]
    [InlineData("{\"server\":\"ADDRESS\",\"run\":\"x\",\"sent\":null}")]
    [InlineData("{\"server\":\"ADDRESS\",\"run\":\"x\",\"sent\":[{}]}")]
    public async Task A_damaged_memory_of_what_was_sent_is_refused_by_name(string text)
    {
        await StartAndStop();
        string path = _folder["run/mlflow.json"];
        File.WriteAllText(path, text.Replace("ADDRESS", _server.Address, StringComparison.Ordinal));
        DataException error = await Assert.ThrowsAsync<DataException>(() => Track());
        Assert.StartsWith($"{path} is damaged (", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("delete it, and the run is sent again as a new one.", error.Message, StringComparison.Ordinal);
        Assert.Empty(_server.Calls);
    }

    [Fact]
    public async Task The_memory_names_server_run_and_parts()
    {
        await Start();
        TrackResult result = await Track();
        JsonObject memory = JsonNode.Parse(File.ReadAllText(_folder["run/mlflow.json"]))!.AsObject();
        Assert.Equal((_server.Address, result.Run), ((string)memory["server"]!, (string)memory["run"]!));
        Assert.Superset(new HashSet<string> { "params", "round/1", "round/4", "training/round-04/train" }, memory["sent"]!.AsArray().Select(part => (string)part!).ToHashSet());
    }

    [Fact]
    public async Task Classes_with_awkward_names_arrive_apart()
    {
        Dataset data = FakeBackend.Data() with { Classes = ["../猫", "犬", "a//b/"] };
        RunDocument run = await Start(parts: FakeBackend.Parts(data: data));
        await Track();
        AssertSeries(Assert.Single(_server.Runs), "test_accuracy/-/-", run.Rounds.Select(round => ((long)round.Labels, round.Test!.ClassAccuracy[0])));
        AssertSeries(_server.Runs[0], "test_accuracy/a/-/b/-", run.Rounds.Select(round => ((long)round.Labels, 1.0)));
    }

    private static RunConfiguration Configuration() => new() { Initial = 10, Batch = new(10), Budget = 40, Seed = 5 };

    private static void AssertSeries(MlflowRun run, string key, IEnumerable<(long Step, double Value)> points)
        => Assert.Equal(points, run.Metrics.Where(metric => metric.Key == key).Select(metric => (metric.Step, metric.Value)));

    private long[] Steps(string key) => [.. _server.Runs[0].Metrics.Where(metric => metric.Key == key).Select(metric => metric.Step)];

    private void AssertNothingTwice()
        => Assert.All(_server.Runs[0].Metrics.GroupBy(metric => (metric.Key, metric.Step)), points => Assert.Single(points));

    private Task<RunDocument> Start(RunConfiguration? configuration = null, RunParts? parts = null)
        => ActiveInasRun.StartAsync((configuration ?? Configuration()) with { Out = _folder["run"] }, parts: parts ?? FakeBackend.Parts());

    private Task<TrainingException> StartAndStop()
        => Assert.ThrowsAsync<TrainingException>(() => Start(parts: FakeBackend.Parts(_ => throw new TrainingException("stopped by the test"))));

    private async Task<TrackResult> Track(MlflowServer? server = null)
    {
        Uri address = new((server ?? _server).Address);
        using MlflowTracker tracker = new(new MlflowClient(_http, address) { FirstPause = TimeSpan.FromMilliseconds(1) }, address, "ours");
        return await tracker.TrackAsync(RunFolder.At(_folder["run"]), null, CancellationToken.None);
    }
}
