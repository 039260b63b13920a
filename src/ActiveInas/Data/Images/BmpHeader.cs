namespace ActiveInas.Data.Images;

/// <summary>BMP (core, info, V4 and V5 headers).</summary>
internal static class BmpHeader
{
    private const int Uncompressed = 0;
    private const int RunLength8 = 1;
    private const int RunLength4 = 2;
    private const int BitFields = 3;

    /// <summary>Reads the size and checks that the pixel data is complete.</summary>
    public static ImageHeader Read(ReadOnlySpan<byte> data)
    {
        var view = new ByteView(data, bigEndian: false);
        long start = view.U32(10);
        uint headerSize = view.U32(14);
        bool core = headerSize == 12;
        int width = core ? view.U16(18) : (int)view.U32(18);
        int height = core ? view.U16(20) : (int)view.U32(22);
        int bits = view.U16(core ? 24 : 28);
        uint compression = core ? 0 : view.U32(30);
        height = height == int.MinValue ? 0 : Math.Abs(height);
        if (bits is not (1 or 4 or 8 or 16 or 24 or 32))
        {
            throw new BadImageException($"BMP of {bits} bits a pixel at offset {(core ? 24 : 28)}; wanted 1, 4, 8, 16, 24 or 32");
        }

        long size = compression switch
        {
            Uncompressed or BitFields => ((((long)width * bits) + 31) / 32 * 4) * height,
            RunLength8 or RunLength4 => view.U32(34),
            _ => throw new BadImageException($"BMP compression {compression} at offset 30 is not read"),
        };
        if (width > 0 && start + size > data.Length)
        {
            throw new BadImageException($"truncated BMP: {size} bytes of pixels at offset {start}, the file has {data.Length}");
        }

        return new ImageHeader(ImageKind.Bmp, width, height, 1);
    }
}
