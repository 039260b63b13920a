using System.Diagnostics;
using System.Text.Json.Nodes;
using ActiveInas.Tests.Shared;

namespace ActiveInas.Cli.Tests;

/// <summary>The real program, killed and asked to stop.</summary>
[Trait("Category", "Process")]
public sealed class ProcessTests : IDisposable
{
    private const int Kills = 10;
    private const int Seed = 20260;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Killed_at_random_moments_and_resumed_a_run_ends_with_the_same_bytes()
    {
        Stopwatch clock = Stopwatch.StartNew();
        CliResult whole = await RunAsync([.. Cli.TinyRun, "--out", _folder["whole"], "--json", "--threads", "1"]);
        double length = clock.Elapsed.TotalMilliseconds;
        Assert.Equal(0, whole.Code);

        SeededRandom random = new(Seed);
        List<string> ends = [];
        for (int kills = 0, round = 0; kills < Kills; round++)
        {
            string run = _folder[$"killed-{round}"];
            CliResult last = await RunAsync([.. Cli.TinyRun, "--out", run, "--json", "--threads", "1"], random.NextDouble() * length);
            while (last.Code != 0)
            {
                Assert.True(last.Code is 137 or 2, $"exit {last.Code}: {last.Error}");
                bool recorded = last.Code == 137;
                if (recorded)
                {
                    kills++;
                }
                else
                {
                    Assert.Contains("nothing recorded, start it with run", last.Error, StringComparison.Ordinal);
                }

                string[] again = recorded ? ["resume", run, "--json"] : [.. Cli.TinyRun, "--out", run, "--json", "--threads", "1"];
                double? limit = kills < Kills ? random.NextDouble() * length : null;
                last = await RunAsync(again, limit);
                ends.Add($"{string.Join(' ', again[..1])} -> {last.Code}");
            }

            Assert.Equal(Comparable(whole.Json), Comparable(last.Json));
            AssertSameFiles("queries", run);
            AssertSameFiles("model", run);
        }

        Assert.Contains(ends, end => end == "resume -> 0");
    }

