using System.Text;
using ImageMagick;

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

    /// <summary>"II*\0" or "MM\0*", and the same with '+' for BigTIFF.</summary>
    Tiff,

    /// <summary>"RIFF", size, "WEBP".</summary>
    WebP,

    /// <summary>"P1" to "P6", white space: PBM, PGM and PPM.</summary>
    Pnm,

    /// <summary>HEIC and AVIF: size, "ftyp", one of their brands.</summary>
    Heif,

    /// <summary>FF 0A, or a box "JXL ".</summary>
    JpegXl,
}

/// <summary>Recognises formats.</summary>
internal static class ImageKinds
{
    /// <summary>So many first bytes decide.</summary>
    public const int SniffLength = 16;

    private static readonly HashSet<string> s_extensions = new(StringComparer.OrdinalIgnoreCase)
    {
        ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".gif", ".bmp", ".dib", ".tif", ".tiff", ".webp", ".heic", ".heif", ".avif",
        ".ppm", ".pgm", ".pbm", ".pnm", ".jxl",
    };

    /// <summary>Images of other kinds than are read.</summary>
    private static readonly HashSet<string> s_others = new(StringComparer.OrdinalIgnoreCase)
    {
        ".jp2", ".j2k", ".dng", ".cr2", ".cr3", ".nef", ".arw", ".orf", ".rw2", ".psd", ".tga", ".svg", ".ico", ".pfm", ".pam", ".exr", ".hdr", ".dcm",
    };

    /// <summary>The format that the first bytes announce.</summary>
    public static ImageKind Sniff(ReadOnlySpan<byte> head) => head switch
    {
        [0xFF, 0xD8, 0xFF, ..] => ImageKind.Jpeg,
        [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => ImageKind.Png,
        [(byte)'G', (byte)'I', (byte)'F', (byte)'8', (byte)'7' or (byte)'9', (byte)'a', ..] => ImageKind.Gif,
        [(byte)'B', (byte)'M', ..] => ImageKind.Bmp,
        [(byte)'I', (byte)'I', (byte)'*' or (byte)'+', 0, ..] or [(byte)'M', (byte)'M', 0, (byte)'*' or (byte)'+', ..] => ImageKind.Tiff,
        [(byte)'P', >= (byte)'1' and <= (byte)'6', (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n', ..] => ImageKind.Pnm,
        [0xFF, 0x0A, ..] or [0, 0, 0, 12, (byte)'J', (byte)'X', (byte)'L', (byte)' ', 0x0D, 0x0A, 0x87, 0x0A, ..] => ImageKind.JpegXl,
        _ when head.Length >= 12 && head.StartsWith("RIFF"u8) && head[8..].StartsWith("WEBP"u8) => ImageKind.WebP,
        _ when Brand(head) is "heic" or "heix" or "heim" or "heis" or "hevc" or "hevx" or "mif1" or "msf1" or "avif" or "avis" => ImageKind.Heif,
        _ => ImageKind.None,
    };

    /// <summary>What the decoder calls it.</summary>
    public static MagickFormat Format(ImageKind kind) => kind switch
    {
        ImageKind.Jpeg => MagickFormat.Jpeg,
        ImageKind.Png => MagickFormat.Png,
        ImageKind.Gif => MagickFormat.Gif,
        ImageKind.Bmp => MagickFormat.Bmp,
        ImageKind.Tiff => MagickFormat.Tiff,
        ImageKind.WebP => MagickFormat.WebP,
        ImageKind.Pnm => MagickFormat.Pnm,
        ImageKind.Heif => MagickFormat.Heic,
        ImageKind.JpegXl => MagickFormat.Jxl,
        _ => throw new BadImageException("not an image"),
    };

    /// <summary>Whether a file is called an image, of whatever kind.</summary>
    public static bool IsImageName(string path) => s_extensions.Contains(Path.GetExtension(path)) || s_others.Contains(Path.GetExtension(path));

    /// <summary>Why a file that is no readable image is skipped.</summary>
    public static string Describe(string path, ReadOnlySpan<byte> head)
    {
        if (head.Length == 0)
        {
            return "empty file: skipped";
        }

        string extension = System.IO.Path.GetExtension(path);
        if (!s_extensions.Contains(extension))
        {
            return head is [(byte)'P', (byte)'K', 3, 4, ..] or [0x1F, 0x8B, ..] ? "an archive inside: unpack it and give the folder; skipped"
                : s_others.Contains(extension) ? $"{extension} images are not read: convert it to PNG or JPEG, for example with ImageMagick's 'magick'; skipped"
                : "not an image file: skipped";
        }

        string found = Brand(head) is { } brand ? $"a file of the brand '{brand}'" : $"first bytes {Convert.ToHexString(head[..Math.Min(4, head.Length)])}";
        return $"not an image in spite of its extension: {found}; skipped";
    }

    /// <summary>The brand of a file in boxes (ISO/IEC 14496-12), which may be an image or a film.</summary>
    private static string? Brand(ReadOnlySpan<byte> head) =>
        head.Length >= 12 && head[4..].StartsWith("ftyp"u8) ? Encoding.ASCII.GetString(head.Slice(8, 4)) : null;
}
