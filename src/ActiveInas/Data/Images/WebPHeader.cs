namespace ActiveInas.Data.Images;

/// <summary>WebP (RFC 9649): lossy, lossless and extended.</summary>
internal static class WebPHeader
{
    /// <summary>Reads size and orientation and checks that the container is complete.</summary>
    public static ImageHeader Read(ReadOnlySpan<byte> data)
    {
        var view = new ByteView(data, bigEndian: false);
        long end = view.U32(4) + 8L;
        if (end > data.Length)
        {
            throw new BadImageException($"truncated WebP: {end} bytes announced at offset 4, the file has {data.Length}");
        }

        int width = 0;
        int height = 0;
        int orientation = 1;
        for (long position = 12; position + 8 <= end;)
        {
            long length = view.U32(position + 4);
            long content = position + 8;
            view.Slice(content, length);
            switch (view.U32(position))
            {
                case 0x58385056: // "VP8X"
                    RefuseAnimation(view.U8(content));
                    break;
                case 0x20385056: // "VP8 "
                    width = view.U16(content + 6) & 0x3FFF;
                    height = view.U16(content + 8) & 0x3FFF;
                    break;
                case 0x4C385056: // "VP8L"
                    uint bits = view.U32(content + 1);
                    width = (int)(bits & 0x3FFF) + 1;
                    height = (int)((bits >> 14) & 0x3FFF) + 1;
                    break;
                case 0x46495845: // "EXIF"
                    orientation = ExifReader.Orientation(SkipExifPrefix(view.Slice(content, length)));
                    break;
            }

            position = content + length + (length & 1);
        }

        return new ImageHeader(ImageKind.WebP, width, height, orientation);
    }

    /// <summary>Some writers copy the "Exif\0\0" of JPEG into the chunk.</summary>
    private static ReadOnlySpan<byte> SkipExifPrefix(ReadOnlySpan<byte> chunk) => chunk.StartsWith("Exif\0\0"u8) ? chunk[6..] : chunk;

    private static void RefuseAnimation(byte flags)
    {
        if ((flags & 2) != 0)
        {
            throw new BadImageException("animated WebP is not read: save its first frame as an image");
        }
    }
}
