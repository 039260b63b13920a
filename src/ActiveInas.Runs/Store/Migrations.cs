using Dapper;
using Microsoft.Data.Sqlite;

namespace ActiveInas.Runs.Store;

/// <summary>The schema of run.db as numbered steps. <c>PRAGMA user_version</c> counts those applied; a step is never changed once released.</summary>
internal static class Migrations
{
    /// <summary>The version this program writes.</summary>
    public static int Latest => s_steps.Length;

    /// <summary>The version from which a store can be that of a labelling project.</summary>
    public const int WithProjects = 6;

    /// <summary>Brings a store to <see cref="Latest"/>, each step in its own transaction.</summary>
    /// <exception cref="RunException">The store was written by a newer program.</exception>
    public static void Apply(SqliteConnection connection, string path)
    {
        for (int version = CheckVersion(connection, path); version < s_steps.Length; version++)
        {
            using SqliteTransaction transaction = connection.BeginTransaction();
            connection.Execute(s_steps[version], transaction: transaction);
            connection.Execute($"PRAGMA user_version = {version + 1}", transaction: transaction);
            transaction.Commit();
        }
    }

    /// <summary>The version of a store.</summary>
    /// <exception cref="RunException">It is newer than this program.</exception>
    public static int CheckVersion(SqliteConnection connection, string path)
    {
        int version = connection.ExecuteScalar<int>("PRAGMA user_version");
        return version <= s_steps.Length
            ? version
            : throw new RunException(
                $"{path}: schema version {version} was written by a newer ainas; this one reads up to {s_steps.Length}. Install the newer version.");
    }

