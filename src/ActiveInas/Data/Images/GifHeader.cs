namespace ActiveInas.Data.Images;

/// <summary>GIF 87a and 89a: walks the blocks to the end of the first frame, the one that is read.</summary>
internal static class GifHeader
{
    /// <summary>Reads the size of the first frame and checks that its data is complete.</summary>
    public static ImageHeader Read(ReadOnlySpan<byte> data)
    {
        var view = new ByteView(data, bigEndian: false);
        long position = 13 + ColourTable(view.U8(10));
        while (true)
        {
            switch (view.U8(position))
            {
                case 0x21:
                    position = SkipBlocks(view, position + 2);
                    break;
                case 0x2C:
                    int width = view.U16(position + 5);
                    int height = view.U16(position + 7);
                    SkipBlocks(view, position + 11 + ColourTable(view.U8(position + 9)));
                    return new ImageHeader(ImageKind.Gif, width, height, 1);
                default:
                    throw new BadImageException($"GIF without an image: block {view.U8(position):X2} at offset {position}");
            }
        }
    }

    private static int ColourTable(byte flags) => (flags & 0x80) == 0 ? 0 : 3 << ((flags & 7) + 1);

    private static long SkipBlocks(ByteView view, long position)
    {
        while (view.U8(position) is var length and not 0)
        {
            position += length + 1;
        }

        return position + 1;
    }
}