    [Fact]
    public async Task Terminated_it_writes_a_checkpoint_ends_with_75_and_names_the_way_to_go_on()
    {
        string[] command = [.. LongRun, "--out", _folder["run"]];

        // On a busy machine the first signals may come before the first step, when there is nothing yet to keep.
        for (int wait = 1; !HasCheckpoint(); wait *= 4)
        {
            Assert.True(wait <= 64, "no checkpoint was written within a minute of training");
            using Process process = Cli.Start(command);
            await WaitForTrainingAsync();
            await Task.Delay(TimeSpan.FromSeconds(wait));
            using Process kill = Process.Start("kill", ["-TERM", $"{process.Id}"]);
            CliResult result = await Cli.EndAsync(process);
            Assert.Equal(75, result.Code);
            Assert.Contains($"ainas resume {_folder["run"]}", result.Error, StringComparison.Ordinal);
            Assert.Equal("", result.Out);
            command = ["resume", _folder["run"]];
        }

        Assert.Equal("stopped", (await Cli.InvokeAsync("list", _folder.Path, "--json")).Json["runs"]![0]!["state"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_second_writer_is_refused_with_the_process_and_readers_work_meanwhile()
    {
        using Process writer = Cli.Start([.. LongRun, "--out", _folder["run"]]);
        await WaitForTrainingAsync();
        CliResult second = await RunAsync(["resume", _folder["run"]]);
        CliResult shown = await Cli.InvokeAsync("show", _folder["run"], "--json");
        writer.Kill();
        await Cli.EndAsync(writer);

        Assert.Equal(2, second.Code);
        Assert.Contains($"process {writer.Id}", second.Error, StringComparison.Ordinal);
        Assert.Equal("running", shown.Json["state"]!.GetValue<string>());

        // The lock died with its process.
        Assert.Equal("stopped", (await Cli.InvokeAsync("show", _folder["run"], "--json")).Json["state"]!.GetValue<string>());
    }

    [Fact]
    public async Task Watched_a_run_that_goes_on_is_told_stage_by_stage_until_it_ends()
    {
        // Many short rounds: it is stopped as soon as it was seen to go on.
        using Process writer = Cli.Start(
            [.. Cli.TinyRun, "--set", "budget=1200", "--out", _folder["run"], "--threads", "1", "--set", "recipe.training.minimumSteps=30"]);
        Task<CliResult> written = Cli.EndAsync(writer);
        await WaitForTrainingAsync();
        using Process watcher = Cli.Start("watch", _folder["run"], "--no-progress");
        CliResult watched = await Cli.TerminateAsync(writer, @"round ([2-9]|\d\d)", watcher);
        CliResult run = await written;

        Assert.Equal((75, 0), (run.Code, watched.Code));
        Assert.Matches(@"round \d: (search|train|evaluate|query) .*\(\d+ labels\)", watched.Error);
        Assert.Contains(", stopped", watched.Out, StringComparison.Ordinal);
        Assert.Contains("architecture path", watched.Out, StringComparison.Ordinal);
        Assert.Contains($"ainas resume {_folder["run"]}", watched.Out, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_full_disk_ends_with_3_and_the_run_goes_on_when_there_is_room()
    {
        Skip.If(OperatingSystem.IsWindows(), "file-size limits are a matter of POSIX shells");

        // 256 KB: the store fits, a checkpoint does not.
        CliResult full = await Cli.EndAsync(Cli.StartUnder("ulimit -f 512; exec \"$@\"", [.. Cli.TinyRun, "--out", _folder["run"], "--json"]));
        Assert.Equal(3, full.Code);
        Assert.Equal("", full.Out);
        Assert.Contains("cannot write the run", full.Error, StringComparison.Ordinal);
        Assert.Contains($"ainas resume {_folder["run"]}", full.Error, StringComparison.Ordinal);
        CliResult resumed = await RunAsync(["resume", _folder["run"], "--json"]);
        Assert.Equal(0, resumed.Code);
        Assert.Equal(3, resumed.Json["rounds"]!.AsArray().Count);
    }

    private static string[] LongRun =>
    [
        .. Cli.TinyRun, "--threads", "1", "--set", "recipe.training.minimumSteps=100000", "--set", "recipe.candidate.minimumSteps=100000",
    ];

    private static async Task<CliResult> RunAsync(string[] args, double? killAfterMilliseconds = null)
    {
        using Process process = Cli.Start(args);
        Task<CliResult> end = Cli.EndAsync(process);
        if (killAfterMilliseconds is { } milliseconds)
        {
            await Task.WhenAny(end, Task.Delay(TimeSpan.FromMilliseconds(milliseconds)));
            if (!process.HasExited)
            {
                process.Kill();
            }
        }

        return await end;
    }

    private bool HasCheckpoint()
        => Directory.Exists(_folder["run/checkpoints"]) && Directory.GetFiles(_folder["run/checkpoints"], "*.checkpoint").Length > 0;

    private static string Comparable(JsonNode document)
    {
        Strip(document);
        return document.ToJsonString();
    }

    private static void Strip(JsonNode? node)
    {
        if (node is JsonObject map)
        {
            foreach (string key in map.Select(pair => pair.Key).ToArray())
            {
                if (key is "run" or "threads" or "out" || key.Contains("seconds", StringComparison.Ordinal))
                {
                    map.Remove(key);
                }
                else
                {
                    Strip(map[key]);
                }
            }
        }
        else if (node is JsonArray array)
        {
            foreach (JsonNode? item in array)
            {
                Strip(item);
            }
        }
    }

    private void AssertSameFiles(string part, string run)
    {
        string[] expected = [.. Directory.GetFiles(Path.Combine(_folder["whole"], part)).Order(StringComparer.Ordinal)];
        string[] actual = [.. Directory.GetFiles(Path.Combine(run, part)).Order(StringComparer.Ordinal)];
        Assert.Equal(expected.Select(Path.GetFileName), actual.Select(Path.GetFileName));
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.True(File.ReadAllBytes(expected[i]).AsSpan().SequenceEqual(File.ReadAllBytes(actual[i])), $"{actual[i]} differs");
        }
    }

    private Task WaitForTrainingAsync()
        => Wait.UntilAsync(() => File.Exists(_folder["run/log.txt"]) && File.ReadAllText(_folder["run/log.txt"]).Contains("search", StringComparison.Ordinal));
}
