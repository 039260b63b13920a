using ActiveInas.Data;
using ActiveInas.Learning;
using ActiveInas.Runs.Folder;
using ActiveInas.Runs.Output;
using ActiveInas.Runs.Store;
using ActiveInas.Runs.Tests.Support;
using ActiveInas.Tests.Shared;
using ActiveInas.Training;
using Dapper;
using Microsoft.Data.Sqlite;

namespace ActiveInas.Runs.Tests.Store;

public sealed class RunStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Database => _folder["run.db"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void An_empty_file_becomes_a_store_of_the_latest_version()
    {
        File.WriteAllBytes(Database, []);
        using RunStore writer = RunStore.OpenWriter(Database);

        using SqliteConnection connection = new($"Data Source={Database};Pooling=False");
        connection.Open();
        HashSet<string> tables = [.. connection.Query<string>("SELECT name FROM sqlite_master WHERE type = 'table'")];
        Assert.Equal(Migrations.Latest, connection.ExecuteScalar<int>("PRAGMA user_version"));
        Assert.Equal("wal", connection.ExecuteScalar<string>("PRAGMA journal_mode"));
        Assert.Superset(new HashSet<string> { "runs", "rounds", "trials", "labels", "queries", "metrics" }, tables);
    }

    [Fact]
    public void A_store_of_a_newer_program_is_refused_with_both_versions()
    {
        RunStore.OpenWriter(Database).Dispose();
        using (SqliteConnection connection = new($"Data Source={Database};Pooling=False"))
        {
            connection.Open();
            connection.Execute("PRAGMA user_version = 99");
        }

        RunException error = Assert.Throws<RunException>(() => RunStore.OpenWriter(Database));
        Assert.Contains("99", error.Message, StringComparison.Ordinal);
        Assert.Throws<RunException>(() => RunStore.OpenReader(Database));
    }

    [Fact]
    public void A_file_that_is_no_store_is_refused()
    {
        File.WriteAllText(Database, new string('x', 4096));
        Assert.Contains("not a run's store", Assert.Throws<RunException>(() => RunStore.OpenReader(Database)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Everything_recorded_comes_back_to_the_bit_after_reopening()
    {
        LabelledSample[] labels = Samples.Labels((9, 1), (2, 0), (5, 1));
        TrialResult trial = new(Samples.Awkward, [0.5, double.NaN, Samples.Awkward], double.NaN, 1L << 40, 3.25);
        using (RunStore store = RunStore.OpenWriter(Database))
        {
            store.InsertRun(Samples.Run());
            store.InsertLabels(1, labels, Samples.Name, "initial");
            store.InsertTrial(Samples.Trial("round-01/search/A(2,1)"), trial);
            store.InsertSearch(1, Samples.Search());
            store.InsertRound(Samples.Round(1, 3, Samples.Search()));
            store.InsertQuery(Samples.Query(1), Samples.Name);
            store.InsertLabels(2, [], Samples.Name, "file");
        }

        using RunStore reopened = RunStore.OpenWriter(Database);
        Assert.Equal(Samples.Run() with { Seconds = reopened.FindRun()!.Seconds }, reopened.FindRun());
        Assert.Equal(labels, reopened.FindLabels(1));
        Assert.Empty(reopened.FindLabels(2)!);
        Assert.Null(reopened.FindLabels(3));
        AssertSame(trial, reopened.FindTrial("round-01/search/A(2,1)")!);
        Assert.Null(reopened.FindTrial("round-01/search/A(1,1)"));
        Assert.Equal(Samples.Search().Candidates, reopened.FindSearch(1)!.Candidates);
        Assert.Equal(Samples.Search().Chosen, reopened.FindSearch(1)!.Chosen);
        Assert.Null(reopened.FindSearch(2));
        AssertSame(Samples.Round(1, 3, Samples.Search()), reopened.FindRound(1)!);
        Assert.Null(reopened.FindRound(2));
        Assert.Equal(Samples.Query(1).Picks, reopened.FindQuery(1)!.Picks);
        Assert.Null(reopened.FindQuery(2));
    }

    [Fact]
    public void A_round_without_a_test_part_and_without_a_search_stays_without_them()
    {
        using RunStore store = RunStore.OpenWriter(Database);
        store.InsertRun(Samples.Run());
        store.InsertRound(Samples.Round(1, 10) with { Test = null });
        RoundRecord round = Assert.Single(store.Rounds());
        Assert.Null(round.Test);
        Assert.Null(round.Search);
    }

    [Fact]
    public void A_record_that_fails_leaves_nothing_behind()
    {
        using RunStore store = RunStore.OpenWriter(Database);
        store.InsertRun(Samples.Run());
        store.InsertLabels(1, Samples.Labels((1, 0)), Samples.Name, "initial");

        // Sample 1 has a label already: the whole batch of round 2 must go.
        Assert.Throws<SqliteException>(() => store.InsertLabels(2, Samples.Labels((7, 0), (1, 1)), Samples.Name, "oracle"));
        Assert.Null(store.FindLabels(2));
        Assert.Equal(Samples.Labels((1, 0)), store.FindLabels(1));
    }

    [Fact]
    public async Task Readers_see_whole_transactions_while_one_writes()
    {
        using RunStore writer = RunStore.OpenWriter(Database);
        writer.InsertRun(Samples.Run());
        using CancellationTokenSource done = new();
        Task<int> reading = Task.Run(() =>
        {
            int reads = 0;
            while (!done.IsCancellationRequested || reads == 0)
            {
                using RunStore reader = RunStore.OpenReader(Database);
                (int queries, int lines) = reader.Snapshot(() => (reader.Queries().Count, reader.Queries().Sum(query => reader.QueryLines(query.Round).Count)));
                Assert.Equal(2 * queries, lines);
                reads++;
            }

            return reads;
        });
        for (int round = 1; round <= 30; round++)
        {
            writer.InsertQuery(Samples.Query(round), Samples.Name);
        }

        await done.CancelAsync();
        Assert.True(await reading > 0);
    }

    [Fact]
    public void A_copied_store_can_be_read_from_a_folder_that_cannot_be_written()
    {
        using (RunStore store = RunStore.OpenWriter(Database))
        {
            store.InsertRun(Samples.Run());
        }

        // Closing folds the log into the one file.
        Assert.False(File.Exists(Database + "-wal"));
        string copy = Path.Combine(Directory.CreateDirectory(_folder["copy of #1?"]).FullName, "run.db");
        File.Copy(Database, copy);
        using RunStore reader = RunStore.OpenReader(copy);
        Assert.Equal("0badcafe", reader.FindRun()!.Id);
    }

    [Fact]
    public void Reading_a_closed_store_leaves_no_file_beside_it()
    {
        using (RunStore store = RunStore.OpenWriter(Database))
        {
            store.InsertRun(Samples.Run());
        }

        using (RunStore reader = RunStore.OpenReader(Database))
        {
            Assert.NotNull(reader.FindRun());
            Assert.Equal(["run.db"], Directory.GetFiles(_folder.Path).Select(Path.GetFileName));
        }

        Assert.Equal(["run.db"], Directory.GetFiles(_folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public void A_store_that_is_read_while_its_writer_closes_keeps_its_log_and_all_records()
    {
        RunStore store = RunStore.OpenWriter(Database);
        store.InsertRun(Samples.Run());
        using (RunStore reader = RunStore.OpenReader(Database))
        {
            reader.Snapshot(() =>
            {
                Assert.NotNull(reader.FindRun());
                store.Dispose();
                Assert.True(File.Exists(Database + "-wal"));
                return 0;
            });
        }

        using RunStore again = RunStore.OpenReader(Database);
        Assert.Equal("0badcafe", again.FindRun()!.Id);
    }

    [Fact]
    public void Seconds_add_up_over_sessions()
    {
        using (RunStore store = RunStore.OpenWriter(Database))
        {
            store.InsertRun(Samples.Run() with { Seconds = 100 });
        }

        using (RunStore store = RunStore.OpenWriter(Database))
        {
            double before = store.FindRun()!.Seconds;
            Thread.Sleep(30);
            store.SaveSeconds();
            Assert.InRange(store.FindRun()!.Seconds, before + 0.02, before + 30);
        }
    }

    [Fact]
    public void A_store_of_an_earlier_version_is_read_as_it_is_and_brought_up_to_date_by_the_next_writer()
    {
        using (RunStore store = RunStore.OpenWriter(Database))
        {
            store.InsertRun(Samples.Run() with { ImageHeight = 32, ImageWidth = 24 });
            store.InsertRound(Samples.Round(1, 3));
        }

        using (SqliteConnection connection = new($"Data Source={Database};Pooling=False"))
        {
            connection.Open();
            connection.Execute(
                """
                DROP TABLE label_revisions; DROP TABLE answers; DROP TABLE label_events; DROP TABLE leases; DROP TABLE audit; DROP TABLE images; DROP TABLE label_classes;
                DROP TABLE projects; DROP TABLE ahead; DROP TABLE suggestions; DROP TABLE audit_predictions; DROP TABLE qualities;
                ALTER TABLE runs DROP COLUMN data_loss; DROP TABLE class_results; ALTER TABLE rounds DROP COLUMN never_predicted; ALTER TABLE trials DROP COLUMN measure;
                ALTER TABLE searches DROP COLUMN measure; ALTER TABLE searches DROP COLUMN effective_count;
                DROP TABLE calibration; ALTER TABLE runs DROP COLUMN image_height; ALTER TABLE runs DROP COLUMN image_width; PRAGMA user_version = 2
                """);
        }

        using (RunStore reader = RunStore.OpenReader(Database))
        {
            Assert.Null(reader.FindRun()!.ImageHeight);
            RoundRecord round = Assert.Single(reader.Rounds());
            Assert.Empty(round.Test!.Calibration);
            Assert.Empty(round.NeverPredicted);

            // The accuracies of the classes were recorded all along; what was predicted was not.
            Assert.Equal((0.25 + Samples.Awkward) / 2, RoundMetrics.BalancedAccuracy.Of(round)!.Value, 12);
            Assert.Null(RoundMetrics.MacroF1.Of(round));
            Assert.Equal("-", RoundMetrics.MajorityShare.Text(round));
            Assert.Equal($"test accuracy 0.6000, balanced accuracy {NumberText.Share((0.25 + Samples.Awkward) / 2)}", RoundMetrics.Text(round));
        }

        RunDocument document = RunDocument.Read(RunFolder.At(Path.GetDirectoryName(Database)!));
        Assert.Equal((32, 32), (document.ImageHeight, document.ImageWidth));
        using RunStore writer = RunStore.OpenWriter(Database);
        writer.InsertRound(Samples.Round(2, 6));
        Assert.Equal([0, 2], writer.Rounds().Select(round => round.Test!.Calibration.Count));
        Assert.Equal([0, 3], writer.Rounds().Select(round => round.Test!.Classes.Count));
    }

    [Fact]
    public void A_search_of_an_earlier_version_compared_plain_errors_and_later_ones_say_what_they_compared()
    {
        using (RunStore store = RunStore.OpenWriter(Database))
        {
            store.InsertRun(Samples.Run());
            store.InsertSearch(1, Samples.Search());
        }

        using (SqliteConnection connection = new($"Data Source={Database};Pooling=False"))
        {
            connection.Open();
            connection.Execute(
                """
                DROP TABLE label_revisions; DROP TABLE answers; DROP TABLE label_events; DROP TABLE leases; DROP TABLE audit; DROP TABLE images; DROP TABLE label_classes;
                DROP TABLE projects; DROP TABLE ahead; DROP TABLE suggestions; DROP TABLE audit_predictions; DROP TABLE qualities;
                ALTER TABLE runs DROP COLUMN data_loss; DROP TABLE class_results; ALTER TABLE rounds DROP COLUMN never_predicted; ALTER TABLE trials DROP COLUMN measure;
                ALTER TABLE searches DROP COLUMN measure; ALTER TABLE searches DROP COLUMN effective_count; PRAGMA user_version = 3
                """);
        }

        using (RunStore reader = RunStore.OpenReader(Database))
        {
            Assert.Equal((ErrorMeasure.ZeroOne, null), (reader.FindSearch(1)!.Measure, reader.FindSearch(1)!.EffectiveCount));
        }

        using RunStore writer = RunStore.OpenWriter(Database);
        writer.InsertSearch(2, Samples.Search() with { Measure = ErrorMeasure.Balanced, EffectiveCount = 12.8 });
        writer.InsertTrial(Samples.Trial("k") with { Measure = ErrorMeasure.Balanced }, new TrialResult(0.5, [0.5], 1, 1, 1));
        Assert.Equal((ErrorMeasure.Balanced, 12.8), (writer.FindSearch(2)!.Measure, writer.FindSearch(2)!.EffectiveCount));
        Assert.Equal(0.5, writer.FindTrial("k")!.ValidationError);
        using SqliteConnection raw = new($"Data Source={Database};Pooling=False");
        raw.Open();
        Assert.Equal([null, "balanced"], raw.Query<string?>("SELECT measure FROM searches ORDER BY round"));
        Assert.Equal("balanced", raw.ExecuteScalar<string>("SELECT measure FROM trials"));
    }

    [Fact]
    public void A_later_metric_of_the_same_step_replaces_the_earlier()
    {
        using RunStore store = RunStore.OpenWriter(Database);
        store.InsertRun(Samples.Run());
        store.InsertMetrics([new MetricRow { Key = "k", Name = "loss", Step = 3, Value = 1 }]);
        store.InsertMetrics([new MetricRow { Key = "k", Name = "loss", Step = 3, Value = null }]);
        Assert.Null(Assert.Single(store.Metrics()).Value);
    }

    private static void AssertSame(TrialResult expected, TrialResult actual)
    {
        Assert.Equal(expected.EpochErrors, actual.EpochErrors);
        Assert.Equal(expected with { EpochErrors = actual.EpochErrors }, actual);
    }

    private static void AssertSame(RoundRecord expected, RoundRecord actual)
    {
        Assert.Equal(expected.Test!.ClassAccuracy, actual.Test!.ClassAccuracy);
        Assert.Equal(expected.Test.Calibration, actual.Test.Calibration);
        Assert.Equal(expected.Test.Classes, actual.Test.Classes);
        Assert.Equal(expected.Search!.Candidates, actual.Search!.Candidates);
        Evaluation test = expected.Test with { ClassAccuracy = actual.Test.ClassAccuracy, Calibration = actual.Test.Calibration, Classes = actual.Test.Classes };
        Assert.Equal(expected.NeverPredicted, actual.NeverPredicted);
        Assert.Equal(expected with { Test = test, Search = actual.Search, NeverPredicted = actual.NeverPredicted }, actual);
    }
}
