using System.Security.Cryptography;

namespace ActiveInas.Data.Downloads;

/// <summary>Finds the files of named sets on this machine, or downloads them.</summary>
/// <remarks>
/// Searched: the folder of the request; else AINAS_DATA_DIR, then the user's cache folder. In each: FOLDER/SET/, then FOLDER itself.
/// Downloads go to SET/ below the folder of the request, else below the cache folder, and leave FILE.sha256 beside FILE: later loads check
/// it. Files that a person put there are not compared with the published checksum: the formats have checks of their own.
/// </remarks>
internal sealed class DataFiles(string? folder, DataEnvironment environment, IProgress<ProgressEvent>? progress)
{
    /// <summary>Suffix of the file that records a checksum, in the form of sha256sum.</summary>
    public const string ChecksumSuffix = ".sha256";

    private readonly string[] _roots = folder is not null ? [folder]
        : environment.DataFolder is { } data ? [data, environment.CacheFolder] : [environment.CacheFolder];

    /// <summary>Folders to look in for a set, with the given folders below each.</summary>
    public IEnumerable<string> Folders(string set, params string[] below)
    {
        foreach (string root in _roots)
        {
            foreach (string name in below)
            {
                yield return Path.Combine(root, set, name);
                if (MayHoldDirectly(root, set))
                {
                    yield return Path.Combine(root, name);
                }
            }
        }
    }

    /// <summary>A file of a set, or null. A name ending in .gz is found unzipped too.</summary>
    public string? Find(string set, string name)
    {
        string bare = Path.GetFileNameWithoutExtension(name);
        string[] names = name.EndsWith("-ubyte.gz", StringComparison.Ordinal)
            ? [name, bare, bare.Replace("-idx", ".idx", StringComparison.Ordinal)]
            : [name];
        foreach (string place in Folders(set, ""))
        {
            foreach (string candidate in names)
            {
                string path = Path.Combine(place, candidate);
                if (File.Exists(path))
                {
                    return path;
                }
            }
        }

        return null;
    }

    /// <summary>A file of a set, downloaded if need be.</summary>
    /// <param name="set">Name of the set.</param>
    /// <param name="file">The file.</param>
    /// <param name="all">All files of the set, for the message when it cannot be had.</param>
    /// <param name="cancellation">Stops a download; it goes on from there the next time.</param>
    public async Task<string> GetAsync(string set, RemoteFile file, IReadOnlyList<RemoteFile> all, CancellationToken cancellation)
    {
        if (Find(set, file.Name) is { } present)
        {
            CheckRecorded(present);
            return present;
        }

        string target = Path.Combine(folder ?? environment.CacheFolder, set);
        string destination = Path.Combine(target, file.Name);
        Uri[] addresses = [.. Homes(set, file).Select(home => new Uri(home + file.Name))];
        try
        {
            var downloader = new Downloader(progress, DownloadOptions.Default);
            await downloader.DownloadAsync(file, addresses, destination, cancellation).ConfigureAwait(false);
        }
        catch (DataException e)
        {
            string files = string.Join(", ", all.Select(one => $"{one.Name} ({one.Size:N0} bytes, {Homes(set, one)[0]}{one.Name})"));
            throw new DataException(
                $"{set} is not on this machine ({string.Join(" and ", _roots)}) and could not be downloaded: {e.Message} "
                + $"To go on without the network, put into {target}: {files}. Or name the folder that has them with `dataDirectory`.",
                e);
        }

        return destination;
    }

    /// <summary>Compares a file with the checksum recorded when it was downloaded, if there is one.</summary>
    private static void CheckRecorded(string path)
    {
        string record = path + ChecksumSuffix;
        if (!File.Exists(record))
        {
            return;
        }

        string wanted = File.ReadAllText(record).Split(' ', 2)[0].Trim();
        using FileStream stream = File.OpenRead(path);
        string found = Convert.ToHexStringLower(SHA256.HashData(stream));
        if (!found.Equals(wanted, StringComparison.OrdinalIgnoreCase))
        {
            throw new DataException(
                $"{path}: changed since it was downloaded: SHA-256 {found}, {stream.Length} bytes; {record} says {wanted}. "
                + "Delete both to download it again.");
        }
    }

    private IReadOnlyList<string> Homes(string set, RemoteFile file) =>
        environment.Mirror is { } mirror ? [$"{mirror.TrimEnd('/')}/{set}/"] : file.Homes;

    /// <summary>MNIST and Fashion-MNIST use the same file names: files right in a folder are Fashion-MNIST's only when its name says
    /// so.</summary>
    private static bool MayHoldDirectly(string root, string set)
    {
        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(root)));
        bool fashion = name.Contains("fashion", StringComparison.OrdinalIgnoreCase);
        return set switch { "mnist" => !fashion, "fashion-mnist" => fashion, _ => true };
    }
}
