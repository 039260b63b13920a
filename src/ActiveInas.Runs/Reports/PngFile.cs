using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;

namespace ActiveInas.Runs.Reports;

/// <summary>Writes an image as PNG (W3C PNG specification): 8-bit RGB, one zlib stream, filter Sub on every row.</summary>
internal static class PngFile
{
    private const int Channels = 3;

    /// <summary>The file.</summary>
    /// <param name="pixels">[H, W, 3] RGB.</param>
    /// <param name="height">H.</param>
    /// <param name="width">W.</param>
    public static byte[] Encode(ReadOnlySpan<byte> pixels, int height, int width)
    {
        using MemoryStream file = new();
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (8, 2);
        Chunk(file, "IHDR"u8, header);
        Chunk(file, "IDAT"u8, Compressed(pixels, height, width));
        Chunk(file, "IEND"u8, []);
        return file.ToArray();
    }

    private static byte[] Compressed(ReadOnlySpan<byte> pixels, int height, int width)
    {
        int stride = width * Channels;
        byte[] rows = new byte[height * (stride + 1)];
        for (int y = 0; y < height; y++)
        {
            ReadOnlySpan<byte> row = pixels.Slice(y * stride, stride);
            Span<byte> filtered = rows.AsSpan(y * (stride + 1), stride + 1);
            filtered[0] = 1;
            for (int x = 0; x < stride; x++)
            {
                filtered[x + 1] = (byte)(row[x] - (x < Channels ? 0 : row[x - Channels]));
            }
        }

        using MemoryStream data = new();
        using (ZLibStream zlib = new(data, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            zlib.Write(rows);
        }

        return data.ToArray();
    }

    private static void Chunk(Stream file, ReadOnlySpan<byte> name, byte[] data)
    {
        byte[] number = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        byte[] body = [.. name, .. data];
        file.Write(body);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32.HashToUInt32(body));
        file.Write(number);
    }
}
