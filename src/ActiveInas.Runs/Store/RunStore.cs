using System.Diagnostics;
using System.Globalization;
using ActiveInas.Data;
using ActiveInas.Runs.Folder;
using Dapper;
using Microsoft.Data.Sqlite;

namespace ActiveInas.Runs.Store;

/// <summary>What a store says about its run as a whole.</summary>
internal sealed record RunRow
{
    /// <summary>Short id.</summary>
    public required string Id { get; init; }

    /// <summary>UTC, ISO 8601.</summary>
    public required string CreatedAt { get; init; }

    /// <summary>State of a run that has not come to its end.</summary>
    public const string Started = "started";

    /// <summary><see cref="Started"/> or "finished". Whether a started run is running is a matter of its lock.</summary>
    public required string State { get; init; }

    /// <summary>Whether it came to its end.</summary>
    public bool IsFinished => State != Started;

    /// <summary>Version of the program that began it.</summary>
    public required string Version { get; init; }

    /// <summary>Kernel-table row in use.</summary>
    public required string Kernels { get; init; }

    /// <summary>See <see cref="DatasetFingerprint"/>.</summary>
    public required string DataFingerprint { get; init; }

    /// <summary>JSON array of class names.</summary>
    public required string Classes { get; init; }

    /// <summary>The resolved configuration as JSON.</summary>
    public required string Configuration { get; init; }

    /// <summary>The environment as JSON.</summary>
    public required string Environment { get; init; }

    /// <summary>H of the images in pixels; null in a store of an earlier version.</summary>
    public int? ImageHeight { get; init; }

    /// <summary>W of the images in pixels; null in a store of an earlier version.</summary>
    public int? ImageWidth { get; init; }

    /// <summary>What of the data could not be used, in a sentence; null: nothing, or not known in a store of an earlier version.</summary>
    public string? DataLoss { get; init; }

    /// <summary>Wall-clock over all sessions up to the last record.</summary>
    public double Seconds { get; init; }
}

/// <summary>run.db: the memory of one run. Every write is one durable transaction; readers never block the writer.</summary>
/// <remarks>Invariant: a row of round t implies the rows that led to it, in the order of <see cref="Learning.ILearningJournal"/>.</remarks>
internal sealed partial class RunStore : IDisposable
{
    private const int CloseSeconds = 1;
    private readonly SqliteConnection _connection;
    private readonly Lock _gate = new();
    private readonly Stopwatch _session = Stopwatch.StartNew();
    private readonly double _secondsBefore;
    private readonly bool _writes;

    static RunStore()
    {
        SQLitePCL.Batteries_V2.Init();

        // test_loss fills TestLoss: a column is named once, in the schema.
        DefaultTypeMap.MatchNamesWithUnderscores = true;
    }

    private RunStore(SqliteConnection connection, bool writes)
    {
        _connection = connection;
        _writes = writes;
        _secondsBefore = HasSchema ? connection.ExecuteScalar<double?>("SELECT seconds FROM runs") ?? 0 : 0;
    }

    /// <summary>Whether the store is that of a labelling project.</summary>
    public bool HasProject
    {
        get
        {
            lock (_gate)
            {
                return SchemaVersion >= Migrations.WithProjects && _connection.ExecuteScalar<long>("SELECT COUNT(*) FROM projects") > 0;
            }
        }
    }

    /// <summary>Whether labels changed after a round had learnt them.</summary>
    public bool LabelsRevised
    {
        get
        {
            lock (_gate)
            {
                return _connection.ExecuteScalar<long>("SELECT EXISTS (SELECT 1 FROM label_revisions)") > 0;
            }
        }
    }

    private int SchemaVersion => _connection.ExecuteScalar<int>("PRAGMA user_version");

    private bool HasSchema => SchemaVersion > 0;

