namespace ActiveInas.Data.Images;

/// <summary>Turns stored pixels upright.</summary>
internal static class Orientation
{
    /// <summary>Applies EXIF orientation 1..8 to rgb, [H, W, 3].</summary>
    public static DecodedImage Apply(DecodedImage image, int orientation)
    {
        if (orientation is <= 1 or > 8)
        {
            return image;
        }

        (int height, int width) = (image.Height, image.Width);
        bool swapped = orientation >= 5;
        int newHeight = swapped ? width : height;
        int newWidth = swapped ? height : width;
        byte[] turned = new byte[image.Rgb.Length];
        for (int y = 0; y < newHeight; y++)
        {
            for (int x = 0; x < newWidth; x++)
            {
                (int sourceY, int sourceX) = orientation switch
                {
                    2 => (y, width - 1 - x),
                    3 => (height - 1 - y, width - 1 - x),
                    4 => (height - 1 - y, x),
                    5 => (x, y),
                    6 => (height - 1 - x, y),
                    7 => (height - 1 - x, width - 1 - y),
                    _ => (x, width - 1 - y),
                };
                image.Rgb.AsSpan(((sourceY * width) + sourceX) * 3, 3).CopyTo(turned.AsSpan(((y * newWidth) + x) * 3, 3));
            }
        }

        return new DecodedImage(newHeight, newWidth, turned);
    }
}
