using System.Security.Cryptography;
using ActiveInas.Training;

namespace ActiveInas.Runs.Folder;

/// <summary>Checkpoints inside a training, one file a key. A file is <c>magic (8) | SHA-256 of the data (32) | data</c>, written atomically; one that
/// fails its checksum counts as absent.</summary>
/// <remarks>
/// A deleted checkpoint stays on disk until <see cref="Release"/> or <see cref="ReleaseAll"/>: its training may be over before
/// its result is recorded, and a process that dies in between must not train again from the start.
/// </remarks>
internal sealed class FileCheckpointStore(string folder) : ICheckpointStore
{
    /// <summary>Ending of the files.</summary>
    public const string Extension = ".checkpoint";

    private readonly HashSet<string> _deleted = [];
    private readonly Lock _gate = new();

    private static ReadOnlySpan<byte> Magic => "AINASCK2"u8;

    /// <inheritdoc/>
    public Stream? Find(string key)
    {
        string path = PathOf(key);
        if (!File.Exists(path))
        {
            return null;
        }

        FileStream file = File.OpenRead(path);
        Span<byte> header = stackalloc byte[Magic.Length + SHA256.HashSizeInBytes];
        if (file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) == header.Length && header.StartsWith(Magic)
            && SHA256.HashData(file).AsSpan().SequenceEqual(header[Magic.Length..]))
        {
            file.Position = header.Length;
            return file;
        }

        file.Dispose();
        return null;
    }

    /// <inheritdoc/>
    public void Save(string key, Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        AtomicFile.Write(PathOf(key), file =>
        {
            // The checksum is known, and gets its place, when the data is written.
            file.Write(Magic);
            file.Write(new byte[SHA256.HashSizeInBytes]);
            using SHA256 checksum = SHA256.Create();
            using (CryptoStream data = new(file, checksum, CryptoStreamMode.Write, leaveOpen: true))
            {
                write(data);
            }

            file.Position = Magic.Length;
            file.Write(checksum.Hash);
        });
        lock (_gate)
        {
            _deleted.Remove(key);
        }
    }

    /// <summary>Marks the data of a key as no longer needed once its result is recorded.</summary>
    public void Delete(string key)
    {
        lock (_gate)
        {
            _deleted.Add(key);
        }
    }

    /// <summary>Removes a deleted key's file: its result is recorded.</summary>
    public void Release(string key)
    {
        lock (_gate)
        {
            _deleted.Remove(key);
        }

        string path = PathOf(key);
        if (File.Exists(path))
        {
            File.Delete(path);
        }
    }

    /// <summary>Removes all checkpoints: the round that they belong to is recorded.</summary>
    public void ReleaseAll()
    {
        lock (_gate)
        {
            _deleted.Clear();
        }

        if (!Directory.Exists(folder))
        {
            return;
        }

        foreach (string path in Directory.EnumerateFiles(folder, "*" + Extension + "*"))
        {
            File.Delete(path);
        }
    }

    // Escaping is injective, so two keys never share a file.
    private string PathOf(string key) => Path.Combine(folder, Uri.EscapeDataString(key) + Extension);
}
