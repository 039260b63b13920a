using System.Text.Json.Nodes;
using ActiveInas.Runs.Configuration;
using ActiveInas.Runs.Folder;
using ActiveInas.Runs.Live;
using ActiveInas.Runs.Output;
using ActiveInas.Runs.Sessions;
using ActiveInas.Runs.Tests.Support;
using ActiveInas.Tests.Shared;
using ActiveInas.Training;

namespace ActiveInas.Runs.Tests.Sessions;

public sealed class NeverPredictedRunTests : IDisposable
{
    // Class a: every prediction. b: images, no prediction. c: the test part has none.
    private static readonly Evaluation s_collapsed = new(9, 6.0 / 9, 1, [1, 0, double.NaN], 0.1) { Classes = [new(6, 9, 6), new(3, 0, 0), new(0, 0, 0)] };
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_run_warns_in_its_progress_its_log_its_store_and_its_document()
    {
        List<string> told = [];
        RunConfiguration configuration = new() { Initial = 10, Batch = new(10), Budget = 20, Seed = 5, Out = _folder["run"] };
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
        RunConfiguration configuration = new() { Initial = 10, Batch = new(10), Budget = 20, Seed = 5, Out = _folder["run"] };
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
