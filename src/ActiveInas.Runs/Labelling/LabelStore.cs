using ActiveInas.Querying;
using ActiveInas.Runs.Folder;
using ActiveInas.Runs.Labelling.Formats;
using ActiveInas.Runs.Store;
using Dapper;
using Microsoft.Data.Sqlite;

namespace ActiveInas.Runs.Labelling;

/// <summary>What people said, in the run.db of a labelling project. Another process may write rounds into the same file.</summary>
internal sealed class LabelStore : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly Lock _gate = new();
    private readonly Lazy<GroupCommit> _writes;

    private LabelStore(SqliteConnection connection)
    {
        _connection = connection;
        _writes = new Lazy<GroupCommit>(() => new GroupCommit(connection, _gate));
    }

    /// <summary>Makes a project: its first record, in one transaction.</summary>
    /// <param name="path">run.db, which may not hold one.</param>
    /// <param name="project">What is asked for.</param>
    /// <param name="paths">Of the images, by sample.</param>
    /// <param name="classes">Names, by index.</param>
    /// <param name="audit">Samples of the audit, in the order in which they are shown.</param>
    /// <param name="known">Labels that exist already.</param>
    public static void Create(
        string path, ProjectRow project, IReadOnlyList<string> paths, IReadOnlyList<string> classes, IReadOnlyList<int> audit, IReadOnlyList<AnswerChange> known)
    {
        using RunStore schema = RunStore.OpenWriter(path);
        using LabelStore store = Open(path);
        store.WriteAsync(transaction =>
        {
            store.Execute("INSERT INTO projects (configuration, source, audit_share, audit_wanted) VALUES (@Configuration, @Source, @AuditShare, @AuditWanted)", project, transaction);
            store.Execute("INSERT INTO images (sample, path) VALUES (@Sample, @Path)", paths.Select((name, i) => new { Sample = i, Path = name }), transaction);
            store.Execute("INSERT INTO label_classes (class, name) VALUES (@Class, @Name)", classes.Select((name, i) => new { Class = i, Name = name }), transaction);
            store.Execute("INSERT INTO audit (sample, position) VALUES (@Sample, @Position)", audit.Select((sample, i) => new { Sample = sample, Position = i }), transaction);
            foreach (AnswerChange change in known)
            {
                store.Write(change, transaction);
            }
        }).GetAwaiter().GetResult();
    }

    /// <summary>Opens the store of a project.</summary>
    public static LabelStore Open(string path) => new(RunStore.ConnectWriter(path, SqliteOpenMode.ReadWrite));

    /// <summary>Whether a file is the store of a labelling project.</summary>
    public static bool IsProject(RunFolder folder)
    {
        if (!folder.HasStore)
        {
            return false;
        }

        using RunStore store = RunStore.OpenReader(folder.Database);
        return store.HasProject;
    }

    /// <summary>What is asked for.</summary>
    public ProjectRow Project() => Read(connection => connection.QuerySingle<ProjectRow>("SELECT * FROM projects"));

    /// <summary>Class names, by index.</summary>
    public IReadOnlyList<string> Classes() => Read(connection => connection.Query<string>("SELECT name FROM label_classes ORDER BY class").AsList());

    /// <summary>Paths and hashes of the images, by sample.</summary>
    public IReadOnlyList<(string Path, string? Sha256)> Images()
        => Read(connection => connection.Query<(string, string?)>("SELECT path, sha256 FROM images ORDER BY sample").AsList());

    /// <summary>Samples of the audit, in the order in which they are shown.</summary>
    public IReadOnlyList<int> Audit() => Read(connection => connection.Query<int>("SELECT sample FROM audit ORDER BY position").AsList());

    /// <summary>What holds now, by sample.</summary>
    public Dictionary<int, Answer> Answers() => Read(connection => connection
        .Query<(int Sample, long Event, string Action, int? Class)>("SELECT sample, event, action, class FROM answers")
        .ToDictionary(row => row.Sample, row => new Answer(row.Event, Enum.Parse<LabelAction>(row.Action, ignoreCase: true), row.Class)));

    /// <summary>What was said, oldest first.</summary>
    public IReadOnlyList<EventRow> Events() => Read(connection => connection.Query<EventRow>("SELECT * FROM label_events ORDER BY id").AsList());

    /// <summary>Who looks at what.</summary>
    public IReadOnlyList<LeaseRow> Leases() => Read(connection => connection.Query<LeaseRow>("SELECT * FROM leases").AsList());

    /// <summary>What the last model would ask for next.</summary>
    public IReadOnlyList<(int Sample, double? Score)> Ahead()
        => Read(connection => connection.Query<(int, double?)>("SELECT sample, score FROM ahead ORDER BY position").AsList());

    /// <summary>What the last model thinks of images that are shown next: the most probable classes of each, first the best.</summary>
    public ILookup<int, Prediction> Suggestions() => Read(connection => connection
        .Query<(int Sample, int Class, double Probability)>("SELECT sample, class, probability FROM suggestions ORDER BY sample, rank")
        .ToLookup(row => row.Sample, row => new Prediction(row.Sample, row.Class, row.Probability)));

    /// <summary>What the last model thinks of the images of the audit, and which round it is of.</summary>
    public (IReadOnlyList<Prediction> Predictions, int Round) AuditPredictions() => Read(connection => (
        (IReadOnlyList<Prediction>)[.. connection.Query<(int Sample, int Class, double Probability)>("SELECT sample, class, probability FROM audit_predictions")
            .Select(row => new Prediction(row.Sample, row.Class, row.Probability))],
        connection.ExecuteScalar<int?>("SELECT MAX(round) FROM audit_predictions") ?? 0));

    /// <summary>How well labels fit, the worst first.</summary>
    public IReadOnlyList<LabelQuality> Qualities() => Read(connection => (IReadOnlyList<LabelQuality>)[.. connection
        .Query<(int Sample, double Quality, int Class, double Probability)>("SELECT sample, quality, class, probability FROM qualities ORDER BY quality, sample")
        .Select(row => new LabelQuality(row.Sample, row.Quality, row.Class, row.Probability))]);

    /// <summary>The round whose network how well labels fit was found with; 0: it was not yet.</summary>
    public int ReviewedRound() => Read(connection => connection.ExecuteScalar<int?>("SELECT MAX(round) FROM qualities") ?? 0);

    /// <summary>The last query: the round that its labels begin, and what it asked for, ranked; null before the first.</summary>
    public (int Round, string Strategy, IReadOnlyList<(int Sample, double? Score)> Picks)? LastQuery() => Read(connection =>
        connection.QuerySingleOrDefault<(int? Round, string? Strategy)>("SELECT round, strategy FROM query_batches ORDER BY round DESC LIMIT 1") is not ({ } round, { } strategy)
            ? default((int, string, IReadOnlyList<(int, double?)>)?)
            : (round + 1, strategy, connection.Query<(int, double?)>("SELECT sample, score FROM queries WHERE round = @round ORDER BY rank", new { round }).AsList()));

    /// <summary>Whether the labels that begin a round are recorded: a training uses them, or has done so.</summary>
    public bool HasLearnt(int round) => Read(connection => connection.ExecuteScalar<long?>("SELECT round FROM label_batches WHERE round = @round", new { round }) is not null);

    /// <summary>Ends when the write is on disk.</summary>
    public Task WriteAsync(Action<SqliteTransaction> write) => _writes.Value.WriteAsync(write);

    /// <summary>Adds what was said; ends with its number when it is on disk.</summary>
    public async Task<long> AddAsync(AnswerChange change)
    {
        long id = 0;
        await WriteAsync(transaction => id = Write(change, transaction)).ConfigureAwait(false);
        return id;
    }

    /// <summary>Records who looks at what.</summary>
    /// <param name="leases">To add.</param>
    /// <param name="forgetBefore">Those that expired before are forgotten; null: none, since looking for them reads the whole table.</param>
    public Task AddAsync(IReadOnlyList<LeaseRow> leases, long? forgetBefore = null) => WriteAsync(transaction =>
    {
        if (forgetBefore is not null)
        {
            Execute("DELETE FROM leases WHERE expires < @forgetBefore", new { forgetBefore }, transaction);
        }

        Execute(
            "INSERT INTO leases (lease, sample, labeller, round, reason, score, model_round, expires) VALUES (@Lease, @Sample, @Labeller, @Round, @Reason, @Score, @ModelRound, @Expires)",
            leases,
            transaction);
    });

    /// <summary>Adds a class.</summary>
    public Task AddClassAsync(int index, string name)
        => WriteAsync(transaction => Execute("INSERT INTO label_classes (class, name) VALUES (@index, @name)", new { index, name }, transaction));

    /// <summary>Gives a class another name.</summary>
    public Task RenameClassAsync(int index, string name)
        => WriteAsync(transaction => Execute("UPDATE label_classes SET name = @name WHERE class = @index", new { index, name }, transaction));

    /// <summary>Records what the project is asked for from now on.</summary>
    public void SaveConfiguration(string configuration)
        => WriteAsync(transaction => Execute("UPDATE projects SET configuration = @configuration", new { configuration }, transaction)).GetAwaiter().GetResult();

    /// <summary>Records which share of the images shown is for the audit.</summary>
    public void SaveAuditShare(double share)
        => WriteAsync(transaction => Execute("UPDATE projects SET audit_share = @share", new { share }, transaction)).GetAwaiter().GetResult();

    /// <summary>Replaces what comes next by what a query says.</summary>
    public void SaveNext(IEnumerable<QueryPick> ahead, IEnumerable<Prediction> suggestions) => WriteAsync(transaction =>
    {
        Execute("DELETE FROM ahead; DELETE FROM suggestions", null, transaction);
        Execute("INSERT INTO ahead (position, sample, score) VALUES (@Position, @Sample, @Score)", ahead.Select((pick, i) => new { Position = i, Sample = pick.Id.Value, pick.Score }), transaction);
        Execute(
            "INSERT INTO suggestions (sample, rank, class, probability) VALUES (@Sample, @Rank, @Class, @Probability)",
            suggestions.GroupBy(one => one.Sample).SelectMany(one => one.Select((prediction, rank) => new { prediction.Sample, Rank = rank, prediction.Class, prediction.Probability })),
            transaction);
    }).GetAwaiter().GetResult();

    /// <summary>Replaces what is thought of the images of the audit.</summary>
    public void SaveAudit(int round, IEnumerable<Prediction> predictions) => WriteAsync(transaction =>
    {
        Execute("DELETE FROM audit_predictions", null, transaction);
        Execute(
            "INSERT INTO audit_predictions (sample, class, probability, round) VALUES (@Sample, @Class, @Probability, @Round)",
            predictions.Select(one => new { one.Sample, one.Class, one.Probability, Round = round }),
            transaction);
    }).GetAwaiter().GetResult();

    /// <summary>Replaces how well labels fit.</summary>
    public void SaveQualities(int round, IEnumerable<LabelQuality> qualities) => WriteAsync(transaction =>
    {
        Execute("DELETE FROM qualities", null, transaction);
        Execute(
            "INSERT INTO qualities (sample, quality, class, probability, round) VALUES (@Sample, @Quality, @Class, @Probability, @Round)",
            qualities.Select(one => new { one.Sample, one.Quality, one.Class, one.Probability, Round = round }),
            transaction);
    }).GetAwaiter().GetResult();

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_writes.IsValueCreated)
        {
            _writes.Value.Dispose();
        }

        _connection.Dispose();
    }

    private long Write(AnswerChange change, SqliteTransaction transaction)
    {
        EventRow said = change.Said;
        long id = _connection.ExecuteScalar<long>(
            """
            INSERT INTO label_events (sample, action, class, labeller, time, milliseconds, round, reason, score, model_round, source, lease, undone)
            VALUES (@Sample, @Action, @Class, @Labeller, @Time, @Milliseconds, @Round, @Reason, @Score, @ModelRound, @Source, @Lease, @Undone);
            SELECT last_insert_rowid();
            """,
            said,
            transaction);
        if (change.Now is { } now)
        {
            Execute(
                "INSERT INTO answers (sample, event, action, class) VALUES (@Sample, @Event, @Action, @Class) ON CONFLICT (sample) DO UPDATE SET event = @Event, action = @Action, class = @Class",
                new { said.Sample, Event = said.Undone is null ? id : now.Event, Action = LabelWords.Of(now.Action), now.Class },
                transaction);
        }
        else
        {
            Execute("DELETE FROM answers WHERE sample = @Sample", new { said.Sample }, transaction);
        }

        if (change.Sha256 is { } hash)
        {
            Execute("UPDATE images SET sha256 = @hash WHERE sample = @Sample", new { hash, said.Sample }, transaction);
        }

        Revise(said.Sample, change.Now?.Class, said.Time, transaction);
        return id;
    }

    /// <summary>Where a round has learnt the image, or has left it out, the next one learns what is said now.</summary>
    private void Revise(int sample, int? label, long time, SqliteTransaction transaction)
    {
        int? learnt = _connection.ExecuteScalar<int?>("SELECT label FROM labels WHERE sample = @sample", new { sample }, transaction);
        int? round = _connection.ExecuteScalar<int?>(
            "SELECT b.round FROM queries q JOIN label_batches b ON b.round = q.round + 1 WHERE q.sample = @sample", new { sample }, transaction);
        if (learnt == label || round is null)
        {
            return;
        }

        Execute(
            (learnt, label) switch
            {
                (_, null) => "DELETE FROM labels WHERE sample = @sample",
                (null, _) =>
                    """
                    INSERT INTO labels (sample, round, position, label, path)
                    SELECT @sample, @round, (SELECT COALESCE(MAX(position) + 1, 0) FROM labels WHERE round = @round), @label, path FROM images WHERE sample = @sample
                    """,
                _ => "UPDATE labels SET label = @label WHERE sample = @sample",
            },
            new { sample, round, label },
            transaction);
        Execute("INSERT INTO label_revisions (sample, before, after, time) VALUES (@sample, @learnt, @label, @time)", new { sample, learnt, label, time }, transaction);
    }

    private void Execute(string sql, object? values, SqliteTransaction transaction) => _connection.Execute(sql, values, transaction);

    private T Read<T>(Func<SqliteConnection, T> read)
    {
        lock (_gate)
        {
            return read(_connection);
        }
    }
}
