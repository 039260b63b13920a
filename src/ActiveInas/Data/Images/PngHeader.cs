namespace ActiveInas.Data.Images;

/// <summary>PNG (ISO/IEC 15948): walks the chunks to IEND.</summary>
internal static class PngHeader
{
    /// <summary>Reads size and orientation (eXIf); a file without IEND is truncated.</summary>
    public static ImageHeader Read(ReadOnlySpan<byte> data)
    {
        var view = new ByteView(data, bigEndian: true);
        if (!view.Slice(12, 4).SequenceEqual("IHDR"u8))
        {
            throw new BadImageException("PNG without IHDR at offset 12");
        }

        uint width = view.U32(16);
        uint height = view.U32(20);
        int orientation = 1;
        long position = 8;
        while (true)
        {
            long length = view.U32(position);
            ReadOnlySpan<byte> type = view.Slice(position + 4, 4);
            ReadOnlySpan<byte> content = view.Slice(position + 8, length + 4);
            if (type.SequenceEqual("IEND"u8))
            {
                break;
            }

            if (type.SequenceEqual("eXIf"u8))
            {
                orientation = ExifReader.Orientation(content);
            }

            position += length + 12;
        }

        return new ImageHeader(ImageKind.Png, Clamp(width), Clamp(height), orientation);
    }

    private static int Clamp(uint value) => value > int.MaxValue ? int.MaxValue : (int)value;
}
