using System.Buffers.Binary;

namespace ActiveInas.Data.Images;

/// <summary>JPEG (ITU-T T.81, annex B): walks the marker segments to the end-of-image marker.</summary>
internal static class JpegHeader
{
    private const byte StartOfScan = 0xDA;
    private const byte EndOfImage = 0xD9;

    /// <summary>Reads size and orientation; a file without its end marker is truncated.</summary>
    public static ImageHeader Read(ReadOnlySpan<byte> data)
    {
        int width = 0;
        int height = 0;
        int orientation = 0;
        bool scanned = false;
        int position = 2;
        while (true)
        {
            position = NextMarker(data, position, out byte marker);
            if (marker == EndOfImage)
            {
                break;
            }

            if (marker is 0x01 or (>= 0xD0 and <= 0xD8))
            {
                continue;
            }

            ReadOnlySpan<byte> segment = Segment(data, position);
            if (IsFrame(marker))
            {
                (width, height) = Frame(segment, position);
            }
            else if (marker == 0xE1 && orientation == 0 && segment.StartsWith("Exif\0\0"u8))
            {
                orientation = ExifReader.Orientation(segment[6..]);
            }

            position += segment.Length + 2;
            scanned |= marker == StartOfScan;
        }

        return scanned
            ? new ImageHeader(ImageKind.Jpeg, width, height, Math.Max(orientation, 1))
            : throw new BadImageException($"JPEG without image data: end marker at offset {position - 2}");
    }

    private static bool IsFrame(byte marker) => marker is >= 0xC0 and <= 0xCF && marker is not (0xC4 or 0xC8 or 0xCC);

    private static (int Width, int Height) Frame(ReadOnlySpan<byte> segment, int position)
    {
        if (segment.Length < 6)
        {
            throw new BadImageException($"JPEG frame header of {segment.Length} bytes at offset {position}");
        }

        return (BinaryPrimitives.ReadUInt16BigEndian(segment[3..]), BinaryPrimitives.ReadUInt16BigEndian(segment[1..]));
    }

    /// <summary>Skips entropy-coded data (FF 00 is a stuffed byte) and fill bytes; returns the offset after the marker.</summary>
    private static int NextMarker(ReadOnlySpan<byte> data, int position, out byte marker)
    {
        while (position < data.Length)
        {
            int found = data[position..].IndexOf((byte)0xFF);
            if (found < 0)
            {
                break;
            }

            position += found + 1;
            while (position < data.Length && data[position] == 0xFF)
            {
                position++;
            }

            if (position < data.Length && data[position++] is var value and not 0)
            {
                marker = value;
                return position;
            }
        }

        throw new BadImageException($"truncated JPEG: no end marker in {data.Length} bytes");
    }

    private static ReadOnlySpan<byte> Segment(ReadOnlySpan<byte> data, int position)
    {
        int length = new ByteView(data, bigEndian: true).U16(position);
        if (length < 2 || position + length > data.Length)
        {
            throw new BadImageException($"truncated JPEG: segment of {length} bytes at offset {position}, the file has {data.Length}");
        }

        return data.Slice(position + 2, length - 2);
    }
}
