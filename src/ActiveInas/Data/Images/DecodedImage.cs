namespace ActiveInas.Data.Images;

/// <summary>A decoded image.</summary>
/// <param name="Height">H.</param>
/// <param name="Width">W.</param>
/// <param name="Rgb">[H, W, 3].</param>
internal sealed record DecodedImage(int Height, int Width, byte[] Rgb);