    /// <summary>Opens a store for the one writer, making the file and its tables where they are missing.</summary>
    public static RunStore OpenWriter(string path)
    {
        SqliteConnection connection = ConnectWriter(path, SqliteOpenMode.ReadWriteCreate);
        try
        {
            Migrations.Apply(connection, path);
            return new RunStore(connection, writes: true);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Opens a store for reading, also while a process writes it, and also on read-only media.</summary>
    /// <exception cref="RunException">The file is no store.</exception>
    public static RunStore OpenReader(string path)
    {
        try
        {
            return Read(path, SqliteOpenMode.ReadOnly, path);
        }
        catch (SqliteException exception) when (exception.SqliteErrorCode is 8 or 14)
        {
            // A write-ahead store needs its shared-memory file; where that cannot be made nobody writes either.
            return Read($"file:{new Uri(Path.GetFullPath(path)).AbsolutePath}?immutable=1", SqliteOpenMode.ReadOnly, path);
        }
        catch (SqliteException exception) when (exception.SqliteErrorCode is 26)
        {
            throw new RunException($"{path} is not a run's store: {exception.Message}. Name the folder of a run.", exception);
        }
    }

    /// <summary>Whether a run is recorded in a folder.</summary>
    /// <exception cref="RunException">Its run.db is no store.</exception>
    public static bool HasRun(RunFolder folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        if (!folder.HasStore)
        {
            return false;
        }

        using RunStore store = OpenReader(folder.Database);
        return store.FindRun() is not null;
    }

    /// <summary>The run's row, or null while nothing is recorded.</summary>
    public RunRow? FindRun()
    {
        lock (_gate)
        {
            // A reader migrates nothing: a store of an earlier version has fewer columns, and what it lacks stays null.
            return HasSchema ? _connection.QuerySingleOrDefault<RunRow>("SELECT * FROM runs") : null;
        }
    }

    /// <summary>Records that the run exists: its first record.</summary>
    public void InsertRun(RunRow run) => Commit(transaction => _connection.Execute(
        """
        INSERT INTO runs (id, created_at, state, version, kernels, data_fingerprint, classes, configuration, environment, seconds, image_height,
            image_width, data_loss)
        VALUES (@Id, @CreatedAt, @State, @Version, @Kernels, @DataFingerprint, @Classes, @Configuration, @Environment, @Seconds, @ImageHeight,
            @ImageWidth, @DataLoss)
        """,
        run,
        transaction));

    /// <summary>Records a changed configuration (another labels file, another place of the data).</summary>
    public void UpdateConfiguration(string configuration)
        => Commit(transaction => _connection.Execute("UPDATE runs SET configuration = @configuration", new { configuration }, transaction));

    /// <summary>Records other classes, for a project whose people added or renamed some.</summary>
    public void UpdateClasses(string classes, string configuration, string fingerprint) => Commit(transaction => _connection.Execute(
        "UPDATE runs SET classes = @classes, configuration = @configuration, data_fingerprint = @fingerprint", new { classes, configuration, fingerprint }, transaction));

    /// <summary>Lets a finished run go on, with another configuration.</summary>
    public void Reopen(string configuration) => Commit(transaction => _connection.Execute(
        "DELETE FROM ends; UPDATE runs SET state = 'started', configuration = @configuration", new { configuration }, transaction));

    /// <summary>Records the size of the images in pixels, for a run of an earlier version.</summary>
    public void UpdateImageSize(int height, int width)
        => Commit(transaction => _connection.Execute("UPDATE runs SET image_height = @height, image_width = @width", new { height, width }, transaction));

    /// <summary>Records that the run used other kernels from here on.</summary>
    public void UpdateKernels(string kernels, string environment)
        => Commit(transaction => _connection.Execute(
            "UPDATE runs SET kernels = @kernels, environment = @environment", new { kernels, environment }, transaction));

    /// <summary>Wall-clock over all sessions up to now.</summary>
    public double Seconds => _secondsBefore + _session.Elapsed.TotalSeconds;

    /// <summary>Records the end of the run and its reason.</summary>
    public void FinishRun(Learning.LearningStop end) => Commit(transaction =>
    {
        ArgumentNullException.ThrowIfNull(end);
        _connection.Execute("INSERT INTO ends (rule, reason) VALUES (@Rule, @Reason)", new { Rule = end.Rule.ToString(), end.Reason }, transaction);
        _connection.Execute("UPDATE runs SET state = 'finished'", transaction: transaction);
    });

    /// <summary>Adds the time of this session so far, for a run that stops between records.</summary>
    public void SaveSeconds() => Commit(_ => { });

    /// <summary>Reads several things as of one moment, whatever a writer does meanwhile.</summary>
    public T Snapshot<T>(Func<T> read)
    {
        ArgumentNullException.ThrowIfNull(read);
        lock (_gate)
        {
            using SqliteTransaction transaction = _connection.BeginTransaction(deferred: true);
            return read();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_writes)
        {
            try
            {
                // Folds the log into run.db, so that the file alone can be copied, and leaves write-ahead mode, in which even a reader makes files.
                _connection.Execute("PRAGMA journal_mode = DELETE", commandTimeout: CloseSeconds);
            }
            catch (SqliteException)
            {
                // Somebody reads: the log stays beside the store and is read from there.
            }
        }

        _connection.Dispose();
    }

    private static string Now() => DateTime.UtcNow.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);

    private static double? Store(double value) => double.IsNaN(value) ? null : value;

    private static RunStore Read(string source, SqliteOpenMode mode, string path)
    {
        SqliteConnection connection = Connect(source, mode);
        try
        {
            Migrations.CheckVersion(connection, path);
            return new RunStore(connection, writes: false);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>A connection whose commits are on disk when they return, and whose readers block nobody.</summary>
    internal static SqliteConnection ConnectWriter(string path, SqliteOpenMode mode)
    {
        SqliteConnection connection = Connect(path, mode);
        connection.Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON");
        return connection;
    }

    private static SqliteConnection Connect(string source, SqliteOpenMode mode)
    {
        SqliteConnectionStringBuilder settings = new() { DataSource = source, Mode = mode, Pooling = false, DefaultTimeout = 30 };
        SqliteConnection connection = new(settings.ToString());
        connection.Open();
        return connection;
    }

    private void Commit(Action<SqliteTransaction> write)
    {
        lock (_gate)
        {
            using SqliteTransaction transaction = _connection.BeginTransaction();
            write(transaction);
            _connection.Execute("UPDATE runs SET seconds = @Seconds", new { Seconds }, transaction);
            transaction.Commit();
        }
    }
}
