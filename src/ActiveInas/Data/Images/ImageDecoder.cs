using System.Text.RegularExpressions;
using ImageMagick;

namespace ActiveInas.Data.Images;

/// <summary>Decodes image files with ImageMagick, whose library comes with the package. Safe to call from many threads.</summary>
public static partial class ImageDecoder
{
    /// <summary>More than any camera makes; a larger image is a broken or hostile file.</summary>
    internal const long MaximumPixels = 100_000_000;

    /// <summary>What the header of a JPEG file has room for.</summary>
    private const int LongestSide = 65_535;

    /// <summary>JPEG files beyond this may be decoded at a part of their size: below it there is nothing to win.</summary>
    private const int LargeFile = 4 << 10;

    /// <summary>A file decoded at a part of its size keeps so many times the pixels that are asked for, so that averaging them gives
    /// what averaging all would, but for rounding.</summary>
    private const int Spare = 2;

    private static readonly Lazy<string?> s_version = new(Prepare);

    /// <summary>Name and version of the library; null where the package has none for this system.</summary>
    public static string? Version => s_version.Value;

    /// <summary>The formats that are read where the library can; empty where it is missing.</summary>
    public static IReadOnlyList<(string Name, bool IsRead)> Formats => Version is null
        ? []
        : [.. Enum.GetValues<ImageKind>().Where(kind => kind != ImageKind.None).Select(kind => (kind.ToString(), MagickFormatInfo.Create(ImageKinds.Format(kind))?.SupportsReading == true))];

    /// <summary>Whether <see cref="Decode"/> may give a smaller image than the file holds when a side is asked for.</summary>
    internal static bool MayShrink(byte[] file) => file.Length > LargeFile && ImageKinds.Sniff(file) == ImageKind.Jpeg;

    /// <summary>Decodes the file's first image as it is shown: upright, RGB, alpha over white.</summary>
    /// <param name="file">Contents.</param>
    /// <param name="side">The side in pixels that the image will be resized to; null: unknown.</param>
    /// <exception cref="BadImageException">Truncated, corrupt or of a kind that is not read.</exception>
    /// <exception cref="DataException">The library is missing.</exception>
    internal static DecodedImage Decode(byte[] file, int? side = null)
    {
        ImageKind kind = ImageKinds.Sniff(file);
        var settings = new MagickReadSettings { Format = ImageKinds.Format(kind), FrameIndex = 0, FrameCount = 1 };
        if (side is { } wanted && MayShrink(file))
        {
            settings.SetDefine(MagickFormat.Jpeg, "size", $"{Spare * wanted}x{Spare * wanted}");
        }

        RequireLibrary();
        try
        {
            using var image = new MagickImage();
            var warnings = new List<MagickException>();
            image.Warning += (_, e) => Collect(e.Exception, warnings);
            image.Read(file, settings);
            RefuseDamage(kind, image, warnings);
            RefuseOtherThanColours(kind, image);
            return Convert(image);
        }
        catch (MagickException e)
        {
            throw new BadImageException(Reason(e) is "CacheResourcesExhausted" or "WidthOrHeightExceedsLimit"
                ? $"{kind} image of more than {MaximumPixels / 1_000_000} megapixels or of more than {LongestSide} pixels a side"
                : $"corrupt {kind} image, or a variant that is not read: {Reason(e)}{(kind is ImageKind.Heif or ImageKind.JpegXl ? "; where other programs show it, convert it to JPEG or PNG" : "")}");
        }
    }

    /// <exception cref="DataException">The library is missing.</exception>
    internal static void RequireLibrary()
    {
        if (Version is null)
        {
            throw new DataException(
                "Image files are decoded by ImageMagick, which the package Magick.NET brings along for Linux (x64, arm64), Windows (x64, x86, arm64) and macOS (arm64) "
                + $"but not for this system ({System.Runtime.InteropServices.RuntimeInformation.RuntimeIdentifier}). "
                + "The data sets shapes, cifar10, cifar100, svhn, mnist and fashion-mnist work without it.");
        }
    }

    /// <summary>Loads the library and sets its limits: an image of too many pixels is refused before any memory is taken, and nothing is
    /// ever written to disk.</summary>
    private static string? Prepare()
    {
        try
        {
            ResourceLimits.Area = MaximumPixels;
            ResourceLimits.Width = LongestSide;
            ResourceLimits.Height = LongestSide;
            ResourceLimits.Disk = 0;
            string[] words = MagickNET.ImageMagickVersion.Split(' ');
            return $"{words[0]} {words[1]}";
        }
        catch (Exception e) when (e is TypeInitializationException or DllNotFoundException or BadImageFormatException)
        {
            return null;
        }
    }

