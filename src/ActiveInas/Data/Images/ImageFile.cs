using ImageMagick;

namespace ActiveInas.Data.Images;

/// <summary>What the header of an image file says.</summary>
/// <param name="Width">In pixels, as stored: before it is turned upright.</param>
/// <param name="Height">In pixels, as stored.</param>
/// <param name="MediaType">For example image/jpeg; null for a kind that browsers do not show.</param>
public sealed record ImageFileInfo(int Width, int Height, string? MediaType);

/// <summary>Image files as they are shown to people, at the size they have.</summary>
public static class ImageFile
{
    /// <summary>Reads the header of a file, and nothing behind it.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="DataException">It is no image that is read, or of more pixels than any camera makes.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static ImageFileInfo Inspect(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        using FileStream stream = File.OpenRead(path);
        Span<byte> head = stackalloc byte[ImageKinds.SniffLength];
        head = head[..stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
        ImageKind kind = ImageKinds.Sniff(head);
        ImageDecoder.RequireLibrary();
        try
        {
            stream.Position = 0;
            MagickImageInfo info = new(stream, new MagickReadSettings { Format = ImageKinds.Format(kind), FrameIndex = 0, FrameCount = 1 });
            return (long)info.Width * info.Height <= ImageDecoder.MaximumPixels
                ? new ImageFileInfo((int)info.Width, (int)info.Height, MediaType(kind, head))
                : throw new DataException($"{path} has {info.Width}x{info.Height} pixels; wanted at most {ImageDecoder.MaximumPixels / 1_000_000} million.");
        }
        catch (Exception exception) when (exception is MagickException or BadImageException)
        {
            throw new DataException($"{path} is no image that can be read: {exception.Message}", exception);
        }
    }

    /// <summary>Decodes a file and writes it as PNG: upright, RGB, alpha over white.</summary>
    /// <param name="path">The file.</param>
    /// <param name="width">Largest width in pixels; null: as it is.</param>
    /// <exception cref="DataException">It cannot be decoded.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static byte[] ToPng(string path, int? width = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        byte[] file = File.ReadAllBytes(path);
        try
        {
            DecodedImage image = ImageDecoder.Decode(file);
            if (width is { } most && image.Width > most)
            {
                image = Resizer.Resize(image, Math.Max(1, (int)((long)image.Height * most / image.Width)), most);
            }

            PixelReadSettings settings = new((uint)image.Width, (uint)image.Height, StorageType.Char, PixelMapping.RGB);
            using MagickImage picture = new();
            picture.ReadPixels(image.Rgb, settings);
            picture.Quality = 10; // filter none, level 1: it is read once, and soon
            return picture.ToByteArray(MagickFormat.Png24);
        }
        catch (Exception exception) when (exception is MagickException or BadImageException)
        {
            throw new DataException($"{path} cannot be decoded: {exception.Message}", exception);
        }
    }

    /// <summary>Decodes an image that lies in memory, to the pixels that it would have in a data set of this size.</summary>
    /// <param name="file">Contents of a file of any kind that is read.</param>
    /// <param name="height">H in pixels that it is resized to.</param>
    /// <param name="width">W in pixels.</param>
    /// <returns>[H, W, 3], RGB.</returns>
    /// <exception cref="DataException">It cannot be decoded.</exception>
    public static byte[] Decode(byte[] file, int height, int width)
    {
        ArgumentNullException.ThrowIfNull(file);
        try
        {
            return Resizer.Resize(ImageDecoder.Decode(file, Math.Max(height, width)), height, width).Rgb;
        }
        catch (BadImageException exception)
        {
            throw new DataException(exception.Message, exception);
        }
    }

    private static string? MediaType(ImageKind kind, ReadOnlySpan<byte> head) => kind switch
    {
        ImageKind.Jpeg => "image/jpeg",
        ImageKind.Png => "image/png",
        ImageKind.Gif => "image/gif",
        ImageKind.Bmp => "image/bmp",
        ImageKind.WebP => "image/webp",
        ImageKind.Heif when head[8..].StartsWith("avi"u8) => "image/avif",
        _ => null,
    };
}
