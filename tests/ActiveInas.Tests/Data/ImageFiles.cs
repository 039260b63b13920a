using System.Buffers.Binary;
using System.Text;

namespace ActiveInas.Tests.Data;

/// <summary>Writes BMP, GIF, TIFF and JPEG files byte by byte, so that nothing but the format's text decides what is in them.</summary>
internal static class ImageFiles
{
    /// <summary>24 bits a pixel, rows bottom-up (or top-down).</summary>
    public static byte[] Bmp(int height, int width, byte[] rgb, bool topDown = false)
    {
        int stride = ((width * 3) + 3) / 4 * 4;
        byte[] file = new byte[54 + (stride * height)];
        "BM"u8.CopyTo(file);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(2), file.Length);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(10), 54);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(14), 40);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(18), width);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(22), topDown ? -height : height);
        (file[26], file[28]) = (1, 24);
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                int to = 54 + (stride * (topDown ? y : height - 1 - y)) + (3 * x);
                int from = ((y * width) + x) * 3;
                (file[to], file[to + 1], file[to + 2]) = (rgb[from + 2], rgb[from + 1], rgb[from]);
            }
        }

        return file;
    }

    /// <summary>Frames of palette indices 0..3 with the given palette; LZW of 9-bit codes only, cleared often, never compressed.</summary>
    public static byte[] Gif(int height, int width, byte[] palette, params byte[][] frames)
    {
        using var file = new MemoryStream();
        file.Write("GIF89a"u8);
        file.Write([(byte)width, 0, (byte)height, 0, 0x81, 0, 0]);
        file.Write(palette);
        foreach (byte[] frame in frames)
        {
            file.Write([0x21, 0xF9, 4, 0, 10, 0, 0, 0]);
            file.Write([0x2C, 0, 0, 0, 0, (byte)width, 0, (byte)height, 0, 0, 8]);
            byte[] codes = NineBitCodes(frame);
            for (int i = 0; i < codes.Length; i += 255)
            {
                int count = Math.Min(255, codes.Length - i);
                file.WriteByte((byte)count);
                file.Write(codes, i, count);
            }

            file.WriteByte(0);
        }

        file.WriteByte(0x3B);
        return file.ToArray();
    }

    /// <summary>Uncompressed, one strip.</summary>
    /// <param name="height">H.</param>
    /// <param name="width">W.</param>
    /// <param name="samples">A pixel: 1 (grey), 3 (RGB), 4 (RGB and alpha), or more.</param>
    /// <param name="bits">A sample.</param>
    /// <param name="data">Rows of samples, each row of whole bytes.</param>
    /// <param name="orientation">As EXIF has it.</param>
    /// <param name="bigEndian">Byte order.</param>
    /// <param name="photometric">0 white is 0, 1 black is 0, 2 RGB, 5 CMYK; null: by the samples.</param>
    /// <param name="extraSamples">What the samples beyond the colours are: 0 unspecified, 2 alpha; null: alpha for RGB of 4 samples.</param>
    /// <param name="sampleFormat">1 unsigned, 2 signed, 3 floating point.</param>
    public static byte[] Tiff(
        int height, int width, int samples, int bits, byte[] data, int orientation = 1, bool bigEndian = false, int? photometric = null, int? extraSamples = null, int sampleFormat = 1)
    {
        int extra = samples - (photometric ?? (samples >= 3 ? 2 : 1)) switch { 2 => 3, 5 => 4, _ => 1 };
        (ushort Tag, ushort Type, uint Count, uint Value)[] tags =
        [
            (256, 4, 1, (uint)width), (257, 4, 1, (uint)height), (258, 3, 1, (uint)bits), (259, 3, 1, 1),
            (262, 3, 1, (uint)(photometric ?? (samples >= 3 ? 2 : 1))), (273, 4, 1, 0), (274, 3, 1, (uint)orientation), (277, 3, 1, (uint)samples),
            (278, 4, 1, (uint)height), (279, 4, 1, (uint)data.Length),
            extra == 0 ? ((ushort)305, (ushort)2, 0u, 0u) : ((ushort)338, (ushort)3, (uint)extra, (uint)(extraSamples ?? 2)), (339, 3, 1, (uint)sampleFormat),
        ];
        int bitsOffset = 8 + 2 + (12 * tags.Length) + 4;
        if (samples > 1)
        {
            (tags[2].Count, tags[2].Value) = ((uint)samples, (uint)bitsOffset);
        }

        tags[5].Value = (uint)(bitsOffset + (2 * samples));
        if (extra > 2)
        {
            // As many zeros as extra samples: the pixels begin with them.
            tags[10].Value = tags[5].Value;
        }

        var writer = new NumberWriter(bigEndian);
        writer.Bytes(bigEndian ? "MM"u8 : "II"u8).U16(42).U32(8).U16((ushort)tags.Length);
        foreach ((ushort tag, ushort type, uint count, uint value) in tags)
        {
            writer.U16(tag).U16(type).U32(count);
            if (type == 3 && count == 1)
            {
                writer.U16((ushort)value).U16(0);
            }
            else if (type == 3 && count == 2 && tag == 338)
            {
                writer.U16((ushort)value).U16((ushort)value);
            }
            else
            {
                writer.U32(value);
            }
        }

        writer.U32(0);
        for (int i = 0; i < samples; i++)
        {
            writer.U16((ushort)bits);
        }

        return writer.Bytes(data).ToArray();
    }

    /// <summary>PBM, PGM or PPM: a header in text, then the samples.</summary>
    public static byte[] Pnm(string header, byte[] samples) => [.. Encoding.ASCII.GetBytes(header), .. samples];

    /// <summary>A TIFF structure that holds the orientation only, as EXIF metadata is.</summary>
    public static byte[] Exif(int orientation, bool bigEndian = false, bool isLong = false)
    {
        NumberWriter writer = new NumberWriter(bigEndian).Bytes(bigEndian ? "MM"u8 : "II"u8).U16(42).U32(8).U16(1).U16(274).U16((ushort)(isLong ? 4 : 3)).U32(1);
        return (isLong ? writer.U32((uint)orientation) : writer.U16((ushort)orientation).U16(0)).U32(0).ToArray();
    }

    /// <summary>Puts EXIF metadata behind the first marker of a JPEG file.</summary>
    public static byte[] WithExif(byte[] jpeg, byte[] exif)
    {
        int length = exif.Length + 8;
        return [.. jpeg[..2], 0xFF, 0xE1, (byte)(length >> 8), (byte)length, .. "Exif\0\0"u8, .. exif, .. jpeg[2..]];
    }

    /// <summary>A baseline JPEG of flat 8x8 blocks: blocks[y, x, component].</summary>
    /// <remarks>Quantisation step 8 makes the DC coefficient the value less 128; twelve 4-bit codes for the DC categories, one 1-bit code
    /// for end of block.</remarks>
    public static byte[] Jpeg(byte[,,] blocks, bool adobeTransform = false, bool adobe = false)
    {
        (int rows, int columns, int components) = (blocks.GetLength(0), blocks.GetLength(1), blocks.GetLength(2));
        var file = new NumberWriter(bigEndian: true);
        file.U16(0xFFD8);
        if (adobe)
        {
            file.U16(0xFFEE).U16(14).Bytes("Adobe"u8).U16(100).U16(0).U16(0).U8((byte)(adobeTransform ? 2 : 0));
        }

        file.U16(0xFFDB).U16(67).U8(0).Bytes(Enumerable.Repeat((byte)8, 64).ToArray());
        file.U16(0xFFC0).U16((ushort)(8 + (3 * components))).U8(8).U16((ushort)(rows * 8)).U16((ushort)(columns * 8)).U8((byte)components);
        for (int c = 1; c <= components; c++)
        {
            file.U8((byte)c).U8(0x11).U8(0);
        }

        file.U16(0xFFC4).U16(19 + 12).U8(0).Bytes([0, 0, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]).Bytes([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
        file.U16(0xFFC4).U16(19 + 1).U8(0x10).Bytes([1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]).U8(0);
        file.U16(0xFFDA).U16((ushort)(6 + (2 * components))).U8((byte)components);
        for (int c = 1; c <= components; c++)
        {
            file.U8((byte)c).U8(0);
        }

        return file.U8(0).U8(63).U8(0).Bytes(Scan(blocks)).U16(0xFFD9).ToArray();
    }

    private static byte[] Scan(byte[,,] blocks)
    {
        var bits = new StringBuilder();
        int[] last = new int[blocks.GetLength(2)];
        for (int y = 0; y < blocks.GetLength(0); y++)
        {
            for (int x = 0; x < blocks.GetLength(1); x++)
            {
                for (int c = 0; c < last.Length; c++)
                {
                    int difference = blocks[y, x, c] - 128 - last[c];
                    last[c] += difference;
                    int category = difference == 0 ? 0 : (int)Math.Log2(Math.Abs(difference)) + 1;
                    int code = difference < 0 ? difference + (1 << category) - 1 : difference;
                    bits.Append(Convert.ToString(category, 2).PadLeft(4, '0'));
                    bits.Append(category == 0 ? "" : Convert.ToString(code, 2).PadLeft(category, '0'));
                    bits.Append('0');
                }
            }
        }

        bits.Append('1', (8 - (bits.Length % 8)) % 8);
        var bytes = new List<byte>();
        for (int i = 0; i < bits.Length; i += 8)
        {
            bytes.Add(Convert.ToByte(bits.ToString(i, 8), 2));
            if (bytes[^1] == 0xFF)
            {
                bytes.Add(0);
            }
        }

        return [.. bytes];
    }

    private static byte[] NineBitCodes(byte[] frame)
    {
        var codes = new List<int>();
        for (int i = 0; i < frame.Length; i++)
        {
            if (i % 200 == 0)
            {
                codes.Add(256);
            }

            codes.Add(frame[i]);
        }

        codes.Add(257);
        byte[] bytes = new byte[((codes.Count * 9) + 7) / 8];
        for (int i = 0; i < codes.Count * 9; i++)
        {
            bytes[i / 8] |= (byte)(((codes[i / 9] >> (i % 9)) & 1) << (i % 8));
        }

        return bytes;
    }
}
