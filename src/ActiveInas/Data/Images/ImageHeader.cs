namespace ActiveInas.Data.Images;

/// <summary>What the header of an image file says, read before any decoder sees the file.</summary>
/// <param name="Kind">Format.</param>
/// <param name="Width">Stored pixels a row.</param>
/// <param name="Height">Stored rows.</param>
/// <param name="Orientation">EXIF orientation 1..8; 1 = as stored.</param>
internal readonly record struct ImageHeader(ImageKind Kind, int Width, int Height, int Orientation)
{
    /// <summary>More than any camera makes; a larger header is a broken or hostile file.</summary>
    public const long MaximumPixels = 100_000_000;

    /// <summary>Reads the header and checks that the file is complete.</summary>
    /// <exception cref="BadImageException">Not an image, truncated, or of an absurd size.</exception>
    public static ImageHeader Read(ReadOnlySpan<byte> data)
    {
        ImageHeader header = ImageKinds.Sniff(data) switch
        {
            ImageKind.Jpeg => JpegHeader.Read(data),
            ImageKind.Png => PngHeader.Read(data),
            ImageKind.Gif => GifHeader.Read(data),
            ImageKind.Bmp => BmpHeader.Read(data),
            ImageKind.Tiff => TiffHeader.Read(data),
            ImageKind.WebP => WebPHeader.Read(data),
            _ => throw new BadImageException("not an image"),
        };
        if (header.Width <= 0 || header.Height <= 0)
        {
            throw new BadImageException($"the header says {header.Width}x{header.Height} pixels");
        }

        if ((long)header.Width * header.Height > MaximumPixels)
        {
            throw new BadImageException(
                $"the header says {header.Width}x{header.Height} pixels: more than {MaximumPixels / 1_000_000} megapixels");
        }

        return header;
    }
}
