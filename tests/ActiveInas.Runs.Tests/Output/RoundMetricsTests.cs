using System.Globalization;
using System.Text.Json.Nodes;
using ActiveInas.Learning;
using ActiveInas.Runs.Folder;
using ActiveInas.Runs.Live;
using ActiveInas.Runs.Output;
using ActiveInas.Runs.Store;
using ActiveInas.Runs.Tests.Support;
using ActiveInas.Runs.Tracking;
using ActiveInas.Tests.Shared;

namespace ActiveInas.Runs.Tests.Output;

/// <summary>Every metric of the one table arrives in every output, under its name and with the value of the record.</summary>
public sealed class RoundMetricsTests : IDisposable
{
    private static readonly RoundRecord s_round = Samples.Round(1, 250, Samples.Search());
    private readonly TemporaryFolder _folder = new();

    public RoundMetricsTests()
    {
        using RunStore store = RunStore.OpenWriter(_folder["run.db"]);
        store.InsertRun(Samples.Run());
        store.InsertSearch(1, Samples.Search());
        store.InsertRound(s_round);
        new OutputFiles(RunFolder.At(_folder.Path), store).WriteRounds();
    }

    public static TheoryData<string> Keys => [.. RoundMetrics.All.Select(metric => metric.Key)];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Keys))]
    public void A_metric_is_in_csv_json_lines_the_document_and_TensorBoard(string key)
    {
        RoundMetric metric = Metric(key);
        double value = metric.Of(s_round)!.Value;
        string[] csv = File.ReadAllLines(_folder["rounds.csv"]);
        Assert.Equal(value, double.Parse(csv[1].Split(',')[Array.IndexOf(csv[0].Split(','), key)], CultureInfo.InvariantCulture));
        Assert.Equal(value, (double)JsonNode.Parse(File.ReadAllLines(_folder["metrics.jsonl"])[0])![key]!);
        Assert.Equal(value, (double)JsonNode.Parse(RunDocument.Read(RunFolder.At(_folder.Path)).ToJson())!["rounds"]![0]![key]!);
        byte[] events = File.ReadAllBytes(Path.Combine(_folder["tb"], TensorBoardFile.Name));
        Assert.Equal((float)value, EventFileReader.Read(events)[1].Scalars[metric.Tag]);
    }

    [Fact]
    public async Task All_metrics_arrive_at_MLflow()
    {
        using MlflowServer server = new();
        using HttpClient http = new();
        using MlflowTracker tracker = new(new MlflowClient(http, new Uri(server.Address)), new Uri(server.Address), "ours");
        await tracker.TrackAsync(RunFolder.At(_folder.Path), null, CancellationToken.None);
        MlflowRun run = Assert.Single(server.Runs);
        Assert.All(RoundMetrics.All, metric => Assert.Equal(metric.Of(s_round), run.Metrics.Single(sent => sent.Key == metric.Key).Value));
    }

    /// <summary>People search for these: a name that is gone breaks their scripts.</summary>
    [Fact]
    public void Names_stay_as_they_are()
    {
        Assert.Equal(
            [
                "parameters", "flops", "test_accuracy", "test_balanced_accuracy", "test_macro_f1", "test_majority_share", "test_loss", "test_calibration_error",
                "train_loss", "train_steps", "train_seconds", "search_seconds",
            ],
            RoundMetrics.All.Select(metric => metric.Key));
        Assert.Superset(
            new HashSet<string> { "test/accuracy", "test/loss", "model/parameters", "train/loss" }, RoundMetrics.All.Select(metric => metric.Tag).ToHashSet());
        Assert.StartsWith("round,labels,blocks,stacks,parameters,", File.ReadAllLines(_folder["rounds.csv"])[0], StringComparison.Ordinal);
        Assert.EndsWith(",search_seconds,query,query_seconds", File.ReadAllLines(_folder["rounds.csv"])[0], StringComparison.Ordinal);
        JsonNode line = JsonNode.Parse(File.ReadAllLines(_folder["metrics.jsonl"])[0])!;
        Assert.Equal(3, line["test_class_accuracy"]!.AsArray().Count);
        Assert.Equal([900, 0, 100], line["test_class_predictions"]!.AsArray().Select(count => (int)count!));
    }

    [Theory]
    [InlineData("parameters", "307,274")]
    [InlineData("test_accuracy", "0.6000")]
    [InlineData("train_loss", "0.3")]
    [InlineData("train_seconds", "12.3 s")]
    public void A_metric_reads_well(string key, string text) => Assert.Equal(text, Metric(key).Text(s_round));

    [Fact]
    public void What_a_round_has_not_is_a_dash_an_empty_field_and_null()
    {
        RoundRecord round = s_round with { Test = null, TrainLoss = double.NaN, Search = null };
        Assert.Equal("test accuracy -", RoundMetrics.Text(round));
        Assert.Equal(["test_accuracy", "test_balanced_accuracy", "test_macro_f1", "test_majority_share", "test_loss", "test_calibration_error", "train_loss", "search_seconds"],
            RoundMetrics.All.Where(metric => metric.Field(round) is null).Select(metric => metric.Key));
        Assert.All(RoundMetrics.Quality, metric => Assert.Equal("-", metric.Text(round)));
    }

    [Fact]
    public void The_line_of_a_round_says_what_the_accuracy_is_worth()
    {
        // Recalls 0.25 and 1/3, F1 1300/1600 and 180/400: the sample's shares of classes are those it was recorded with.
        string line = ProgressText.Line(new RoundEnded(s_round))!;
        Assert.Contains("test accuracy 0.6000, balanced accuracy 0.2917, macro F1 0.6313, largest class 0.7000 after", line, StringComparison.Ordinal);
    }

    private static RoundMetric Metric(string key) => RoundMetrics.All.Single(metric => metric.Key == key);
}
