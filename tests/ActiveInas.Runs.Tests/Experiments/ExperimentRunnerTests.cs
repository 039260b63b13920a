using System.Collections.Concurrent;
using ActiveInas.Data;
using ActiveInas.Querying;
using ActiveInas.Runs.Experiments;
using ActiveInas.Runs.Folder;
using ActiveInas.Runs.Output;
using ActiveInas.Runs.Sessions;
using ActiveInas.Runs.Tests.Support;
using ActiveInas.Tests.Shared;

namespace ActiveInas.Runs.Tests.Experiments;

public sealed class ExperimentRunnerTests : IDisposable
{
    private const string File =
        """
        {
          "run": { "data": "shapes", "initial": 12, "batch": "6", "budget": 24 },
          "seeds": [1, 2],
          "grids": [ { "query": ["random", "softmax-response"] } ]
        }
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Every_cell_is_the_run_of_its_configuration()
    {
        Experiment experiment = Parse(File);
        ExperimentFolder folder = ExperimentFolder.Open(_folder["experiment"], experiment);
        ExperimentOutcome outcome = await Runner(experiment, folder).RunAsync(CancellationToken.None);

        Assert.Equal((4, 0, 0), (outcome.Finished, outcome.Failed.Count, outcome.Busy.Count));
        foreach (ExperimentCell cell in experiment.Cells)
        {
            RunDocument alone = await ActiveInasRun.StartAsync(cell.Configuration with { Out = _folder[cell.Id] }, parts: Parts());
            RunDocument ours = RunDocument.Read(folder.Cell(cell.Id));
            Assert.Equal(alone.Rounds.Select(round => round.Test!.Accuracy), ours.Rounds.Select(round => round.Test!.Accuracy));
            Assert.Equal(System.IO.File.ReadAllText(Path.Combine(alone.Out, "queries", "round_01.csv")), System.IO.File.ReadAllText(folder.Cell(cell.Id).Query(1)));
        }
    }

    [Fact]
    public async Task What_runs_train_alike_is_trained_once_also_when_they_go_on_later()
    {
        Experiment experiment = Parse(File);
        ExperimentFolder folder = ExperimentFolder.Open(_folder["experiment"], experiment);
        ConcurrentQueue<string> trained = new();
        using CancellationTokenSource stop = new();
        RunParts parts = FakeBackend.Parts(moment =>
        {
            if (moment.EndsWith("/train", StringComparison.Ordinal) || moment.Contains("/search/A", StringComparison.Ordinal))
            {
                trained.Enqueue(moment.Split(" step")[0]);
            }

            if (moment == "round-02/train step 1")
            {
                stop.Cancel();
            }
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => new ExperimentRunner(experiment, folder, new ExperimentOptions(1, 1), parts: parts).RunAsync(stop.Token));
        Assert.NotEmpty(Directory.GetFiles(folder.Shared));
        await new ExperimentRunner(experiment, folder, new ExperimentOptions(1, 1), parts: parts).RunAsync(CancellationToken.None);

        // Two seeds, two queries: the first round is the same for both queries, the second is not.
        Assert.Equal(2, trained.Count(key => key == "round-01/train"));
        Assert.InRange(trained.Count(key => key == "round-02/train"), 4, 5);
        Assert.False(Directory.Exists(folder.Shared));
        Assert.Equal(
            2,
            experiment.Cells.Count(cell => System.IO.File.ReadAllText(Path.Combine(folder.Cell(cell.Id).Root, "log.txt")).Contains("round-01/train: another run of the experiment has made the same training", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Seeds_fix_the_initial_points_of_all_methods()
    {
        Experiment experiment = Parse(File);
        ExperimentFolder folder = ExperimentFolder.Open(_folder["experiment"], experiment);
        await Runner(experiment, folder).RunAsync(CancellationToken.None);
        string[][] initial = [.. experiment.Cells.GroupBy(cell => cell.Seed).Select(seed => seed.Select(cell => System.IO.File.ReadAllText(folder.Cell(cell.Id).Query(0))).Distinct().ToArray())];
        Assert.All(initial, queries => Assert.Single(queries));
        Assert.NotEqual(initial[0][0], initial[1][0]);
    }

    [Fact]
    public async Task A_finished_cell_is_never_run_again_and_a_changed_file_adds_cells()
    {
        Experiment experiment = Parse(File);
        ExperimentFolder folder = ExperimentFolder.Open(_folder["experiment"], experiment);
        await Runner(experiment, folder).RunAsync(CancellationToken.None);
        DateTime[] before = Written(experiment, folder);

        Experiment larger = Parse(File.Replace("\"random\",", "\"random\", \"coreset\",", StringComparison.Ordinal));
        folder = ExperimentFolder.Open(_folder["experiment"], larger);
        ConcurrentQueue<ProgressEvent> events = new();
        ExperimentOutcome outcome = await Runner(larger, folder, events: events).RunAsync(CancellationToken.None);

        Assert.Equal(2, outcome.Finished);
        Assert.Equal(before, Written(experiment, folder));
        ExperimentOpened opened = Assert.Single(events.OfType<ExperimentOpened>());
        Assert.Equal((6, 4), (opened.Cells, opened.Finished));
        Assert.Equal(["coreset", "coreset"], events.OfType<CellStarted>().Select(started => started.Cell.Method));
    }

    [Fact]
    public async Task Stopped_in_the_middle_it_goes_on_to_the_same_bytes()
    {
        Experiment experiment = Parse(File);
        ExperimentFolder whole = ExperimentFolder.Open(_folder["whole"], experiment);
        await Runner(experiment, whole).RunAsync(CancellationToken.None);

        ExperimentFolder stopped = ExperimentFolder.Open(_folder["stopped"], experiment);
        int trainings = 0;
        for (int limit = 3; ; limit += 3)
        {
            using CancellationTokenSource stop = new();
            trainings = 0;
            void Before(string key)
            {
                if (key.EndsWith("/train", StringComparison.Ordinal) && Interlocked.Increment(ref trainings) >= limit)
                {
                    stop.Cancel();
                }
            }

            try
            {
                await Runner(experiment, stopped, Before).RunAsync(stop.Token);
                break;
            }
            catch (OperationCanceledException)
            {
                Assert.Contains(CellState.ReadAll(experiment, stopped), cell => cell.State is RunState.Stopped or RunState.Missing);
            }
        }

        Assert.All(CellState.ReadAll(experiment, stopped), cell => Assert.Equal(RunState.Finished, cell.State));
        foreach (ExperimentCell cell in experiment.Cells)
        {
            Assert.Equal(System.IO.File.ReadAllBytes(whole.Cell(cell.Id).FinalModel), System.IO.File.ReadAllBytes(stopped.Cell(cell.Id).FinalModel));
        }
    }

    [Fact]
    public async Task A_cell_that_fails_leaves_the_others_alone_and_is_tried_again()
    {
        Experiment experiment = Parse(File);
        ExperimentFolder folder = ExperimentFolder.Open(_folder["experiment"], experiment);
        int evaluations = 0;
        ExperimentOutcome outcome = await Runner(
            experiment, folder, key => _ = key == "evaluate" && Interlocked.Increment(ref evaluations) == 2 ? throw new InvalidOperationException("broken on purpose") : 0, jobs: 1).RunAsync(CancellationToken.None);

        (ExperimentCell cell, string message) = Assert.Single(outcome.Failed);
        Assert.Equal((experiment.Cells[0].Id, "broken on purpose", 3), (cell.Id, message, outcome.Finished));
        Assert.Equal(1, (await Runner(experiment, folder).RunAsync(CancellationToken.None)).Finished);
    }

    [Fact]
    public async Task Data_is_loaded_once_for_all_cells()
    {
        int loads = 0;
        RunParts parts = Parts() with
        {
            LoadData = (_, _, _) =>
            {
                Interlocked.Increment(ref loads);
                return Task.FromResult(FakeBackend.Data());
            },
        };
        Experiment experiment = Parse(File);
        await new ExperimentRunner(experiment, ExperimentFolder.Open(_folder["experiment"], experiment), new ExperimentOptions(3), null, parts).RunAsync(CancellationToken.None);
        Assert.Equal(1, loads);
    }

    [Fact]
    public async Task A_cell_that_another_process_writes_is_left_to_it()
    {
        Experiment experiment = Parse(File);
        ExperimentFolder folder = ExperimentFolder.Open(_folder["experiment"], experiment);
        RunFolder busy = folder.Cell(experiment.Cells[1].Id);
        Directory.CreateDirectory(busy.Root);
        using FolderLock held = FolderLock.Take(busy);
        Assert.Equal([RunState.Missing, RunState.Running, RunState.Missing, RunState.Missing], CellState.ReadAll(experiment, folder).Select(cell => cell.State));
        ExperimentOutcome outcome = await Runner(experiment, folder).RunAsync(CancellationToken.None);
        Assert.Equal(experiment.Cells[1].Id, Assert.Single(outcome.Busy).Id);
        Assert.Equal(3, outcome.Finished);
        Assert.Empty(outcome.Failed);
    }

    [Fact]
    public async Task A_cell_that_another_process_finishes_meanwhile_is_no_failure()
    {
        Experiment experiment = ExperimentFile.Parse("""{ "run": { "data": "shapes", "initial": 12, "batch": "6", "budget": 24 } }""", "file.json");
        ExperimentFolder folder = ExperimentFolder.Open(_folder["experiment"], experiment);
        ExperimentCell cell = Assert.Single(experiment.Cells);
        bool others = false;

        // The name of a strategy is asked for when the run starts, before its folder is made.
        NamedQuery query = new(() =>
        {
            if (!others)
            {
                others = true;
                ActiveInasRun.StartAsync(cell.Configuration with { Out = folder.Cell(cell.Id).Root }, parts: Parts()).GetAwaiter().GetResult();
            }
        });
        ExperimentOutcome outcome = await new ExperimentRunner(experiment, folder, new ExperimentOptions(1), null, Parts() with { Query = query }).RunAsync(CancellationToken.None);
        Assert.True(others);
        Assert.Equal((0, 0, 0), (outcome.Finished, outcome.Failed.Count, outcome.Busy.Count));
        Assert.Equal(RunState.Finished, CellState.Read(cell, folder.Cell(cell.Id)).State);
    }

    [Fact]
    public async Task A_damaged_run_fails_alone()
    {
        Experiment experiment = Parse(File);
        ExperimentFolder folder = ExperimentFolder.Open(_folder["experiment"], experiment);
        RunFolder damaged = folder.Cell(experiment.Cells[2].Id);
        Directory.CreateDirectory(damaged.Root);
        System.IO.File.WriteAllText(damaged.Database, new string('x', 5000));
        Assert.Equal(RunState.Unreadable, CellState.Read(experiment.Cells[2], damaged).State);

        ExperimentOutcome outcome = await Runner(experiment, folder).RunAsync(CancellationToken.None);
        Assert.Equal((3, experiment.Cells[2].Id), (outcome.Finished, Assert.Single(outcome.Failed).Cell.Id));
        Assert.Equal(new string('x', 5000), System.IO.File.ReadAllText(damaged.Database));
    }

    [Fact]
    public async Task Data_that_could_not_be_loaded_is_tried_again_by_the_next_cell()
    {
        int loads = 0;
        RunParts parts = Parts() with
        {
            LoadData = (_, _, _) => Interlocked.Increment(ref loads) == 1 ? throw new DataException("gone for a moment") : Task.FromResult(FakeBackend.Data()),
        };
        Experiment experiment = Parse(File);
        ExperimentOutcome outcome = await new ExperimentRunner(experiment, ExperimentFolder.Open(_folder["experiment"], experiment), new ExperimentOptions(1), null, parts).RunAsync(CancellationToken.None);
        Assert.Equal((3, "gone for a moment", 2), (outcome.Finished, Assert.Single(outcome.Failed).Message, loads));
    }

    [Fact]
    public async Task Other_kernels_are_refused_unless_they_are_allowed()
    {
        Experiment experiment = Parse(File);
        ExperimentFolder folder = ExperimentFolder.Open(_folder["experiment"], experiment);
        using CancellationTokenSource stop = new();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Runner(experiment, folder, key => Stop(key, stop), jobs: 1).RunAsync(stop.Token));
        RunParts others = FakeBackend.Parts(kernels: "other-kernels");
        RunException refused = await Assert.ThrowsAsync<RunException>(() => new ExperimentRunner(experiment, folder, new ExperimentOptions(1), null, others).RunAsync(CancellationToken.None));
        Assert.Contains("fake-kernels", refused.Message, StringComparison.Ordinal);
        Assert.Contains("`allowOtherKernels`", refused.Message, StringComparison.Ordinal);
        ExperimentOutcome allowed = await new ExperimentRunner(experiment, folder, new ExperimentOptions(1, AllowOtherKernels: true), null, others).RunAsync(CancellationToken.None);
        Assert.Equal((4, 0), (allowed.Finished, allowed.Failed.Count));
    }

    [Fact]
    public async Task Event_files_follow_the_names_of_a_changed_file()
    {
        Experiment before = Parse(File);
        ExperimentFolder folder = ExperimentFolder.Open(_folder["experiment"], before);
        await Runner(before, folder).RunAsync(CancellationToken.None);
        Directory.CreateDirectory(_folder["experiment/tb/notes"]);
        System.IO.File.WriteAllText(_folder["experiment/tb/notes/mine.txt"], "mine");

        Experiment after = Parse(File.Replace("\"grids\": [", "\"grids\": [ { \"query\": \"random\", \"architecture\": \"A(1,2)\", \"seeds\": [1] },", StringComparison.Ordinal));
        ExperimentFolder.Open(_folder["experiment"], after);
        await Runner(after, folder).RunAsync(CancellationToken.None);
        Assert.Equal(
            ["notes", "random_A(1,2)_seed-1", "random_search_seed-1", "random_search_seed-2", "softmax-response_search_seed-1", "softmax-response_search_seed-2"],
            Directory.GetDirectories(_folder["experiment/tb"]).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Event_files_that_cannot_be_written_stop_nothing()
    {
        Experiment experiment = Parse(File);
        ExperimentFolder folder = ExperimentFolder.Open(_folder["experiment"], experiment);
        System.IO.File.WriteAllText(folder.EventFiles, "a file where a folder should be");
        ConcurrentQueue<ProgressEvent> events = new();
        ExperimentOutcome outcome = await Runner(experiment, folder, events: events).RunAsync(CancellationToken.None);
        Assert.Equal((4, 0), (outcome.Finished, outcome.Failed.Count));
        Assert.Contains(events.OfType<Notice>(), notice => notice.Message.Contains("the event file cannot be written", StringComparison.Ordinal));
    }

    [Fact]
    public void What_a_killed_start_left_is_no_obstacle_and_the_same_definition_is_left_alone()
    {
        Experiment experiment = Parse(File);
        Directory.CreateDirectory(_folder["experiment"]);
        System.IO.File.WriteAllText(_folder["experiment/experiment.json.77.tmp"], "{");
        ExperimentFolder folder = ExperimentFolder.Open(_folder["experiment"], experiment);
        DateTime early = new(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        System.IO.File.SetLastWriteTimeUtc(folder.Definition, early);
        ExperimentFolder.Open(_folder["experiment"], experiment);
        Assert.Equal(early, System.IO.File.GetLastWriteTimeUtc(folder.Definition));
        ExperimentFolder.Open(_folder["experiment"], experiment with { Title = "Other" });
        Assert.NotEqual(early, System.IO.File.GetLastWriteTimeUtc(folder.Definition));
        Assert.Equal("Other", folder.Read().Title);
    }

    [Fact]
    public async Task Event_files_lie_under_names_that_people_can_read()
    {
        Experiment experiment = Parse(File);
        ExperimentFolder folder = ExperimentFolder.Open(_folder["experiment"], experiment);
        await Runner(experiment, folder).RunAsync(CancellationToken.None);
        string[] names = [.. Directory.GetDirectories(_folder["experiment/tb"]).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];
        Assert.Equal(["random_seed-1", "random_seed-2", "softmax-response_seed-1", "softmax-response_seed-2"], names);
        Assert.Equal(
            System.IO.File.ReadAllBytes(Path.Combine(folder.Cell(experiment.Cells[0].Id).TensorBoard, TensorBoardFile.Name)),
            System.IO.File.ReadAllBytes(Path.Combine(folder.TensorBoard(experiment.Cells[0]), TensorBoardFile.Name)));
    }

    [Fact]
    public void A_folder_with_something_else_is_refused()
    {
        System.IO.File.WriteAllText(_folder["precious.txt"], "mine");
        RunException exception = Assert.Throws<RunException>(() => ExperimentFolder.Open(_folder.Path, Parse(File)));
        Assert.Contains("precious.txt", exception.Message, StringComparison.Ordinal);
        Assert.False(ExperimentFolder.IsExperiment(_folder.Path));
    }

    private static void Stop(string key, CancellationTokenSource stop)
    {
        if (key == "evaluate")
        {
            stop.Cancel();
        }
    }

    private static DateTime[] Written(Experiment experiment, ExperimentFolder folder)
        => [.. experiment.Cells.Select(cell => System.IO.File.GetLastWriteTimeUtc(folder.Cell(cell.Id).FinalModel))];

    private static Experiment Parse(string json) => ExperimentFile.Parse(json, "file.json");

    private static RunParts Parts(Action<string>? before = null) => FakeBackend.Parts(before: before);

    private static ExperimentRunner Runner(
        Experiment experiment, ExperimentFolder folder, Action<string>? before = null, int jobs = 2, ConcurrentQueue<ProgressEvent>? events = null)
        => new(experiment, folder, new ExperimentOptions(jobs), events is null ? null : new Collector(events), Parts(before));

    private sealed class NamedQuery(Action asked) : ScoreQuery
    {
        public override string Name
        {
            get
            {
                asked();
                return "named";
            }
        }

        public override QueryNeeds Needs => QueryNeeds.Probabilities;

        public override bool LargestFirst => true;

        public override double[] Score(QueryContext context, CancellationToken cancellation) => new double[context.Pool.Count];
    }

    private sealed class Collector(ConcurrentQueue<ProgressEvent> events) : IProgress<ProgressEvent>
    {
        public void Report(ProgressEvent value) => events.Enqueue(value);
    }
}
