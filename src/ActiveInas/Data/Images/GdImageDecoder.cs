namespace ActiveInas.Data.Images;

/// <summary>Decodes through libgd, behind checks of our own: size and completeness before, geometry after.</summary>
internal sealed class GdImageDecoder(LibGd library) : IImageDecoder
{
    private const int OpaqueAlpha = 0;
    private const int FullAlpha = 127;

    /// <inheritdoc/>
    public DecodedImage Decode(byte[] file)
    {
        ImageHeader header = ImageHeader.Read(file);
        bool turned = header.Kind == ImageKind.Tiff && header.Orientation != 1;
        IntPtr image = library.Decode(header.Kind, turned ? TiffHeader.WithoutOrientation(file) : file, out bool damaged);
        if (image == IntPtr.Zero)
        {
            throw new BadImageException($"corrupt {header.Kind} image, or a variant that libgd does not read");
        }

        try
        {
            if (damaged)
            {
                throw new BadImageException("corrupt Jpeg image: its data is damaged");
            }

            return Orientation.Apply(Convert(image, header), header.Orientation);
        }
        finally
        {
            library.Destroy(image);
        }
    }

    private DecodedImage Convert(IntPtr image, ImageHeader header)
    {
        (int width, int height) = LibGd.Size(image);
        if (width != header.Width || height != header.Height)
        {
            throw new BadImageException($"decoded to {width}x{height}, the header says {header.Width}x{header.Height}");
        }

        int transparent = -1;
        if (LibGd.IsTrueColor(image))
        {
            transparent = LibGd.Transparent(image);
        }
        else if (!library.ToTrueColor(image))
        {
            throw new BadImageException("its palette cannot be converted");
        }

        byte[] rgb = new byte[width * height * 3];
        int[] row = new int[width];
        for (int y = 0; y < height; y++)
        {
            LibGd.ReadRow(image, y, row, width);
            ConvertRow(row, rgb.AsSpan(y * width * 3, width * 3), transparent);
        }

        return new DecodedImage(height, width, rgb);
    }

    /// <summary>0xAARRGGBB over white.</summary>
    private static void ConvertRow(int[] row, Span<byte> rgb, int transparent)
    {
        for (int x = 0; x < row.Length; x++)
        {
            int color = row[x];
            int alpha = color == transparent ? FullAlpha : (color >> 24) & FullAlpha;
            Span<byte> target = rgb.Slice(3 * x, 3);
            target[0] = (byte)(color >> 16);
            target[1] = (byte)(color >> 8);
            target[2] = (byte)color;
            if (alpha != OpaqueAlpha)
            {
                BlendOverWhite(target, alpha);
            }
        }
    }

    private static void BlendOverWhite(Span<byte> rgb, int alpha)
    {
        foreach (ref byte channel in rgb)
        {
            channel = (byte)(((channel * (FullAlpha - alpha)) + (255 * alpha) + (FullAlpha / 2)) / FullAlpha);
        }
    }
}
