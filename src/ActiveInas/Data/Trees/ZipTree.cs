using System.Collections.ObjectModel;
using System.IO.Compression;
using System.IO.Hashing;

namespace ActiveInas.Data.Trees;

/// <summary>A .zip archive, zip64 included.</summary>
internal sealed class ZipTree(string file) : ITree
{
    private const int LinkType = 0xA000;
    private const int TypeMask = 0xF000;
    private readonly ArchiveLinks _links = new();

    /// <inheritdoc/>
    public TreeListing List(CancellationToken cancellation)
    {
        var files = new List<TreeFile>();
        var folders = new List<string>();
        var problems = new List<DataProblem>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var hidden = new HiddenImages();
        using ZipArchive archive = Open();
        foreach (ZipArchiveEntry entry in Entries(archive))
        {
            cancellation.ThrowIfCancellationRequested();
            if (PathOf(entry) is not { } path)
            {
                hidden.Add(entry.FullName.Replace('\\', '/'));
            }
            else if (IsFolder(entry))
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
            else if (IsLink(entry))
            {
                AddLink(entry, path, problems);
            }
            else
            {
                Classify(entry, path, files, problems);
            }
        }

        _links.Resolve(files, problems);
        return new TreeListing(files, folders, [.. problems, .. hidden.Problems]);
    }

    /// <inheritdoc/>
    public IEnumerable<TreeContent> Read(IReadOnlySet<string> paths, CancellationToken cancellation)
    {
        Dictionary<string, List<string>> left = _links.Wanted(paths);
        using ZipArchive archive = Open();
        foreach (ZipArchiveEntry entry in Entries(archive))
        {
            cancellation.ThrowIfCancellationRequested();
            if (PathOf(entry) is { } path && !IsFolder(entry) && Refusal(entry) is null && left.Remove(path, out List<string>? names))
            {
                TreeContent content = Read(entry, path);
                foreach (string name in names)
                {
                    yield return content with { Path = name };
                }
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

    /// <summary>Packed on Unix as a symbolic link: its content is its target.</summary>
    private static bool IsLink(ZipArchiveEntry entry) => ((entry.ExternalAttributes >> 16) & TypeMask) == LinkType;

    private void AddLink(ZipArchiveEntry entry, string path, List<DataProblem> problems)
    {
        TreeContent content = entry.Length <= short.MaxValue ? Read(entry, path) : new TreeContent(path, null, "a link of more than 32,767 bytes: skipped");
        if (content.Data is { } target)
        {
            _links.AddSymbolic(path, NameEncoding.Zip.GetString(target, 0, target.Length));
        }
        else
        {
            problems.Add(new DataProblem(path, content.Problem!));
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
            return ZipFile.Open(file, ZipArchiveMode.Read, NameEncoding.Zip);
        }
        catch (Exception e) when (TreeReading.IsBroken(e))
        {
            throw Broken(e);
        }
    }

    private DataException Broken(Exception e)
    {
        using FileStream stream = File.OpenRead(file);
        bool begins = stream.ReadByte() == 'P' && stream.ReadByte() == 'K';
        return new DataException(
            $"{file}: the zip directory at the end of the file (offset {stream.Length}) is broken or missing: {e.Message} "
            + (begins ? "The archive is truncated or corrupt: copy or download it again."
                : "It does not begin as a zip file; where it is one that unpacks itself, unpack it and give the folder."),
            e);
    }
}
