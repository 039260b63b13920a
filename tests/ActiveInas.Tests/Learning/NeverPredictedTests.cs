using System.Text.Json.Nodes;
using ActiveInas.Architectures;
using ActiveInas.Learning;
using ActiveInas.Runs;
using ActiveInas.Tests.Runs;
using ActiveInas.Training;

namespace ActiveInas.Tests.Learning;

public sealed class NeverPredictedTests : IDisposable
{
    // Class a: every prediction. b: images, no prediction. c: the test part has none.
    private static readonly Evaluation s_collapsed = new(9, 6.0 / 9, 1, [1, 0, double.NaN], 0.1) { Classes = [new(6, 9, 6), new(3, 0, 0), new(0, 0, 0)] };
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Classes_with_labels_and_test_images_and_no_prediction_count()
    {
        Assert.Equal([1], NeverPredicted.On(s_collapsed, Samples.Labels((1, 0), (2, 1), (3, 2))));
        Assert.Empty(NeverPredicted.On(s_collapsed, Samples.Labels((1, 0), (3, 2))));
        Assert.Empty(NeverPredicted.On(s_collapsed with { Classes = [] }, Samples.Labels((1, 0), (2, 1))));
    }

    [Fact]
    public void Without_a_test_part_the_training_images_tell()
    {
        // The stub takes every image for class 0.
        using StubModel model = new StubTrainer().Open(new Architecture(1, 1));
        Assert.Equal([1], NeverPredicted.On(model, Samples.Labels((4, 0), (5, 1), (6, 0)), 1, CancellationToken.None));
        Assert.Empty(NeverPredicted.On(model, Samples.Labels((4, 0), (6, 0)), 1, CancellationToken.None));
    }

    [Fact]
    public void The_sentence_names_round_classes_part_and_what_to_do()
    {
        RoundRecord round = Samples.Round(3, 240) with { NeverPredicted = [1, 3] };
        string text = NeverPredicted.Text(round, 6, ["dent", "scratch", "hole", "pit", "crack", "rust"])!;
        Assert.StartsWith("round 3: the model never predicts 2 of its 6 classes (scratch, pit) on the test part: ask for more", text, StringComparison.Ordinal);
        Assert.Contains("--query class-balanced:NAME", text, StringComparison.Ordinal);
        Assert.EndsWith(NeverPredicted.Advice, text, StringComparison.Ordinal);
        Assert.Contains("(1, 3) on its own training images", NeverPredicted.Text(round with { Test = null }, 6, []), StringComparison.Ordinal);
        Assert.Contains("(0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 5 more)", NeverPredicted.Text(round with { NeverPredicted = [.. Enumerable.Range(0, 15)] }, 20, []), StringComparison.Ordinal);
        Assert.Null(NeverPredicted.Text(round with { NeverPredicted = [] }, 6, []));
    }

    [Fact]
    public async Task A_run_warns_in_its_progress_its_log_its_store_and_its_document()
    {
        List<string> told = [];
        RunConfiguration configuration = new() { Initial = 10, Batch = "10", Budget = 20, Seed = 5, Out = _folder["run"] };
        await ActiveInasRun.StartAsync(configuration, new Listener(told), FakeBackend.Parts(test: s_collapsed));

        string sentence = "round 2: the model never predicts 1 of its 3 classes (b) on the test part";
        Assert.Single(told, line => line.StartsWith($"warning: {sentence}", StringComparison.Ordinal));
        Assert.Contains($"Z warning: {sentence}", File.ReadAllText(_folder["run/log.txt"]), StringComparison.Ordinal);
        RunDocument run = RunDocument.Read(RunFolder.At(_folder["run"]));
        Assert.Equal([1], run.Rounds[1].NeverPredicted);
        Assert.StartsWith(sentence, run.Warnings[1], StringComparison.Ordinal);
        JsonNode json = JsonNode.Parse(run.ToJson())!;
        Assert.Equal(run.Warnings, json["warnings"]!.AsArray().Select(warning => (string)warning!));
        Assert.Equal(["b"], json["rounds"]![1]!["never_predicted"]!.AsArray().Select(name => (string)name!));
    }

    [Fact]
    public async Task A_run_that_predicts_all_classes_has_no_warning()
    {
        List<string> told = [];
        RunConfiguration configuration = new() { Initial = 10, Batch = "10", Budget = 20, Seed = 5, Out = _folder["run"] };
        RunDocument run = await ActiveInasRun.StartAsync(configuration, new Listener(told), FakeBackend.Parts());
        Assert.Empty(run.Warnings);
        Assert.DoesNotContain(told, line => line.StartsWith("warning", StringComparison.Ordinal));
    }

    private sealed class Listener(List<string> lines) : IProgress<ProgressEvent>
    {
        public void Report(ProgressEvent value)
        {
            if (ProgressText.Line(value) is { } line)
            {
                lines.Add(line);
            }
        }
    }
}
