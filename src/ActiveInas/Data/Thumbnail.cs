using ActiveInas.Data.Images;

namespace ActiveInas.Data;

/// <summary>A small copy of an image, for people to look at.</summary>
/// <param name="Height">H in pixels.</param>
/// <param name="Width">W in pixels.</param>
/// <param name="Rgb">[H, W, 3], 0..255.</param>
public sealed record Thumbnail(int Height, int Width, byte[] Rgb)
{
    /// <summary>The image with the same proportions; one that is small enough stays as it is.</summary>
    /// <param name="images">Of which set.</param>
    /// <param name="index">Which image.</param>
    /// <param name="longestSide">Pixels of the longer side at most.</param>
    public static Thumbnail Of(ImageSet images, int index, int longestSide)
    {
        ArgumentNullException.ThrowIfNull(images);
        double scale = Math.Min(1, (double)longestSide / Math.Max(images.Height, images.Width));
        DecodedImage image = Resizer.Resize(
            new DecodedImage(images.Height, images.Width, images.Image(index).ToArray()), Scaled(images.Height), Scaled(images.Width));
        return new Thumbnail(image.Height, image.Width, image.Rgb);

        int Scaled(int side) => Math.Max(1, (int)Math.Round(scale * side));
    }
}
