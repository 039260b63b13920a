using Microsoft.Data.Sqlite;

namespace ActiveInas.Runs.Store;

/// <summary>The run's folder cannot be written any more (disk full, a limit, a device that went away). What was recorded before is intact.
/// Exit code 3.</summary>
public sealed class StorageException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Whether an exception means that storage failed: an I/O error, or SQLite's word for one.</summary>
    public static bool IsStorageFailure(Exception exception) => exception switch
    {
        // Directory and path problems are I/O errors too: all of them concern a file that could not be read or written.
        IOException or UnauthorizedAccessException => true,
        SqliteException sqlite => sqlite.SqliteErrorCode is ReadOnly or InputOutput or Full or CannotOpen,
        _ => false,
    };

    /// <summary>The exception for a run whose folder failed, with the way to go on.</summary>
    public static StorageException For(string folder, Exception cause)
    {
        ArgumentNullException.ThrowIfNull(cause);
        string what = cause is SqliteException { SqliteErrorCode: Full } ? "the disk or a file-size limit is full" : cause.Message.TrimEnd('.');
        return new StorageException(
            $"{folder}: cannot write the run: {what}. What was recorded before is intact: make room or make the folder writable, then 'ainas resume {folder}'.",
            cause);
    }

    private const int ReadOnly = 8;
    private const int InputOutput = 10;
    private const int Full = 13;
    private const int CannotOpen = 14;
}
