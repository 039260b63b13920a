using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;

namespace ActiveInas.LabellingStudy;

/// <summary>The images of an archive of class folders in one folder, under names that say nothing of their classes.</summary>
/// <param name="Name">Of the archive.</param>
/// <param name="Root">The folder.</param>
/// <param name="Classes">Names, sorted.</param>
/// <param name="Truth">Class by file name.</param>
/// <param name="Seen">Class by SHA-256 of the file, which is all that a person sees: of equal files with different labels the last one's.</param>
internal sealed record FlatFolder(string Name, string Root, IReadOnlyList<string> Classes, IReadOnlyDictionary<string, string> Truth, IReadOnlyDictionary<string, string> Seen)
{
    // The same names for all seeds, so that all of them label the same folder.
    private const ulong NameSeed = 1;
    private static readonly string[] s_images = [".jpg", ".jpeg", ".png"];

    /// <summary>Unpacks an archive (.tar.gz), or finds what was unpacked before.</summary>
    public static FlatFolder Of(string archive, string root)
    {
        List<(string Class, string Extension, byte[] Bytes)> files = [];
        using (GZipStream unzipped = new(File.OpenRead(archive), CompressionMode.Decompress))
        using (TarReader tar = new(unzipped))
        {
            while (tar.GetNextEntry() is { } entry)
            {
                if (entry.DataStream is { } data && s_images.Contains(Path.GetExtension(entry.Name)))
                {
                    using MemoryStream bytes = new();
                    data.CopyTo(bytes);
                    files.Add((Path.GetFileName(Path.GetDirectoryName(entry.Name))!, Path.GetExtension(entry.Name), bytes.ToArray()));
                }
            }
        }

        int[] order = [.. Enumerable.Range(0, files.Count)];
        new SeededRandom(NameSeed).Shuffle(order);
        Directory.CreateDirectory(root);
        Dictionary<string, string> truth = [], seen = [];
        for (int i = 0; i < order.Length; i++)
        {
            (string name, string extension, byte[] bytes) = files[order[i]];
            string file = i.ToString("00000", CultureInfo.InvariantCulture) + extension;
            File.WriteAllBytes(Path.Combine(root, file), bytes);
            truth[file] = name;
            seen[Convert.ToHexStringLower(SHA256.HashData(bytes))] = name;
        }

        return new FlatFolder(Path.GetFileName(archive).Split('.')[0], root, [.. truth.Values.Distinct().Order(StringComparer.Ordinal)], truth, seen);
    }
}
