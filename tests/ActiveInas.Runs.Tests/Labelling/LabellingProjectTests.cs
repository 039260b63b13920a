using ActiveInas.Learning;
using ActiveInas.Runs.Folder;
using ActiveInas.Runs.Labelling;
using ActiveInas.Runs.Labelling.Formats;
using ActiveInas.Runs.Output;
using Microsoft.Data.Sqlite;

namespace ActiveInas.Runs.Tests.Labelling;

public sealed class LabellingProjectTests : IDisposable
{
    private readonly TinyProject _tiny = new(120);

    public void Dispose() => _tiny.Dispose();

    [Fact]
    public async Task From_a_folder_of_images_to_a_model_and_back_again_after_a_restart()
    {
        int learnt;
        await _tiny.CreateAsync(0.1, 12);
        Assert.False(await _tiny.AdvanceAsync());
        using (LabellingProject project = _tiny.Open())
        {
            Assert.False(project.NeedsRound);
            Assert.Null(project.Model);
            List<LabelTask> answered = await TinyProject.AnswerAllAsync(project);
            Assert.Equal(8, answered.Count(task => task.Reason == LabelReasons.Initial));
            Assert.InRange(answered.Count(task => task.Reason == LabelReasons.Audit), 1, 3);
            Assert.All(answered, task => Assert.Empty(task.Suggested));
            Assert.True(project.NeedsRound);

            // Meanwhile there is more to do, and it is learnt later.
            LabelTask[] ahead = [.. await project.NextAsync("ada", 3)];
            learnt = 12 + ahead.Count(task => task.Reason == LabelReasons.Ahead);
            Assert.Contains(ahead, task => task.Reason == LabelReasons.Ahead);
            await Task.WhenAll(ahead.Select(task => project.AnswerAsync("ada", task.Lease, LabelAction.Label, TinyProject.Truth(project.PathOf(task.Id)))));
            Assert.False(await _tiny.AdvanceAsync());
            project.Refresh();

            ProjectStatus status = project.Status();
            Assert.Equal(2, status.Round);
            Assert.Equal(1, status.ModelRound);
            Assert.NotNull(status.Architecture);
            Assert.True(File.Exists(project.Model));
            int waiting = ahead.Count(task => task.Reason == LabelReasons.Ahead);
            Assert.Equal((waiting, 4 + waiting), (status.Batch.Done, status.Batch.Size));
        }

        using LabellingProject again = _tiny.Open();
        List<LabelTask> second = await TinyProject.AnswerAllAsync(again, "bob");
        Assert.All(second.Where(task => task.Reason == LabelReasons.Query), task =>
        {
            Assert.Equal(2, task.Suggested.Count);
            Assert.Equal(1, task.Suggested.Sum(one => one.Probability), 1e-5);
        });
        Assert.False(await _tiny.AdvanceAsync());
        again.Refresh();
        Assert.Equal([8, learnt], again.Dashboard().Rounds.Select(round => round.Labels));
        Assert.Equal(["ada", "bob"], again.Status().Labellers.Select(one => one.Name).Order());
    }

    [Fact]
    public async Task A_tenth_of_the_images_shown_is_of_the_audit_and_at_least_as_many_as_wanted_come_early()
    {
        using TinyProject tiny = new(700);
        tiny.Configuration = tiny.Configuration with { Initial = 600, InitialQuery = "random" };
        ManualClock clock = new();
        await tiny.CreateAsync(auditWanted: 20);
        await tiny.AdvanceAsync();
        Assert.Equal([10, 20, 20, 30, 40], await CountsAsync(50, 100, 200, 300, 400));
        LabellingRounds.ChangeAuditShare(tiny.Root, 0.25);

        // When those leases have ended: at most the 70 that were kept from learning.
        clock.Now += TimeSpan.FromMinutes(10);
        Assert.Equal([13, 25, 38, 50, 63, 70, 70], await CountsAsync(50, 100, 150, 200, 250, 280, 400));
        Assert.Throws<ArgumentOutOfRangeException>(() => LabellingRounds.ChangeAuditShare(tiny.Root, 1.5));

        async Task<List<int>> CountsAsync(params int[] shown)
        {
            using LabellingProject project = tiny.Open(clock);
            List<LabelTask> tasks = [];
            List<int> counts = [];
            foreach (int count in shown)
            {
                while (tasks.Count < count)
                {
                    tasks.AddRange(await project.NextAsync("ada", Math.Min(100, count - tasks.Count)));
                }

                counts.Add(tasks.Count(task => task.Reason == LabelReasons.Audit));
            }

            Assert.Equal(70, project.Status().Audit.Reserved);
            return counts;
        }
    }

