using System.Buffers.Binary;
using System.Security.Cryptography;
using ActiveInas.Training;

namespace ActiveInas.Runs;

/// <summary>Checkpoints inside a training, one file a key. A file is <c>magic (8) | length (8, little endian) | data | SHA-256 of all before</c>,
/// written atomically; one that fails its checksum counts as absent.</summary>
/// <remarks>
/// A deleted checkpoint stays on disk until <see cref="Release"/> or <see cref="ReleaseAll"/>: its training may be over before
/// its result is recorded, and a process that dies in between must not train again from the start.
/// </remarks>
public sealed class FileCheckpointStore(string folder) : ICheckpointStore
{
    /// <summary>Ending of the files.</summary>
    public const string Extension = ".checkpoint";

    private const int HeaderLength = 16;
    private const int ChecksumLength = 32;
    private readonly HashSet<string> _deleted = [];
    private readonly Lock _gate = new();

    private static ReadOnlySpan<byte> Magic => "AINASCK1"u8;

    /// <summary>The data saved under a key, or null.</summary>
    public byte[]? Find(string key)
    {
        string path = PathOf(key);
        if (!File.Exists(path))
        {
            return null;
        }

        ReadOnlySpan<byte> file = File.ReadAllBytes(path);
        if (file.Length < HeaderLength + ChecksumLength || !file.StartsWith(Magic)
            || BinaryPrimitives.ReadInt64LittleEndian(file[8..]) != file.Length - HeaderLength - ChecksumLength
            || !SHA256.HashData(file[..^ChecksumLength]).AsSpan().SequenceEqual(file[^ChecksumLength..]))
        {
            return null;
        }

        return file[HeaderLength..^ChecksumLength].ToArray();
    }

    /// <summary>Replaces the data of a key.</summary>
    public void Save(string key, byte[] data)
    {
        ArgumentNullException.ThrowIfNull(data);
        byte[] header = new byte[HeaderLength];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(8), data.Length);

        // In parts: a copy of the whole would weigh as much as the network again.
        using IncrementalHash checksum = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        checksum.AppendData(header);
        checksum.AppendData(data);
        AtomicFile.Write(PathOf(key), stream =>
        {
            stream.Write(header);
            stream.Write(data);
            stream.Write(checksum.GetHashAndReset());
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
