using ActiveInas.Runs.Configuration;
using ActiveInas.Runs.Folder;
using ActiveInas.Runs.Live;
using ActiveInas.Runs.Output;
using ActiveInas.Runs.Sessions;
using ActiveInas.Runs.Tests.Output;
using ActiveInas.Runs.Tests.Support;
using ActiveInas.Tests.Shared;
using ActiveInas.Training;

namespace ActiveInas.Runs.Tests.Live;

/// <summary>What a run writes for those who watch it: progress.json and the event files of its trainings.</summary>
public sealed class LiveFilesTests : IDisposable
{
    private static readonly RunConfiguration s_configuration = new() { Data = "shapes", Initial = 12, Batch = new(6), Budget = 24 };
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Progress_is_there_while_the_run_goes_on_and_gone_afterwards()
    {
        RunFolder folder = RunFolder.At(_folder["run"]);
        List<LiveProgress> seen = [];
        void Look(string key)
        {
            if (LiveProgress.Read(folder) is { } progress)
            {
                seen.Add(progress);
            }
        }

        await ActiveInasRun.StartAsync(s_configuration with { Out = folder.Root }, parts: FakeBackend.Parts(Look));
        Assert.Equal(["search", "train", "evaluate"], seen.Select(progress => progress.Stage).Distinct());
        Assert.Contains(seen, progress => progress is { Round: 3, Labels: 24, Stage: "train" });
        Assert.Contains(seen, progress => progress.SecondsLeft > 0);
        Assert.Null(LiveProgress.Read(folder));
        Assert.False(File.Exists(folder.Progress));
    }

    [Fact]
    public void Progress_reads_back_and_what_is_no_progress_is_none()
    {
        RunFolder folder = RunFolder.At(_folder.Path);
        LiveProgress progress = new()
        {
            Stage = "search",
            Round = 2,
            Labels = 18,
            Architecture = "A(2,1)",
            Step = 3,
            Steps = 10,
            Loss = 0.25,
            ImagesPerSecond = 1000,
            SecondsLeft = 61.5,
            UpdatedAt = "2026-01-02T03:04:05Z",
        };
        File.WriteAllText(folder.Progress, progress.ToJson());
        Assert.Equal(progress, LiveProgress.Read(folder));
        foreach (string damaged in new[] { "", "{", "[]", """{ "round": "two" }""" })
        {
            File.WriteAllText(folder.Progress, damaged);
            Assert.True(LiveProgress.Read(folder) is null, damaged);
        }
    }

    [Fact]
    public async Task Each_training_has_an_event_file_with_its_losses()
    {
        RunDocument run = await ActiveInasRun.StartAsync(s_configuration with { Out = _folder["run"] }, parts: FakeBackend.Parts());
        string[] trainings = [.. Directory.GetDirectories(_folder["run/tb/train"]).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];
        Assert.Equal(run.Rounds.Sum(round => round.Search!.Candidates.Count) + run.Rounds.Count, trainings.Length);
        Assert.Contains("round-02_train", trainings);
        EventFileReader.Event[] events = Events("round-02_train").Single();
        Assert.Equal("brain.Event:2", events[0].Version);
        Assert.Equal([1L, 2, 3], events.Skip(1).Select(e => e.Step));
        Assert.Equal([1f, 0.5f, 1 / 3f], events.Skip(1).Select(e => e.Scalars["train/loss"]));
    }

    [Fact]
    public async Task A_training_that_goes_on_begins_a_new_file_with_the_step_it_resumes_at()
    {
        // Stopped after the second of three steps; the checkpoint holds both.
        using CancellationTokenSource stop = new();
        void Before(string key)
        {
            if (key == "round-02/train step 2")
            {
                stop.Cancel();
                stop.Token.ThrowIfCancellationRequested();
            }
        }

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => ActiveInasRun.StartAsync(s_configuration with { Out = _folder["run"] }, parts: FakeBackend.Parts(Before), cancellation: stop.Token));
        Assert.False(File.Exists(_folder["run/progress.json"]));
        await ActiveInasRun.ResumeAsync(_folder["run"], parts: FakeBackend.Parts());

        EventFileReader.Event[][] files = Events("round-02_train");
        Assert.Equal(2, files.Length);
        Assert.Equal([1L, 2], files[0].Skip(1).Select(e => e.Step));
        Assert.Equal((true, 3L), (files[1][1].IsSessionStart, files[1][1].Step));
        Assert.Equal(3L, Assert.Single(files[1].Skip(2)).Step);

        // A reader that forgets what a later session says again sees each step once.
        Assert.Equal([1L, 2, 3], EventFileReader.Merge(files).Select(e => e.Step));
    }

    [Fact]
    public void Trainings_side_by_side_write_a_file_each()
    {
        using (TrainingEventFiles files = new(_folder["run/tb"], null))
        {
            files.Report(new TrainingStarted("a", 0, 3));
            files.Report(new TrainingStarted("b", 0, 2));
            for (int step = 1; step <= 3; step++)
            {
                files.Report(new TrainingProgressed("b", step, 2, 10 + step, 1));
                files.Report(new TrainingProgressed("a", step, 3, step, 1));
            }
        }

        Assert.Equal([1f, 2, 3], Events("a").Single().Skip(1).Select(e => e.Scalars["train/loss"]));
        Assert.Equal([11f, 12], Events("b").Single().Skip(1).Select(e => e.Scalars["train/loss"]));
    }

    private EventFileReader.Event[][] Events(string training)
        => [.. Directory.GetFiles(_folder[$"run/tb/train/{training}"]).Order(StringComparer.Ordinal).Select(path => EventFileReader.Read(File.ReadAllBytes(path)))];
}