    private static void Collect(MagickException exception, List<MagickException> warnings)
    {
        warnings.Add(exception);
        foreach (MagickException related in exception.RelatedExceptions)
        {
            Collect(related, warnings);
        }
    }

    /// <summary>Damaged pixels come with a warning and are filled with grey. A JPEG without its end marker has all its pixels, unless it is
    /// progressive: whole scans may be missing then.</summary>
    private static void RefuseDamage(ImageKind kind, MagickImage image, List<MagickException> warnings)
    {
        bool progressive = image.Interlace != Interlace.NoInterlace;
        foreach (MagickException warning in warnings.Where(warning => warning is MagickCorruptImageWarningException))
        {
            string reason = Reason(warning);
            if (kind != ImageKind.Jpeg || !Harmless().IsMatch(reason) || (progressive && reason.StartsWith("Premature end", StringComparison.Ordinal)))
            {
                throw new BadImageException($"corrupt {kind} image: {reason}");
            }
        }
    }

    /// <summary>What libjpeg says of files whose pixels are all there.</summary>
    [GeneratedRegex("^(Warning: unknown JFIF revision|Invalid SOS parameters for sequential|Unknown Adobe color transform|Premature end of JPEG file|Corrupt JPEG data: [0-9]+ extraneous bytes before marker 0xd9)")]
    private static partial Regex Harmless();

    private static void RefuseOtherThanColours(ImageKind kind, MagickImage image)
    {
        if (image.MetaChannelCount > 0)
        {
            throw new BadImageException(
                $"{image.ChannelCount} channels, of which {image.MetaChannelCount} are neither colour nor marked as alpha (infrared or other bands?): "
                + "wanted grey or RGB; save the three bands that shall be used as an RGB image");
        }

        if (kind == ImageKind.Tiff && image.GetAttribute("quantum:format") is { } samples and not "unsigned")
        {
            throw new BadImageException($"{samples} samples, whose range is not known: convert it to 8 or 16 bits a sample");
        }

        if (image.Depth > 16)
        {
            throw new BadImageException($"{image.Depth} bits a sample, whose range is not known: convert it to 8 or 16 bits a sample");
        }
    }

    private static DecodedImage Convert(MagickImage image)
    {
        if (image.ColorSpace is not (ColorSpace.sRGB or ColorSpace.RGB or ColorSpace.Gray or ColorSpace.LinearGray))
        {
            image.ColorSpace = ColorSpace.sRGB;
        }

        PlaceOnCanvas(image);
        if (image.Orientation is not (Orientation.Undefined or Orientation.TopLeft))
        {
            image.AutoOrient();
        }

        using IUnsafePixelCollection<byte> pixels = image.GetPixelsUnsafe();
        (int height, int width) = ((int)image.Height, (int)image.Width);
        byte[] rgb = image.HasAlpha ? OverWhite(pixels.ToByteArray(PixelMapping.RGBA)!)
            : image.ChannelCount == 3 ? pixels.GetArea(0, 0, image.Width, image.Height)! // as they are stored: several times as fast
            : pixels.ToByteArray(PixelMapping.RGB)!;
        return new DecodedImage(height, width, rgb);
    }

    /// <summary>The first frame of an animation may cover a part of the screen only.</summary>
    private static void PlaceOnCanvas(MagickImage image)
    {
        // Asked for by text, which costs a tiny image more than its pixels: of animations only.
        if (image.Format == MagickFormat.Gif && image.Page is var page && (page.X != 0 || page.Y != 0 || page.Width > image.Width || page.Height > image.Height))
        {
            uint width = Math.Max(page.Width, image.Width + (uint)Math.Max(0, page.X));
            uint height = Math.Max(page.Height, image.Height + (uint)Math.Max(0, page.Y));
            image.BackgroundColor = MagickColors.White;
            image.Extent(new MagickGeometry(-page.X, -page.Y, width, height));
        }
    }

    /// <summary>[H, W, 4] to [H, W, 3].</summary>
    private static byte[] OverWhite(byte[] rgba)
    {
        byte[] rgb = new byte[rgba.Length / 4 * 3];
        for (int i = 0; i < rgb.Length; i++)
        {
            int alpha = rgba[(i / 3 * 4) + 3];
            rgb[i] = (byte)(((rgba[(i / 3 * 4) + (i % 3)] * alpha) + (255 * (255 - alpha)) + 127) / 255);
        }

        return rgb;
    }

    /// <summary>The message without the name of a file in memory and of the place in the library's source.</summary>
    private static string Reason(MagickException exception)
    {
        int end = exception.Message.IndexOf('`', StringComparison.Ordinal);
        return (end < 0 ? exception.Message : exception.Message[..end]).Trim();
    }
}
