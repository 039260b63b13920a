using System.Text;

namespace ActiveInas;

/// <summary>Files that are either the old or the new one, whenever the process dies: written to a temporary name beside, flushed to disk, renamed.</summary>
public static class AtomicFile
{
    /// <summary>Suffix of files being written. A leftover is overwritten by the next write of the same file.</summary>
    public const string TemporarySuffix = ".tmp";

    /// <summary>Replaces the file by what <paramref name="write"/> puts into the stream.</summary>
    public static void Write(string path, Action<Stream> write)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        string temporary = path + TemporarySuffix;
        Renamed(temporary, path, () =>
        {
            using FileStream stream = new(temporary, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16);
            write(stream);
            stream.Flush(flushToDisk: true);
        });
    }

    /// <summary>Replaces the file by UTF-8 text without a byte-order mark.</summary>
    public static void WriteText(string path, string text) => Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));

    /// <summary>Lets <paramref name="save"/> write a file under the temporary name, then flushes and renames it.</summary>
    public static void Replace(string path, Action<string> save)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        string temporary = path + TemporarySuffix;
        Renamed(temporary, path, () =>
        {
            save(temporary);
            using FileStream stream = new(temporary, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            stream.Flush(flushToDisk: true);
        });
    }

    /// <summary>Runs a write. The runtime reports a file-size limit (EFBIG) as a bad argument: here it is the I/O error that it is.</summary>
    public static void Limited(string path, Action write)
    {
        try
        {
            write();
        }
        catch (ArgumentOutOfRangeException exception) when (exception.ParamName == "value")
        {
            throw new IOException($"{path}: a file-size limit is exceeded", exception);
        }
    }

    private static void Renamed(string temporary, string path, Action write)
    {
        try
        {
            Limited(path, write);
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            DeleteQuietly(temporary);
            throw;
        }
    }

    private static void DeleteQuietly(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The write already failed; its own error is the one to report.
        }
    }
}
