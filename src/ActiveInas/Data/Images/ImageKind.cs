using System.Text;

namespace ActiveInas.Data.Images;

/// <summary>A file format of images, known by the file's first bytes, never by its extension.</summary>
internal enum ImageKind
{
    /// <summary>Not an image that can be read.</summary>
    None,

    /// <summary>FF D8 FF.</summary>
    Jpeg,

    /// <summary>89 "PNG" 0D 0A 1A 0A.</summary>
    Png,

    /// <summary>"GIF87a" or "GIF89a".</summary>
    Gif,

    /// <summary>"BM".</summary>
    Bmp,

    /// <summary>"II*\0" or "MM\0*".</summary>
    Tiff,

    /// <summary>"RIFF", size, "WEBP".</summary>
    WebP,
}

/// <summary>Recognises formats.</summary>
internal static class ImageKinds
{
    /// <summary>So many first bytes decide.</summary>
    public const int SniffLength = 16;

    private static readonly HashSet<string> s_extensions = new(StringComparer.OrdinalIgnoreCase)
    {
        ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".gif", ".bmp", ".dib", ".tif", ".tiff", ".webp", ".heic", ".heif", ".avif",
    };

    /// <summary>The format that the first bytes announce.</summary>
    public static ImageKind Sniff(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]))
        {
            return ImageKind.Jpeg;
        }

        if (head.StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]))
        {
            return ImageKind.Png;
        }

        if (head.StartsWith("GIF87a"u8) || head.StartsWith("GIF89a"u8))
        {
            return ImageKind.Gif;
        }

        if (head.StartsWith("II*\0"u8) || head.StartsWith("MM\0*"u8))
        {
            return ImageKind.Tiff;
        }

        if (head.Length >= 12 && head.StartsWith("RIFF"u8) && head[8..].StartsWith("WEBP"u8))
        {
            return ImageKind.WebP;
        }

        return head.StartsWith("BM"u8) ? ImageKind.Bmp : ImageKind.None;
    }

    /// <summary>Why a file that is no readable image is skipped.</summary>
    public static string Describe(string path, ReadOnlySpan<byte> head)
    {
        if (head.Length == 0)
        {
            return "empty file: skipped";
        }

        if (head.Length >= 12 && head[4..].StartsWith("ftyp"u8))
        {
            return $"'{Encoding.ASCII.GetString(head.Slice(8, 4))}' image (HEIC or AVIF family), which is not read: "
                + "convert it to JPEG or PNG; skipped";
        }

        return s_extensions.Contains(System.IO.Path.GetExtension(path))
            ? $"not an image in spite of its extension: first bytes {Convert.ToHexString(head[..Math.Min(4, head.Length)])}; skipped"
            : "not an image file: skipped";
    }
}
