using ImageMagick;

namespace ActiveInas.Tests.Data;

/// <summary>Makes files of formats that are too long to write by hand, with the library's own encoders.</summary>
internal static class Encoder
{
    public static byte[] WebP(int height, int width, byte[] rgb) => Encode(height, width, rgb, MagickFormat.WebP, image => image.Settings.SetDefine(MagickFormat.WebP, "lossless", "true"));

    /// <summary>Compressed with LZW.</summary>
    public static byte[] Tiff(int height, int width, byte[] rgb) => Encode(height, width, rgb, MagickFormat.Tiff, image => image.Settings.Compression = CompressionMethod.LZW);

    public static byte[] Jpeg(int height, int width, byte[] rgb, bool progressive = false) => Encode(height, width, rgb, MagickFormat.Jpeg, image =>
    {
        image.Quality = 95;
        image.Settings.Interlace = progressive ? Interlace.Jpeg : Interlace.NoInterlace;
    });

    public static byte[] Encode(int height, int width, byte[] rgb, MagickFormat format, Action<MagickImage>? prepare = null)
    {
        using MagickImage image = Image(height, width, rgb);
        prepare?.Invoke(image);
        return image.ToByteArray(format);
    }

    /// <summary>Frames of one size, one after the other.</summary>
    public static byte[] Animation(int height, int width, MagickFormat format, params byte[][] frames)
    {
        using MagickImageCollection images = [];
        foreach (byte[] frame in frames)
        {
            MagickImage image = Image(height, width, frame);
            image.AnimationDelay = 10;
            images.Add(image);
        }

        return images.ToByteArray(format);
    }

    private static MagickImage Image(int height, int width, byte[] rgb)
    {
        MagickImage image = new();
        image.ReadPixels(rgb, new PixelReadSettings((uint)width, (uint)height, StorageType.Char, PixelMapping.RGB));
        return image;
    }
}