    // Doubles are REAL, which SQLite keeps bit for bit; NULL stands for NaN. 64-bit seeds are decimal text, because SQLite has no unsigned numbers.
    private static readonly string[] s_steps =
    [
        """
        CREATE TABLE runs (
            id TEXT PRIMARY KEY, created_at TEXT NOT NULL, state TEXT NOT NULL CHECK (state IN ('started', 'finished')),
            version TEXT NOT NULL, kernels TEXT NOT NULL, data_fingerprint TEXT NOT NULL, classes TEXT NOT NULL,
            configuration TEXT NOT NULL, environment TEXT NOT NULL, seconds REAL NOT NULL);
        CREATE TABLE label_batches (round INTEGER PRIMARY KEY, source TEXT NOT NULL, recorded_at TEXT NOT NULL);
        CREATE TABLE labels (
            sample INTEGER PRIMARY KEY, round INTEGER NOT NULL REFERENCES label_batches (round), position INTEGER NOT NULL,
            label INTEGER NOT NULL, path TEXT NOT NULL, UNIQUE (round, position));
        CREATE TABLE trials (
            key TEXT PRIMARY KEY, blocks INTEGER NOT NULL, stacks INTEGER NOT NULL, seed TEXT NOT NULL, train_count INTEGER NOT NULL,
            validation_count INTEGER NOT NULL, validation_error REAL, epoch_errors TEXT NOT NULL, final_loss REAL, steps INTEGER NOT NULL,
            seconds REAL NOT NULL, recorded_at TEXT NOT NULL);
        CREATE TABLE searches (round INTEGER PRIMARY KEY, blocks INTEGER NOT NULL, stacks INTEGER NOT NULL, seconds REAL NOT NULL);
        CREATE TABLE candidates (
            round INTEGER NOT NULL REFERENCES searches (round), position INTEGER NOT NULL, step INTEGER NOT NULL, blocks INTEGER NOT NULL,
            stacks INTEGER NOT NULL, seed TEXT NOT NULL, validation_error REAL, parameters INTEGER NOT NULL, flops INTEGER NOT NULL,
            seconds REAL NOT NULL, chosen INTEGER NOT NULL, reason TEXT NOT NULL, PRIMARY KEY (round, position));
        CREATE TABLE rounds (
            round INTEGER PRIMARY KEY, labels INTEGER NOT NULL, blocks INTEGER NOT NULL, stacks INTEGER NOT NULL, parameters INTEGER NOT NULL,
            flops INTEGER NOT NULL, has_search INTEGER NOT NULL, test_count INTEGER, test_accuracy REAL, test_loss REAL,
            test_class_accuracy TEXT, test_calibration_error REAL, train_loss REAL, train_steps INTEGER NOT NULL, train_seconds REAL NOT NULL,
            recorded_at TEXT NOT NULL);
        CREATE TABLE query_batches (round INTEGER PRIMARY KEY, strategy TEXT NOT NULL, seconds REAL NOT NULL, recorded_at TEXT NOT NULL);
        CREATE TABLE queries (
            round INTEGER NOT NULL REFERENCES query_batches (round), position INTEGER NOT NULL, rank INTEGER NOT NULL, sample INTEGER NOT NULL,
            path TEXT NOT NULL, score REAL, PRIMARY KEY (round, position));
        CREATE TABLE metrics (key TEXT NOT NULL, name TEXT NOT NULL, step INTEGER NOT NULL, value REAL, PRIMARY KEY (key, name, step));
        """,

        // Stopping rules: what they know of a round (predictions: one little-endian int16 a sample), and the rule that ended the run.
        """
        CREATE TABLE evidence (round INTEGER PRIMARY KEY, seconds REAL NOT NULL, kappa REAL, predictions BLOB);
        CREATE TABLE ends (rule TEXT NOT NULL, reason TEXT NOT NULL);
        """,

        // The bins behind the calibration error of a round; the size of the images in pixels.
        """
        ALTER TABLE runs ADD COLUMN image_height INTEGER;
        ALTER TABLE runs ADD COLUMN image_width INTEGER;
        CREATE TABLE calibration (
            round INTEGER NOT NULL REFERENCES rounds (round), bin INTEGER NOT NULL, count INTEGER NOT NULL, confidence REAL, accuracy REAL,
            PRIMARY KEY (round, bin));
        """,

        // Test images, predictions and right predictions of each class in a round; the classes that its model never predicts (JSON, indices);
        // what the validation errors of trials and searches are (NULL: accuracy), and as how many images the validation part counts.
        """
        ALTER TABLE rounds ADD COLUMN never_predicted TEXT;
        ALTER TABLE trials ADD COLUMN measure TEXT;
        ALTER TABLE searches ADD COLUMN measure TEXT;
        ALTER TABLE searches ADD COLUMN effective_count REAL;
        CREATE TABLE class_results (
            round INTEGER NOT NULL REFERENCES rounds (round), class INTEGER NOT NULL, images INTEGER NOT NULL, predicted INTEGER NOT NULL,
            correct INTEGER NOT NULL, PRIMARY KEY (round, class));
        """,

        // What of the data could not be used, in a sentence.
        """
        ALTER TABLE runs ADD COLUMN data_loss TEXT;
        """,

        // Labelling projects: what people answered (label_events: everything that ever happened; answers: what holds now), who looks at what, and what
        // models think of images. A class is known by its index, which never changes; times are UTC milliseconds.
        """
        CREATE TABLE projects (configuration TEXT NOT NULL, source TEXT NOT NULL, audit_share REAL NOT NULL, audit_wanted INTEGER NOT NULL);
        CREATE TABLE label_classes (class INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
        CREATE TABLE images (sample INTEGER PRIMARY KEY, path TEXT NOT NULL, sha256 TEXT);
        CREATE TABLE audit (sample INTEGER PRIMARY KEY, position INTEGER NOT NULL UNIQUE);
        CREATE TABLE leases (
            lease TEXT PRIMARY KEY, sample INTEGER NOT NULL, labeller TEXT NOT NULL, round INTEGER NOT NULL, reason TEXT NOT NULL, score REAL,
            model_round INTEGER, expires INTEGER NOT NULL);
        CREATE TABLE label_events (
            id INTEGER PRIMARY KEY, sample INTEGER NOT NULL, action TEXT NOT NULL, class INTEGER, labeller TEXT NOT NULL, time INTEGER NOT NULL,
            milliseconds INTEGER, round INTEGER NOT NULL, reason TEXT NOT NULL, score REAL, model_round INTEGER, source TEXT NOT NULL, lease TEXT UNIQUE,
            undone INTEGER REFERENCES label_events (id));
        CREATE TABLE answers (sample INTEGER PRIMARY KEY, event INTEGER NOT NULL REFERENCES label_events (id), action TEXT NOT NULL, class INTEGER);
        CREATE TABLE label_revisions (sample INTEGER NOT NULL, before INTEGER, after INTEGER, time INTEGER NOT NULL);
        CREATE TABLE ahead (position INTEGER PRIMARY KEY, sample INTEGER NOT NULL UNIQUE, score REAL);
        CREATE TABLE suggestions (sample INTEGER NOT NULL, rank INTEGER NOT NULL, class INTEGER NOT NULL, probability REAL NOT NULL, PRIMARY KEY (sample, rank));
        CREATE TABLE audit_predictions (sample INTEGER PRIMARY KEY, class INTEGER NOT NULL, probability REAL NOT NULL, round INTEGER NOT NULL);
        CREATE TABLE qualities (sample INTEGER PRIMARY KEY, quality REAL NOT NULL, class INTEGER NOT NULL, probability REAL NOT NULL, round INTEGER NOT NULL);
        """,
    ];
}
