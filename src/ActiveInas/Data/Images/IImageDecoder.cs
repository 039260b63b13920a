namespace ActiveInas.Data.Images;

/// <summary>A decoded image.</summary>
/// <param name="Height">H.</param>
/// <param name="Width">W.</param>
/// <param name="Rgb">[H, W, 3].</param>
internal sealed record DecodedImage(int Height, int Width, byte[] Rgb);

/// <summary>Decodes an image file. Safe to call from many threads.</summary>
internal interface IImageDecoder
{
    /// <summary>Decodes the file's first image: upright, RGB, alpha over white.</summary>
    /// <exception cref="BadImageException">Truncated, corrupt or of a kind that is not read.</exception>
    DecodedImage Decode(byte[] file);
}
