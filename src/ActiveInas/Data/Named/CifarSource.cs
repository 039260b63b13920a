using System.Formats.Tar;
using System.IO.Compression;
using ActiveInas.Data.Formats;
using ActiveInas.Data.Trees;

namespace ActiveInas.Data.Named;

/// <summary>CIFAR-10 and CIFAR-100 (A. Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009), official binary
/// version.</summary>
internal sealed class CifarSource(CifarFormat format) : INamedSource
{
    /// <inheritdoc/>
    public string Name => format.Name;

    /// <inheritdoc/>
    public DataShape Shape(DataRequest request) => new(50_000, 10_000, CifarBinary.Side, CifarBinary.Side, format.Classes.Count);

    /// <inheritdoc/>
    public async Task<Dataset> LoadAsync(SourceContext context)
    {
        string[] wanted = [.. format.TrainFiles, format.TestFile];
        Dictionary<string, byte[]> files;
        string label;
        if (FindFolder(context, wanted) is { } folder)
        {
            label = folder + Path.DirectorySeparatorChar;
            files = wanted.ToDictionary(name => name, name => File.ReadAllBytes(Path.Combine(folder, name)));
        }
        else
        {
            string archive = await FindArchiveAsync(context).ConfigureAwait(false);
            label = $"{archive}: {format.Folder}/";
            files = ReadArchive(archive, wanted, context.Cancellation);
        }

        ImageSet train = Parse(files, format.TrainFiles, label, "train");
        ImageSet test = Parse(files, [format.TestFile], label, "test");
        return new Dataset(Name, format.Classes, train, test, PixelStatistics.Normalization(train), MirrorSafe: true, []);
    }

    private async Task<string> FindArchiveAsync(SourceContext context)
    {
        try
        {
            return await context.Files.GetAsync(Name, format.Archive, [format.Archive], context.Cancellation).ConfigureAwait(false);
        }
        catch (DataException e) when (context.Files.Folders(Name, format.Pickles).FirstOrDefault(Path.Exists) is { } pickles)
        {
            throw new DataException(
                $"{pickles}: the version of {Name} for Python (pickles), which is not read; the binary version is ({format.Archive.Name}). {e.Message}", e);
        }
    }

    /// <summary>A folder with the unpacked files; some of them without the others is an error unless the archive is there too.</summary>
    private string? FindFolder(SourceContext context, string[] wanted)
    {
        string? partial = null;
        foreach (string folder in context.Files.Folders(Name, "", format.Folder))
        {
            int present = wanted.Count(name => File.Exists(Path.Combine(folder, name)));
            if (present == wanted.Length)
            {
                return folder;
            }

            partial ??= present > 0 ? folder : null;
        }

        if (partial is null || context.Files.Find(Name, format.Archive.Name) is not null)
        {
            return null;
        }

        IEnumerable<string> missing = wanted.Where(name => !File.Exists(Path.Combine(partial, name)));
        throw new DataException(
            $"{partial}: {string.Join(", ", missing)} of {Name} missing. Unpack {format.Archive.Name} again, or remove the other files.");
    }

    private static Dictionary<string, byte[]> ReadArchive(string archive, string[] wanted, CancellationToken cancellation)
    {
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        using FileStream stream = File.OpenRead(archive);
        try
        {
            using var gzip = new GZipStream(stream, CompressionMode.Decompress, leaveOpen: true);
            using var reader = new TarReader(gzip);
            while (reader.GetNextEntry() is { } entry)
            {
                cancellation.ThrowIfCancellationRequested();
                string name = entry.Name[(entry.Name.LastIndexOf('/') + 1)..];
                if (wanted.Contains(name) && entry.DataStream is { } content && entry.Length <= TreeReading.MaximumFile)
                {
                    files[name] = TreeReading.ReadAll(content, entry.Length);
                }
            }
        }
        catch (Exception e) when (TreeReading.IsBroken(e))
        {
            throw new DataException(
                $"{archive}: broken archive near offset {stream.Position} of {stream.Length}: {e.Message} "
                + "Delete it to have it downloaded again, or copy it again.", e);
        }

        string[] missing = [.. wanted.Where(name => !files.ContainsKey(name))];
        return missing.Length == 0 ? files : throw new DataException(
            $"{archive}: no {string.Join(", ", missing)} inside; wanted {string.Join(", ", wanted)}.");
    }

    private ImageSet Parse(Dictionary<string, byte[]> files, IReadOnlyList<string> names, string label, string part)
    {
        var pixels = new List<byte[]>();
        var labels = new List<int>();
        foreach (string name in names)
        {
            CifarBinary.Append(label + name, files[name], format.LabelLimits, pixels, labels);
        }

        return new ImageSet(CifarBinary.Side, CifarBinary.Side, Joined(pixels), [.. labels], NumberedNames.Of(part, labels.Count));
    }

    private static byte[] Joined(List<byte[]> parts)
    {
        byte[] all = new byte[parts.Sum(part => part.Length)];
        int position = 0;
        foreach (byte[] part in parts)
        {
            part.CopyTo(all, position);
            position += part.Length;
        }

        return all;
    }
}
