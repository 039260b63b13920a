using System.Diagnostics;
using System.Text.Json.Nodes;
using ActiveInas.Runs.Tests.Support;
using ActiveInas.Runs.Trials;
using ActiveInas.Tests.Shared;

namespace ActiveInas.Cli.Tests;

public sealed class TrialCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_job_prints_its_result_and_again_the_same_at_once()
    {
        TrialFile.Write(_folder["job.json"], TrialJobs.Candidate);
        CliResult first = await Cli.InvokeAsync("trial", _folder["job.json"], "--out", _folder["out"], "--json", "--threads", "1");
        CliResult again = await Cli.InvokeAsync("trial", _folder["job.json"], "--out", _folder["out"], "--json");
        CliResult text = await Cli.InvokeAsync("trial", _folder["job.json"], "--out", _folder["out"]);

        Assert.Equal((0, 0, 0), (first.Code, again.Code, text.Code));
        Assert.Equal(File.ReadAllText(_folder["out/result.json"]), first.Out);
        Assert.Equal(first.Out, again.Out);
        Assert.Equal("", again.Error);
        Assert.Contains($"trial {TrialJobs.Candidate.Id}: round-01/search/A(1,2): A(1,2) on 40 labels, scored on 16, kernels winograd-", first.Error, StringComparison.Ordinal);
        Assert.Equal(1, first.Json["schema_version"]!.GetValue<int>());
        Assert.Equal(TrialJobs.Candidate.Id, first.Json["job"]!.GetValue<string>());
        Assert.InRange(first.Json["validation_error"]!.GetValue<double>(), 0, 1);
        Assert.Contains("validation error", text.Out, StringComparison.Ordinal);
        Assert.Contains(_folder["out/result.json"], text.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_training_of_a_run_becomes_a_job_that_ends_in_the_same_bytes()
    {
        Assert.Equal(0, (await Cli.InvokeAsync([.. Cli.TinyRun, "--out", _folder["run"]])).Code);
        JsonObject last = (await Cli.InvokeAsync("show", _folder["run"], "--json")).Json["rounds"]!.AsArray()[^1]!.AsObject();
        JsonObject candidate = last["search"]!["candidates"]![0]!.AsObject();
        string architecture = $"A({candidate["blocks"]},{candidate["stacks"]})";

        CliResult network = await Cli.InvokeAsync("trial", _folder["network.json"], "--from", _folder["run"]);
        CliResult scored = await Cli.InvokeAsync("trial", _folder["candidate.json"], "--from", _folder["run"], "--round", "3", "--architecture", architecture, "--json");

        Assert.Equal((0, 0), (network.Code, scored.Code));
        Assert.Contains("round-03/train: ", network.Out, StringComparison.Ordinal);
        Assert.Equal($"round-03/search/{architecture}", scored.Json["training"]!.GetValue<string>());
        Assert.Equal(scored.Json["job"]!.GetValue<string>(), TrialFile.Read(_folder["candidate.json"]).Id);
        Assert.Equal(0, (await Cli.InvokeAsync("trial", _folder["network.json"], "--out", _folder["trained"])).Code);
        Assert.Equal(File.ReadAllBytes(_folder["run/model/model.safetensors"]), File.ReadAllBytes(_folder["trained/model/model.safetensors"]));
        CliResult again = await Cli.InvokeAsync("trial", _folder["candidate.json"], "--out", _folder["scored"], "--json");
        Assert.Equal(candidate["validation_error"]!.GetValue<double>(), again.Json["validation_error"]!.GetValue<double>());
    }

    [Theory]
    [InlineData(2, "round 4 has no labels: give a round from 1 to 3", "--round", "4")]
    [InlineData(2, "A(9,1) lies outside the search space", "--architecture", "A(9,1)")]
    [InlineData(1, "give one of them", "--out", "x")]
    public async Task A_training_that_a_run_does_not_have_is_refused(int code, string named, params string[] options)
    {
        Assert.Equal(0, (await Cli.InvokeAsync([.. Cli.TinyRun, "--out", _folder["run"]])).Code);

        CliResult result = await Cli.InvokeAsync(["trial", _folder["job.json"], "--from", _folder["run"], .. options]);

        Assert.Equal((code, ""), (result.Code, result.Out));
        Assert.Contains(named, result.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder["job.json"]));
    }

    [Fact]
    public async Task What_cannot_work_is_one_line_and_2()
    {
        TrialFile.Write(_folder["other.json"], TrialJobs.Round with { Data = TrialJobs.Round.Data with { Fingerprint = new('0', 64) } });
        string job = TrialJobs.Round.ToJson();
        File.WriteAllText(_folder["kernels.json"], job.Replace("\"winograd\"", "\"winogrod\"", StringComparison.Ordinal));
        File.WriteAllText(_folder["key.json"], job.Replace("\"imageSize\"", "\"imagesize\"", StringComparison.Ordinal));
        (string File, string Named)[] cases =
        [
            ("other.json", "is not the data of the job"), ("kernels.json", "'kernels' is \"winogrod\""), ("key.json", "'data.imagesize'"), ("none.json", "none.json"),
        ];
        foreach ((string file, string named) in cases)
        {
            CliResult result = await Cli.InvokeAsync("trial", _folder[file], "--out", _folder["out"], "--json");
            Assert.Equal((2, ""), (result.Code, result.Out));
            Assert.Contains(named, result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1], StringComparison.Ordinal);
            Assert.False(Directory.Exists(_folder["out"]));
        }
    }

    [Fact]
    [Trait("Category", "Process")]
    public async Task Terminated_and_killed_it_goes_on_to_the_bytes_of_a_training_in_one_piece()
    {
        TrialFile.Write(_folder["job.json"], TrialJobs.RoundOf(3000));
        CliResult whole = await Cli.EndAsync(Start("whole"));
        Assert.Equal(0, whole.Code);

        // A checkpoint is there once a signal came after the first step.
        for (int wait = 100; !HasCheckpoint; wait *= 2)
        {
            Assert.True(wait <= 60_000, "no checkpoint was written within a minute of training");
            Assert.False(File.Exists(_folder["out/result.json"]), "the training ended before it could be stopped");
            using Process process = Start("out");
            await TrainingBeginsAsync(process);
            await Task.Delay(wait);
            using Process kill = Process.Start("kill", ["-TERM", $"{process.Id}"]);
            CliResult stopped = await Cli.EndAsync(process);
            Assert.Equal((75, ""), (stopped.Code, stopped.Out));
            Assert.Contains(Signals.Stopping, stopped.Error, StringComparison.Ordinal);
            Assert.Contains($"stopped; go on with: ainas trial {_folder["job.json"]} --out {_folder["out"]}", stopped.Error, StringComparison.Ordinal);
        }

        using (Process process = Start("out"))
        {
            await TrainingBeginsAsync(process);
            process.Kill();
            Assert.Equal(137, (await Cli.EndAsync(process)).Code);
        }

        Assert.False(File.Exists(_folder["out/result.json"]));
        CliResult resumed = await Cli.EndAsync(Start("out"));

        Assert.Equal(0, resumed.Code);
        Assert.Contains("going on from the checkpoint at step", resumed.Error, StringComparison.Ordinal);
        Assert.Equal(Comparable(whole.Json), Comparable(resumed.Json));
        Assert.Equal(File.ReadAllBytes(_folder["whole/model/model.safetensors"]), File.ReadAllBytes(_folder["out/model/model.safetensors"]));
    }

    private bool HasCheckpoint => Directory.Exists(_folder["out/checkpoints"]) && Directory.GetFiles(_folder["out/checkpoints"], "*.checkpoint").Length > 0;

    private Process Start(string folder) => Cli.Start("trial", _folder["job.json"], "--out", _folder[folder], "--json", "--threads", "1");

    private static async Task TrainingBeginsAsync(Process process)
    {
        string? line;
        do
        {
            line = await process.StandardError.ReadLineAsync();
            Assert.True(line is not null, "it ended before it trained");
        }
        while (!line.StartsWith("trial ", StringComparison.Ordinal));
    }

    private static string Comparable(JsonObject document)
    {
        document.Remove("seconds");
        return document.ToJsonString();
    }
}
