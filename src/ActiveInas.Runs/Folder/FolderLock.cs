using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ActiveInas.Runs.Folder;

/// <summary>At most one process writes a run, or the folder of a trial. The lock is an exclusive lock on run.lock, which the kernel drops when the process dies, however
/// it dies; run.pid beside it names the holder for messages only.</summary>
internal sealed class FolderLock : IDisposable
{
    private const int Attempts = 10;
    private readonly FileStream _file;
    private readonly string _holderPath;
    private bool _disposed;

    private FolderLock(FileStream file, string holderPath)
    {
        _file = file;
        _holderPath = holderPath;
    }

    /// <summary>Takes the lock.</summary>
    /// <exception cref="RunException">Another process holds it; the message names the process.</exception>
    public static FolderLock Take(RunFolder folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        for (int attempt = 1; ; attempt++)
        {
            if (TryTake(folder) is { } taken)
            {
                return taken;
            }

            // Readers that ask IsHeld hold a shared lock for an instant.
            if (attempt == Attempts)
            {
                string reader = folder.HasStore ? $"; 'ainas show {folder.Root}' reads meanwhile" : "";
                throw new RunException($"{folder.Root}: {Holder(folder)} is writing there. Wait for it or stop it{reader}.");
            }

            Thread.Sleep(20);
        }
    }

    /// <summary>Whether a process writes the run now.</summary>
    public static bool IsHeld(RunFolder folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        if (!File.Exists(folder.LockFile))
        {
            return false;
        }

        try
        {
            bool free = TryOpen(folder.LockFile, FileMode.Open, FileAccess.Read, FileShare.Read, out FileStream? file);
            file?.Dispose();
            return !free;
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or FileNotFoundException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        try
        {
            File.Delete(_holderPath);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The name of a holder that is gone misleads nobody: it is read only while the lock is held.
        }

        _file.Dispose();
    }

    private static FolderLock? TryTake(RunFolder folder)
    {
        FileStream? file = null;
        try
        {
            if (!TryOpen(folder.LockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, out file))
            {
                return null;
            }

            FolderLock taken = new(file!, folder.HolderFile);
            taken.WriteHolder();
            return taken;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            file?.Dispose();
            throw new RunException($"{folder.Root} cannot be written: {exception.Message} Make it writable, or copy it to a place that is.", exception);
        }
    }

    private static bool TryOpen(string path, FileMode mode, FileAccess access, FileShare share, out FileStream? file)
    {
        try
        {
            file = new FileStream(path, mode, access, share, bufferSize: 1);
            return true;
        }
        catch (IOException exception) when (IsSharingViolation(exception))
        {
            file = null;
            return false;
        }
    }

    // EWOULDBLOCK of flock (11 on Linux, 35 on macOS) and ERROR_SHARING_VIOLATION of Windows (0x80070020).
    private static bool IsSharingViolation(IOException exception) => exception.HResult is 11 or 35 or unchecked((int)0x80070020);

    private static string Holder(RunFolder folder)
    {
        try
        {
            JsonNode? holder = JsonNode.Parse(File.ReadAllText(folder.HolderFile));
            return $"process {holder?["pid"]} ({holder?["command"]}, since {holder?["since"]})";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
        {
            return "another process";
        }
    }

    private void WriteHolder() => AtomicFile.WriteText(_holderPath, new JsonObject
    {
        ["pid"] = Environment.ProcessId,
        ["command"] = string.Join(' ', Environment.GetCommandLineArgs().Select(Path.GetFileName)),
        ["since"] = DateTime.UtcNow.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
    }.ToJsonString());
}
