using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using ActiveInas.Cli.Tests;
using ActiveInas.Runs.Configuration;
using ActiveInas.Runs.Tests.Labelling;
using ActiveInas.Server.Tests.Support;
using ActiveInas.Tests.Shared;
using ActiveInas.Training;

namespace ActiveInas.Server.Tests;

/// <summary>Rounds that fail, and rounds in a process of their own that is stopped or killed, or whose server is.</summary>
public sealed class RoundTests
{
    [Fact]
    public async Task A_round_that_fails_is_told_and_the_next_label_tries_again()
    {
        int calls = 0;
        FakeWorker worker = new((_, _) => ++calls == 1 ? throw new RoundFailedException("no space is left on the disk") : throw new InvalidOperationException("something unforeseen"));
        await using Served served = await Served.StartAsync(worker: worker);
        await served.LabelBatchAsync();
        JsonNode failed = await served.WaitAsync(status => (string)status["state"]! == "error");
        Assert.Equal("no space is left on the disk", (string)failed["message"]!);
        Assert.Equal(1, calls);

        JsonNode ahead = await served.NextAsync();
        Assert.Equal("ahead", (string)ahead["reason"]!);
        (await served.LabelAsync(ahead)).Ok();
        await served.WaitAsync(status => (string)status["message"]! == "something unforeseen");
        Assert.Equal(2, calls);
        (await served.LabelAsync(await served.NextAsync())).Ok();
        JsonNode log = (await served.GetAsync("/api/v1/dashboard")).Ok()["log"]!;
        Assert.Contains("no space is left on the disk", log.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stopped_with_its_server_a_round_goes_on_to_the_same_network()
    {
        Served served = await Served.StartAsync(prepare: tiny => Lengthen(tiny, 4000));
        await using Served other = await Served.StartAsync(prepare: tiny => Lengthen(tiny, 4000), worker: new LocalRoundWorker());
        await other.LabelBatchAsync();

        await served.StopAsync();
        await served.ServeAsync(new ProcessRoundWorker(Served.Program));
        await using (served)
        {
            await served.LabelBatchAsync();
            await served.WaitAsync(status => (string)status["state"]! == "training" && (double?)status["progress"] > 0.05);
            int child = Assert.Single(Children(served.Tiny.Root));
            await served.StopAsync();
            Assert.False(Directory.Exists($"/proc/{child}"), "the process that computes is still there");
            Assert.NotEmpty(Directory.GetFiles(Path.Combine(served.Tiny.Root, "checkpoints"), "*.checkpoint"));

            await served.ServeAsync(new ProcessRoundWorker(Served.Program));
            JsonNode status = await served.WaitAsync(status => (int?)status["model_round"] == 1, seconds: 180);
            await other.WaitAsync(status => (int?)status["model_round"] == 1, seconds: 180);
            Assert.Equal("labelling", (string)status["state"]!);
            Assert.Equal(await other.Client.GetByteArrayAsync("/api/v1/model"), await served.Client.GetByteArrayAsync("/api/v1/model"));
        }
    }

    [SkippableTheory]
    [InlineData("SEGV", 1, 2)]
    [InlineData("ABRT", 3, 4)]
    [InlineData("ABRT", 4, null)]
    [InlineData("KILL", 1, null)]
    public async Task A_round_whose_process_breaks_is_started_again(string signal, int deaths, int? starts)
    {
        Skip.If(OperatingSystem.IsWindows(), "there are no signals");
        using TemporaryFolder folder = new();
        string log = folder["starts"];
        ProcessRoundWorker worker = new(new ProgramCommand("bash", ["-c", $"echo x >> {log}; [ $(wc -l < {log}) -gt {deaths} ] || kill -{signal} $$"]));
        Task round = worker.AdvanceAsync(folder.Path, CancellationToken.None);
        if (starts is { } count)
        {
            await round;
            Assert.Equal(count, File.ReadAllLines(log).Length);
        }
        else
        {
            Assert.Contains("ended by signal", (await Assert.ThrowsAsync<RoundFailedException>(() => round)).Message, StringComparison.Ordinal);
            Assert.Equal(signal == "KILL" ? 1 : 1 + ProgramCommand.Restarts, File.ReadAllLines(log).Length);
        }
    }

    [SkippableFact]
    public async Task A_round_whose_process_is_killed_is_told_and_the_next_label_tries_again()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "processes are found under /proc");
        await using Served served = await Served.StartAsync(prepare: tiny => Lengthen(tiny, 1_000_000), worker: new ProcessRoundWorker(Served.Program));
        await served.LabelBatchAsync();
        await Wait.UntilAsync(() => Children(served.Tiny.Root).Length == 1);
        int child = Children(served.Tiny.Root)[0];
        Process.GetProcessById(child).Kill();
        JsonNode status = await served.WaitAsync(status => (string)status["state"]! == "error");
        Assert.Contains("ended by signal 9", (string)status["message"]!, StringComparison.Ordinal);

        (await served.LabelAsync(await served.NextAsync())).Ok();
        await Wait.UntilAsync(() => Children(served.Tiny.Root).Any(other => other != child));
        await served.WaitAsync(status => (string)status["state"]! is "training" or "searching");
    }

    [SkippableFact]
    public async Task When_the_server_is_killed_the_process_that_computes_ends_by_itself()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "processes are found under /proc");
        using TinyProject tiny = new(60);
        Lengthen(tiny, 1_000_000);
        await tiny.CreateAsync(auditShare: 0, auditWanted: 0);
        await using ServerProcess server = await ServerProcess.StartAsync(tiny.Root);
        await server.LabelBatchAsync();
        await Wait.UntilAsync(() => Children(tiny.Root).Length == 1);
        await server.KillAsync();
        await Wait.UntilAsync(() => Children(tiny.Root).Length == 0);
    }

    /// <summary>A training that takes long enough to be met.</summary>
    private static void Lengthen(TinyProject tiny, int steps) => tiny.Configuration = tiny.Configuration with
    {
        Recipe = RecipeFile.Parse(
            $$"""
            {
              "basedOn": "quick", "name": "long", "batchSize": 8,
              "training": { "epochs": 2, "minimumSteps": {{steps.ToString(CultureInfo.InvariantCulture)}} }, "candidate": { "epochs": 2, "minimumSteps": 10 }
            }
            """,
            "test"),
    };

    /// <summary>Processes that compute for a project.</summary>
    private static int[] Children(string root) =>
    [
        .. Directory.GetDirectories("/proc").Select(path => Path.GetFileName(path)!).Where(name => int.TryParse(name, out _))
            .Where(name => Command(name) is { } command && command.Contains(ProcessRoundWorker.Command) && command.Contains(root))
            .Select(name => int.Parse(name, CultureInfo.InvariantCulture)),
    ];

    private static string[]? Command(string process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/cmdline").Split('\0');
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
