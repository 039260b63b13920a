using System.IO.Compression;

namespace ActiveInas.Data.Formats;

/// <summary>Whole files, gzipped or not (by their first bytes).</summary>
internal static class GzipFile
{
    /// <summary>The file's contents.</summary>
    /// <exception cref="DataException">The gzip data is damaged.</exception>
    public static byte[] ReadAll(string path)
    {
        using FileStream stream = File.OpenRead(path);
        bool zipped = stream.ReadByte() == 0x1F && stream.ReadByte() == 0x8B;
        stream.Position = 0;
        if (!zipped)
        {
            return File.ReadAllBytes(path);
        }

        try
        {
            using var content = new MemoryStream();
            using var gzip = new GZipStream(stream, CompressionMode.Decompress, leaveOpen: true);
            gzip.CopyTo(content);
            return content.ToArray();
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw new DataException(
                $"{path}: broken gzip data near offset {stream.Position} of {stream.Length}: {e.Message} Copy or download it again.", e);
        }
    }
}