    [Fact]
    public async Task A_project_without_an_audit_gets_none_later()
    {
        await _tiny.CreateAsync(auditShare: 0);
        Assert.Contains("keeps no image from learning", Assert.Throws<RunException>(() => LabellingRounds.ChangeAuditShare(_tiny.Root, 0.1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Images_of_the_audit_are_never_learnt_and_estimate_the_accuracy()
    {
        await _tiny.CreateAsync(0.2, 30);
        await _tiny.AdvanceAsync();
        using LabellingProject project = _tiny.Open();
        HashSet<int> audit = [];
        for (int round = 0; round < 3; round++)
        {
            audit.UnionWith((await TinyProject.AnswerAllAsync(project)).Where(task => task.Reason == LabelReasons.Audit).Select(task => task.Id));
            await _tiny.AdvanceAsync();
            project.Refresh();
        }

        Assert.InRange(audit.Count, 4, 6);
        Assert.Equal(audit.Count, project.Status().Audit.Labelled);
        Assert.Null(project.Status().Accuracy);
        using SqliteConnection store = Store();
        Assert.Equal(0, Scalar(store, "SELECT COUNT(*) FROM labels WHERE sample IN (SELECT sample FROM audit)"));
        Assert.Equal(0, Scalar(store, "SELECT COUNT(*) FROM queries WHERE sample IN (SELECT sample FROM audit)"));
        Assert.Equal(30, Scalar(store, "SELECT COUNT(*) FROM audit_predictions"));
        Assert.Equal(audit.Count, project.Dashboard().Classes.Sum(one => one.Audit));
        Assert.Equal(audit.Count, project.Dashboard().Confusion.Counts.Sum(row => row.Sum()));
    }

    [Fact]
    public async Task Nobody_gets_an_image_that_somebody_else_has_until_the_lease_ends()
    {
        ManualClock clock = new();
        await _tiny.CreateAsync(0, 0);
        await _tiny.AdvanceAsync();
        using LabellingProject project = _tiny.Open(clock);
        LabelTask[] ada = [.. await project.NextAsync("ada", 5)];
        LabelTask[] bob = [.. await project.NextAsync("bob", 5)];
        Assert.Equal(8, ada.Concat(bob).Select(task => task.Id).Distinct().Count());
        Assert.Equal(3, bob.Length);
        Assert.Empty(await project.NextAsync("bob", 5));

        clock.Now += TimeSpan.FromMinutes(6);
        LabelTask[] again = [.. await project.NextAsync("bob", 8)];
        Assert.Equal(8, again.Length);
        LabellingException late = await Assert.ThrowsAsync<LabellingException>(() => project.AnswerAsync("ada", ada[0].Lease, LabelAction.Label, "dark"));
        Assert.Equal(LabellingFault.Conflict, late.Fault);

        // Given back, it is anybody's; and a late answer counts while nobody else has the image.
        project.Release("bob", again.Select(task => task.Lease));
        AnswerOutcome outcome = await project.AnswerAsync("ada", ada[0].Lease, LabelAction.Label, "dark");
        Assert.Equal((ada[0].Id, LabelAction.Label, "dark", 1), (outcome.Id, outcome.Action, outcome.Class, outcome.Labelled));
    }

    [Fact]
    public async Task Leases_are_forgotten_when_they_are_answered_or_have_ended_a_day_ago()
    {
        ManualClock clock = new();
        await _tiny.CreateAsync(0, 0);
        await _tiny.AdvanceAsync();
        using LabellingProject project = _tiny.Open(clock);
        LabelTask[] tasks = [.. await project.NextAsync("ada", 8)];
        foreach (LabelTask task in tasks[..3])
        {
            await project.AnswerAsync("ada", task.Lease, LabelAction.Label, "dark");
        }

        Assert.Equal(5, project.RememberedLeases);
        clock.Now += TimeSpan.FromHours(23);
        Assert.Equal(5, (await project.NextAsync("bob", 8)).Count);
        Assert.Equal(10, project.RememberedLeases);
        clock.Now += TimeSpan.FromHours(2);
        LabelTask[] again = [.. await project.NextAsync("bob", 8)];
        Assert.Equal(10, project.RememberedLeases);
        using SqliteConnection store = Store();
        Assert.Equal(10, Scalar(store, "SELECT COUNT(*) FROM leases WHERE expires > " + clock.Now.AddDays(-1).ToUnixTimeMilliseconds()));
        Assert.Equal(10, Scalar(store, "SELECT COUNT(*) FROM leases"));
        Assert.Equal(LabellingFault.Unknown, (await Assert.ThrowsAsync<LabellingException>(() => project.AnswerAsync("ada", tasks[3].Lease, LabelAction.Label, "dark"))).Fault);

        // What was answered is known by its lease for ever, also to another process.
        Assert.Equal(tasks[0].Id, (await project.AnswerAsync("ada", tasks[0].Lease, LabelAction.Label, "dark")).Id);
        await project.AnswerAsync("bob", again[0].Lease, LabelAction.Skip, null);
        Assert.Equal(9, project.RememberedLeases);
    }

    [Fact]
    public async Task The_same_answer_twice_is_one_and_another_is_refused()
    {
        await _tiny.CreateAsync();
        await _tiny.AdvanceAsync();
        using LabellingProject project = _tiny.Open();
        LabelTask task = (await project.NextAsync("ada", 1))[0];

        AnswerOutcome[] both = await Task.WhenAll(
            project.AnswerAsync("ada", task.Lease, LabelAction.Label, "dark", 5), project.AnswerAsync("ada", task.Lease, LabelAction.Label, "dark", 5));
        AnswerOutcome third = await project.AnswerAsync("ada", task.Lease, LabelAction.Label, "dark", 5);

        Assert.Equal(1, both[0].Labelled);
        Assert.Equal(both[0], both[1]);
        Assert.Equal(both[0], third);
        Assert.Equal(1, Scalar(Store(), "SELECT COUNT(*) FROM label_events"));
        foreach ((LabelAction action, string? name, LabellingFault fault) in new (LabelAction, string?, LabellingFault)[]
        {
            (LabelAction.Label, "light", LabellingFault.Conflict), (LabelAction.Bad, null, LabellingFault.Conflict),
            (LabelAction.Label, "zebra", LabellingFault.Invalid), (LabelAction.Bad, "dark", LabellingFault.Invalid), (LabelAction.None, null, LabellingFault.Invalid),
        })
        {
            Assert.Equal(fault, (await Assert.ThrowsAsync<LabellingException>(() => project.AnswerAsync("ada", task.Lease, action, name))).Fault);
        }

        Assert.Equal(LabellingFault.Unknown, (await Assert.ThrowsAsync<LabellingException>(() => project.AnswerAsync("ada", "0123", LabelAction.Label, "dark"))).Fault);
        Assert.Equal(LabellingFault.Conflict, (await Assert.ThrowsAsync<LabellingException>(() => project.AnswerAsync("bob", (project.NextAsync("ada", 1).Result)[0].Lease, LabelAction.Bad, null))).Fault);
    }

    [Fact]
    public async Task Skipped_images_come_again_behind_the_others_and_then_no_more()
    {
        await _tiny.CreateAsync(0, 0);
        await _tiny.AdvanceAsync();
        using LabellingProject project = _tiny.Open();
        LabelTask first = (await project.NextAsync("ada", 1))[0];
        await project.AnswerAsync("ada", first.Lease, LabelAction.Skip, null);
        LabelTask last = (await project.NextAsync("ada", 1))[0];
        int others = 0;
        for (; last.Id != first.Id; last = (await project.NextAsync("ada", 1))[0])
        {
            others++;
            await project.AnswerAsync("ada", last.Lease, LabelAction.Bad, null);
        }

        Assert.Equal(7, others);
        Assert.False(project.NeedsRound);
        await project.AnswerAsync("ada", last.Lease, LabelAction.Skip, null);
        Assert.True(project.NeedsRound);
        Assert.Equal((1, 7, 0), (project.Status().Skipped, project.Status().Bad, project.Status().Labelled));
        Assert.Equal(first.Id, Assert.Single(project.Review(ReviewKind.Skipped, 10)).Id);
        Assert.Equal(7, project.Review(ReviewKind.Bad, 10).Count);
    }

    [Fact]
    public async Task What_was_said_can_be_taken_back_one_by_one()
    {
        await _tiny.CreateAsync();
        await _tiny.AdvanceAsync();
        using LabellingProject project = _tiny.Open();
        LabelTask[] tasks = [.. await project.NextAsync("ada", 3)];
        await project.AnswerAsync("ada", tasks[0].Lease, LabelAction.Label, "dark");
        await project.AnswerAsync("ada", tasks[1].Lease, LabelAction.Bad, null);
        await project.RelabelAsync("ada", tasks[0].Id, LabelAction.Label, "light");
        Assert.Equal([tasks[0].Id, tasks[1].Id], project.History("ada", 10).Select(item => item.Id));

        UndoneTask relabel = (await project.UndoAsync("ada"))!;
        Assert.Equal((tasks[0].Id, "light"), (relabel.Task.Id, relabel.Class));
        Assert.Equal("dark", project.Export().Single(label => label.Path == project.PathOf(tasks[0].Id)).Class);
        Assert.Equal("light", (await project.AnswerAsync("ada", relabel.Task.Lease, LabelAction.Label, "light")).Class);
        Assert.Equal("light", (await project.UndoAsync("ada"))!.Class);
        UndoneTask bad = (await project.UndoAsync("ada"))!;
        Assert.Equal((tasks[1].Id, LabelAction.Bad), (bad.Task.Id, bad.Action));
        AnswerOutcome again = await project.AnswerAsync("ada", bad.Task.Lease, LabelAction.Label, "light");
        Assert.Equal(2, again.Labelled);
        Assert.NotNull(await project.UndoAsync("ada"));
        Assert.NotNull(await project.UndoAsync("ada"));
        Assert.Null(await project.UndoAsync("ada"));
        Assert.Null(await project.UndoAsync("bob"));
        Assert.Equal(0, project.Status().Labelled);
    }

    [Fact]
    public async Task The_same_undo_asked_again_takes_back_one_answer()
    {
        await _tiny.CreateAsync();
        await _tiny.AdvanceAsync();
        UndoneTask[] undone;
        LabelTask[] tasks;
        using (LabellingProject project = _tiny.Open())
        {
            tasks = [.. await project.NextAsync("ada", 3)];
            foreach (LabelTask task in tasks)
            {
                await project.AnswerAsync("ada", task.Lease, LabelAction.Label, "dark");
            }

            undone = [.. (await Task.WhenAll(project.UndoAsync("ada", "k1"), project.UndoAsync("ada", "k1"))).OfType<UndoneTask>(), (await project.UndoAsync("ada", "k1"))!];
            Assert.All(undone, one => Assert.Equal((tasks[2].Id, undone[0].Task.Lease, "dark"), (one.Task.Id, one.Task.Lease, one.Class)));
            Assert.Equal(2, project.Status().Labelled);
            foreach ((string labeller, string key) in new[] { ("bob", "k1"), ("ada", tasks[0].Lease) })
            {
                Assert.Equal(LabellingFault.Conflict, (await Assert.ThrowsAsync<LabellingException>(() => project.UndoAsync(labeller, key))).Fault);
            }

            Assert.Equal(LabellingFault.Invalid, (await Assert.ThrowsAsync<LabellingException>(() => project.UndoAsync("ada", ""))).Fault);
            Assert.Equal(LabellingFault.Conflict, (await Assert.ThrowsAsync<LabellingException>(() => project.AnswerAsync("ada", "k1", LabelAction.Label, "dark"))).Fault);
        }

        // After a restart the answer to a lost request is still the same, and the next key takes back the next one.
        using LabellingProject again = _tiny.Open();
        Assert.Equal(tasks[2].Id, (await again.UndoAsync("ada", "k1"))!.Task.Id);
        Assert.Equal(2, again.Status().Labelled);
        Assert.Equal(tasks[1].Id, (await again.UndoAsync("ada", "k2"))!.Task.Id);
        Assert.Equal(1, again.Status().Labelled);
        Assert.Equal(tasks[2].Id, (await again.AnswerAsync("ada", undone[0].Task.Lease, LabelAction.Bad, null)).Id);
    }

    [Fact]
    public async Task The_same_correction_sent_again_is_taken_back_by_one_undo()
    {
        await _tiny.CreateAsync();
        await _tiny.AdvanceAsync();
        using LabellingProject project = _tiny.Open();
        LabelTask task = (await project.NextAsync("ada", 1))[0];
        await project.AnswerAsync("ada", task.Lease, LabelAction.Label, "dark");
        await Task.WhenAll(
            project.RelabelAsync("ada", task.Id, LabelAction.Label, "light", key: "k"), project.RelabelAsync("ada", task.Id, LabelAction.Label, "light", key: "k"));
        await project.RelabelAsync("ada", task.Id, LabelAction.Label, "light", key: "k");
        Assert.Equal(LabellingFault.Conflict, (await Assert.ThrowsAsync<LabellingException>(() => project.RelabelAsync("ada", task.Id, LabelAction.Bad, null, key: "k"))).Fault);
        Assert.Equal("light", (await project.UndoAsync("ada"))!.Class);
        Assert.Equal("dark", project.Export().Single(label => label.Path == project.PathOf(task.Id)).Class);
    }

    [Fact]
    public async Task A_corrected_label_is_learnt_by_the_next_round()
    {
        await _tiny.CreateAsync(0, 0);
        await _tiny.AdvanceAsync();
        using LabellingProject project = _tiny.Open();
        List<LabelTask> answered = await TinyProject.AnswerAllAsync(project);
        await _tiny.AdvanceAsync();
        project.Refresh();
        await project.RelabelAsync("ada", answered[0].Id, LabelAction.Label, Other(project, answered[0].Id));
        await project.RelabelAsync("ada", answered[1].Id, LabelAction.Bad, null);
        await TinyProject.AnswerAllAsync(project);

        Assert.False(await _tiny.AdvanceAsync());

        project.Refresh();
        Assert.Equal([8, 11], project.Dashboard().Rounds.Select(round => round.Labels));
        using SqliteConnection store = Store();
        Assert.Equal(2, Scalar(store, "SELECT COUNT(*) FROM label_revisions"));
        Assert.Equal(0, Scalar(store, $"SELECT COUNT(*) FROM labels WHERE sample = {answered[1].Id}"));
        Assert.Equal(Other(project, answered[0].Id) == "light" ? 1 : 0, Scalar(store, $"SELECT label FROM labels WHERE sample = {answered[0].Id}"));
    }

    [Fact]
    public async Task Classes_grow_and_change_their_names()
    {
        await _tiny.CreateAsync(0, 0);
        await _tiny.AdvanceAsync();
        using LabellingProject project = _tiny.Open();
        await TinyProject.AnswerAllAsync(project);
        await _tiny.AdvanceAsync();
        project.Refresh();
        LabelClass third = await project.AddClassAsync(" grey ");
        Assert.Equal((2, "grey"), (third.Id, third.Name));
        Assert.Equal("light", (await project.RenameClassAsync(1, "light")).Name);
        await project.RenameClassAsync(0, "black");
        Assert.Equal(LabellingFault.Conflict, (await Assert.ThrowsAsync<LabellingException>(() => project.AddClassAsync("black"))).Fault);
        Assert.Equal(LabellingFault.Invalid, (await Assert.ThrowsAsync<LabellingException>(() => project.AddClassAsync("\t"))).Fault);
        foreach (LabelTask task in await project.NextAsync("ada", 4))
        {
            await project.AnswerAsync("ada", task.Lease, LabelAction.Label, "grey");
        }

        Assert.False(await _tiny.AdvanceAsync());

        project.Refresh();
        RunDocument run = RunDocument.Read(RunFolder.At(_tiny.Root));
        Assert.Equal(["black", "light", "grey"], run.Classes);
        Assert.Equal([8, 12], run.Rounds.Select(round => round.Labels));
        Assert.Equal(3, (await project.NextAsync("ada", 1))[0].Suggested.Count);
        Assert.Equal(4, project.Classes[2].Count);
        Assert.All(project.Export().Where(label => label.Class is not null), label => Assert.Contains(label.Class, run.Classes));
    }

    [Fact]
    public async Task Labels_that_exist_already_begin_the_run()
    {
        ImageLabel[] known = [.. Enumerable.Range(0, 20).Select(i => new ImageLabel($"{i:000}.ppm") { Action = i == 5 ? LabelAction.Bad : LabelAction.Label, Class = i == 5 ? null : TinyProject.Truth($"{i}") })];
        await _tiny.CreateAsync(known: known);

        Assert.False(await _tiny.AdvanceAsync());

        using LabellingProject project = _tiny.Open();
        Assert.Equal(19, Assert.Single(project.Dashboard().Rounds).Labels);
        Assert.Equal((19, 1, 2), (project.Status().Labelled, project.Status().Bad, project.Status().Round));
        Assert.DoesNotContain(known.Select(label => label.Path), path => project.Export().Any(label => label.Path == path && label.Action == LabelAction.None));
    }

    [Fact]
    public async Task Labels_are_imported_into_a_project_and_those_of_people_stay()
    {
        await _tiny.CreateAsync(0, 0);
        await _tiny.AdvanceAsync();
        using LabellingProject project = _tiny.Open();
        LabelTask task = (await project.NextAsync("ada", 1))[0];
        await project.AnswerAsync("ada", task.Lease, LabelAction.Label, "dark");
        string mine = project.PathOf(task.Id);
        string[] others = [.. Enumerable.Range(0, 120).Select(i => $"{i:000}.ppm").Where(path => path != mine).Take(3)];
        ImageLabel Said(string path, string name) => new(path) { Action = LabelAction.Label, Class = name };

        ImportOutcome outcome = await project.ImportAsync([Said(mine, "light"), Said(others[0], "light"), Said(others[1], "zebra"), Said("gone.jpg", "dark")]);

        Assert.Equal((2, 0), (outcome.Imported, outcome.Unchanged));
        Assert.Equal([mine], outcome.Conflicts);
        Assert.Equal(["gone.jpg"], outcome.Unknown);
        Assert.Equal(["dark", "light", "zebra"], project.Classes.Select(one => one.Name));
        Assert.Equal(2, (await project.ImportAsync([Said(others[0], "light"), Said(others[1], "zebra")])).Unchanged);
        Assert.Equal(LabelSource.Imported, project.Export().Single(label => label.Path == others[1]).Source);
    }

    [Theory]
    [InlineData("csv")]
    [InlineData("jsonl")]
    [InlineData("label-studio")]
    [InlineData("fiftyone")]
    public async Task What_is_known_of_an_answer_goes_along_from_project_to_project(string format)
    {
        await _tiny.CreateAsync(0, 0);
        await _tiny.AdvanceAsync();
        string file = _tiny.Folder["labels"];
        ImageLabel[] said;
        using (LabellingProject project = _tiny.Open())
        {
            await TinyProject.AnswerAllAsync(project);
            await _tiny.AdvanceAsync();
            project.Refresh();
            LabelTask task = (await project.NextAsync("bob", 1))[0];
            await project.AnswerAsync("bob", task.Lease, LabelAction.Label, "light", 12);
            said = [.. project.Export().Where(label => label.Action != LabelAction.None)];
            Assert.Contains(said, label => label is { Round: 2, ModelVersion: "round 1", Score: not null, Milliseconds: 12 });
            Assert.Contains(said, label => label is { Round: 1, ModelVersion: null });
            project.Export(format, file);
        }

        using TinyProject other = new(120);
        await other.CreateAsync(0, 0);
        using LabellingProject taken = other.Open();
        await taken.ImportAsync(taken.ReadLabels(file, format), addClasses: false);
        await taken.ImportAsync([new ImageLabel("119.ppm") { Action = LabelAction.Bad }]);
        ImageLabel[] held = [.. taken.Export().Where(label => label.Action != LabelAction.None)];
        Assert.Equal(said.Select(Text), held.SkipLast(1).Select(Text));
        Assert.All(held, label => Assert.Equal(LabelSource.Imported, label.Source));
        Assert.Equal((null, null), (held[^1].Round, held[^1].ModelVersion));

        static string Text(ImageLabel label)
            => FormattableString.Invariant($"{label.Path} {label.Action} {label.Class} {label.Labeller} {label.Time:O} {label.Milliseconds} {label.Round} {label.Score:R} {label.ModelVersion} {label.Sha256}");
    }

    [Fact]
    public async Task Imported_labels_are_no_images_shown_so_they_bring_no_audit_forward()
    {
        ImageLabel[] known = [.. Enumerable.Range(0, 60).Select(i => new ImageLabel($"{i:000}.ppm") { Action = LabelAction.Label, Class = TinyProject.Truth($"{i}") })];
        await _tiny.CreateAsync(auditShare: 0.2, auditWanted: 5, known);
        await _tiny.AdvanceAsync();
        using LabellingProject project = _tiny.Open();
        Assert.Equal([LabelReasons.Audit, LabelReasons.Query, LabelReasons.Query, LabelReasons.Query], (await project.NextAsync("ada", 4)).Select(task => task.Reason));
    }

    [Fact]
    public async Task Equal_files_with_different_labels_are_found()
    {
        File.Copy(Path.Combine(_tiny.Images, "000.ppm"), Path.Combine(_tiny.Images, "120.ppm"));
        File.Copy(Path.Combine(_tiny.Images, "001.ppm"), Path.Combine(_tiny.Images, "121.ppm"));
        await _tiny.CreateAsync();
        using LabellingProject project = _tiny.Open();
        foreach ((int id, string name) in new[] { (0, "light"), (120, "dark"), (1, "dark"), (121, "dark"), (2, "light") })
        {
            await project.RelabelAsync("ada", id, LabelAction.Label, name);
        }

        Assert.Equal([0, 120], project.Review(ReviewKind.Duplicates, 1).Select(item => item.Id));
        Assert.All(project.Review(ReviewKind.Duplicates, 1), item => Assert.Equal(64, item.Group!.Length));
    }

    [Fact]
    public async Task A_wrong_label_is_doubted_most()
    {
        using TinyProject large = new(150);
        large.Configuration = large.Configuration with { Initial = 60, Recipe = large.Configuration.Recipe with { Candidate = large.Configuration.Recipe.Candidate with { MinimumSteps = 120 } } };
        await large.CreateAsync(0.2, 20);
        await large.AdvanceAsync();
        using LabellingProject project = large.Open();
        Assert.False(await LabellingRounds.ReviewAsync(large.Root));
        List<LabelTask> answered = await TinyProject.AnswerAllAsync(project);
        LabelTask wrong = answered.Last(task => task.Reason == LabelReasons.Initial);
        await project.RelabelAsync("ada", wrong.Id, LabelAction.Label, Other(project, wrong.Id));
        await large.AdvanceAsync();

        Assert.True(await LabellingRounds.ReviewAsync(large.Root));
        Assert.False(await LabellingRounds.ReviewAsync(large.Root));

        project.Refresh();
        IReadOnlyList<ReviewItem> doubt = project.Review(ReviewKind.Doubt, 200);
        Assert.Equal(project.Status().Labelled, doubt.Count);
        Assert.Equal(wrong.Id, doubt[0].Id);
        Assert.Equal(TinyProject.Truth(project.PathOf(wrong.Id)), doubt[0].Suggested[0].Class);
        Assert.True(doubt[0].Quality < 0.5 && doubt[^1].Quality > 0.5, $"{doubt[0].Quality} {doubt[^1].Quality}");
        Assert.Equal(doubt.Select(item => item.Quality).Order(), doubt.Select(item => item.Quality));
    }

    [Fact]
    public async Task When_no_image_is_left_the_run_has_ended()
    {
        using TinyProject small = new(14);
        await small.CreateAsync(0, 0);
        await small.AdvanceAsync();
        using LabellingProject project = small.Open();
        bool ended = false;
        for (int round = 0; round < 3 && !ended; round++)
        {
            await TinyProject.AnswerAllAsync(project);
            ended = await small.AdvanceAsync();
            project.Refresh();
        }

        Assert.True(ended);
        Assert.True(project.Status().IsDone);
        Assert.False(project.NeedsRound);
        Assert.EndsWith(Path.Combine("model", "model.safetensors"), project.Model, StringComparison.Ordinal);
        Assert.Equal([8, 12, 14], project.Dashboard().Rounds.Select(round => round.Labels));
    }

    [Fact]
    public async Task A_budget_that_is_spent_can_be_raised()
    {
        _tiny.Configuration = _tiny.Configuration with { Budget = 8 };
        await _tiny.CreateAsync(0, 0);
        await _tiny.AdvanceAsync();
        using (LabellingProject project = _tiny.Open())
        {
            await TinyProject.AnswerAllAsync(project);
            Assert.True(await _tiny.AdvanceAsync());
            project.Refresh();
            Assert.True(project.Status().IsDone);
        }

        LabellingRounds.RaiseBudget(_tiny.Root, 12);

        Assert.False(await _tiny.AdvanceAsync());
        using LabellingProject again = _tiny.Open();
        Assert.Equal((12, 4), (again.Status().Budget, again.Status().Batch.Size));
        await TinyProject.AnswerAllAsync(again);
        Assert.True(await _tiny.AdvanceAsync());
        again.Refresh();
        Assert.Equal([8, 12], again.Dashboard().Rounds.Select(round => round.Labels));
    }

    [Fact]
    public async Task A_project_is_served_by_one_process_and_is_no_plain_run()
    {
        await _tiny.CreateAsync();
        using LabellingProject project = _tiny.Open();
        Assert.Contains("is writing there", Assert.Throws<RunException>(() => _tiny.Open()).Message, StringComparison.Ordinal);
        Assert.Contains("holds a run or a labelling project already", (await Assert.ThrowsAsync<RunException>(() => _tiny.CreateAsync())).Message, StringComparison.Ordinal);
        await _tiny.AdvanceAsync();
        RunException plain = await Assert.ThrowsAsync<RunException>(() => ActiveInas.Runs.Sessions.ActiveInasRun.ResumeAsync(_tiny.Root));
        Assert.Contains("is a labelling project, whose labels people give", plain.Message, StringComparison.Ordinal);
        Assert.Contains("no labelling project", Assert.Throws<RunException>(() => LabellingProject.Open(_tiny.Images)).Message, StringComparison.Ordinal);
    }

    private static string Other(LabellingProject project, int id) => TinyProject.Truth(project.PathOf(id)) == "dark" ? "light" : "dark";

    private SqliteConnection Store()
    {
        SqliteConnection connection = new($"Data Source={Path.Combine(_tiny.Root, "run.db")};Mode=ReadOnly;Pooling=False");
        connection.Open();
        return connection;
    }

    private static long Scalar(SqliteConnection store, string sql)
    {
        using SqliteCommand command = store.CreateCommand();
        command.CommandText = sql;
        return Convert.ToInt64(command.ExecuteScalar(), System.Globalization.CultureInfo.InvariantCulture);
    }

    private sealed class ManualClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = DateTimeOffset.UnixEpoch.AddDays(20_000);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
