using System.Collections.ObjectModel;
using System.IO.Compression;
using System.IO.Hashing;

namespace ActiveInas.Data.Trees;

/// <summary>A .zip archive, zip64 included.</summary>
internal sealed class ZipTree(string file) : ITree
{
    /// <inheritdoc/>
    public TreeListing List(CancellationToken cancellation)
    {
        var files = new List<TreeFile>();
        var folders = new List<string>();
        var problems = new List<DataProblem>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        using ZipArchive archive = Open();
        foreach (ZipArchiveEntry entry in Entries(archive))
        {
            cancellation.ThrowIfCancellationRequested();
            if (PathOf(entry) is not { } path)
            {
                continue;
            }

            if (IsFolder(entry))
            {
                folders.Add(path);
            }
            else if (Refusal(entry) is { } refusal)
            {
                problems.Add(new DataProblem(path, refusal));
            }
            else if (!seen.Add(path))
            {
                problems.Add(new DataProblem(path, "a second entry of this name: skipped"));
            }
            else
            {
                Classify(entry, path, files, problems);
            }
        }

        return new TreeListing(files, folders, problems);
    }

    /// <inheritdoc/>
    public IEnumerable<TreeContent> Read(IReadOnlySet<string> paths, CancellationToken cancellation)
    {
        var left = new HashSet<string>(paths, StringComparer.Ordinal);
        using ZipArchive archive = Open();
        foreach (ZipArchiveEntry entry in Entries(archive))
        {
            cancellation.ThrowIfCancellationRequested();
            if (PathOf(entry) is { } path && !IsFolder(entry) && Refusal(entry) is null && left.Remove(path))
            {
                yield return Read(entry, path);
            }
        }
    }

    private static TreeContent Read(ZipArchiveEntry entry, string path)
    {
        try
        {
            using Stream content = entry.Open();
            byte[] data = TreeReading.ReadAll(content, entry.Length);
            if (Crc32.HashToUInt32(data) != entry.Crc32)
            {
                return new TreeContent(path, null, $"damaged in the archive (CRC {Crc32.HashToUInt32(data):X8}, wanted {entry.Crc32:X8}): skipped");
            }

            return new TreeContent(path, data, null);
        }
        catch (Exception e) when (TreeReading.IsBroken(e))
        {
            return new TreeContent(path, null, $"damaged in the archive ({e.Message}): skipped");
        }
    }

    private static void Classify(ZipArchiveEntry entry, string path, List<TreeFile> files, List<DataProblem> problems)
    {
        try
        {
            using Stream content = entry.Open();
            TreeReading.Classify(path, content, files, problems);
        }
        catch (Exception e) when (TreeReading.IsBroken(e))
        {
            problems.Add(new DataProblem(path, $"damaged in the archive ({e.Message}): skipped"));
        }
    }

    private static string? Refusal(ZipArchiveEntry entry)
    {
        if (entry.IsEncrypted)
        {
            return "encrypted: skipped";
        }

        return entry.Length > TreeReading.MaximumFile ? $"{entry.Length} bytes, more than {TreeReading.MaximumFile}: skipped" : null;
    }

    private string? PathOf(ZipArchiveEntry entry) => TreePath.Normalise(entry.FullName.Replace('\\', '/'), file);

    private static bool IsFolder(ZipArchiveEntry entry) => entry.FullName.EndsWith('/') || entry.FullName.EndsWith('\\');

    private ReadOnlyCollection<ZipArchiveEntry> Entries(ZipArchive archive)
    {
        try
        {
            return archive.Entries;
        }
        catch (Exception e) when (TreeReading.IsBroken(e))
        {
            throw Broken(e);
        }
    }

    private ZipArchive Open()
    {
        try
        {
            return ZipFile.OpenRead(file);
        }
        catch (Exception e) when (TreeReading.IsBroken(e))
        {
            throw Broken(e);
        }
    }

    private DataException Broken(Exception e) => new(
        $"{file}: the zip directory at the end of the file (offset {new FileInfo(file).Length}) is broken or missing: {e.Message} "
        + "The archive is truncated or corrupt: copy or download it again.",
        e);
}
