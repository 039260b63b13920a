using System.IO.Compression;
using System.IO.Hashing;
using ActiveInas.Data;

namespace ActiveInas.Server;

/// <summary>Unpacks a zip that somebody sends: only inside of its folder, and no more than is allowed, whatever its headers say.</summary>
/// <param name="mostBytes">Of all files together.</param>
/// <param name="mostFiles">Files and folders.</param>
internal sealed class ImportArchive(long mostBytes, int mostFiles)
{
    private const int Buffer = 64 << 10;

    /// <summary>Whether a file begins as a zip does.</summary>
    public static bool IsZip(string path)
    {
        using FileStream file = File.OpenRead(path);
        Span<byte> head = stackalloc byte[4];
        return file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == head.Length && head.SequenceEqual("PK\u0003\u0004"u8);
    }

    /// <summary>Unpacks into a folder, which is made.</summary>
    /// <exception cref="DataException">The archive is broken, too large, or means a place outside of the folder.</exception>
    public void Unpack(string path, string folder)
    {
        Directory.CreateDirectory(folder);
        try
        {
            using ZipArchive archive = ZipFile.OpenRead(path);
            if (archive.Entries.Count > mostFiles)
            {
                throw new DataException($"The archive holds {archive.Entries.Count} files; wanted at most {mostFiles}.");
            }

            long left = mostBytes;
            foreach (ZipArchiveEntry entry in archive.Entries)
            {
                left -= Unpack(entry, folder, left);
            }
        }
        catch (InvalidDataException exception)
        {
            throw new DataException($"The archive cannot be read: {exception.Message} Make it again.", exception);
        }
    }

    /// <returns>Bytes that came out.</returns>
    private long Unpack(ZipArchiveEntry entry, string folder, long left)
    {
        string target = Path.GetFullPath(entry.FullName, folder);
        if (!target.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal))
        {
            throw new DataException($"The archive holds '{entry.FullName}', which lies outside of it; wanted paths inside.");
        }

        if (entry.Name.Length == 0)
        {
            Directory.CreateDirectory(target);
            return 0;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        if (Path.Exists(target))
        {
            throw new DataException($"The archive holds '{entry.FullName}' twice; wanted each file once.");
        }

        using Stream packed = entry.Open();
        using FileStream file = new(target, FileMode.CreateNew);
        Crc32 sum = new();
        byte[] buffer = new byte[Buffer];
        long count = 0;
        while (packed.Read(buffer) is > 0 and int length)
        {
            count += length;
            if (count > left)
            {
                throw new DataException($"The archive holds more than {mostBytes} bytes; wanted at most so many.");
            }

            sum.Append(buffer.AsSpan(0, length));
            file.Write(buffer, 0, length);
        }

        // A header that tells too few bytes cuts the file off: labels would be missing without a word.
        return count == entry.Length && sum.GetCurrentHashAsUInt32() == entry.Crc32
            ? count
            : throw new DataException($"'{entry.FullName}' is not what the archive says of it ({entry.Length} bytes, {count} came out, checksum {sum.GetCurrentHashAsUInt32():x8} in place of {entry.Crc32:x8}): make the archive again.");
    }
}
