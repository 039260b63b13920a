using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;

namespace ActiveInas.Data.Formats;

/// <summary>A numeric array of a MATLAB file.</summary>
/// <param name="Dimensions">Column-major: the first runs fastest.</param>
/// <param name="Bytes">Values as stored.</param>
/// <param name="Type">Storage type (mi number).</param>
/// <param name="Offset">Of the array's element in the file, for messages.</param>
internal sealed record MatArray(int[] Dimensions, ReadOnlyMemory<byte> Bytes, int Type, long Offset);

/// <summary>Reads the numeric arrays of a MATLAB 5 MAT-file (MathWorks, "MAT-File Level 5 File Format"), compressed elements and
/// not.</summary>
/// <remarks>Elements are slices of the file or of its inflated parts: SVHN is 180 MB, so nothing is copied.</remarks>
internal static class MatFile
{
    private const int HeaderLength = 128;
    private const int Compressed = 15;
    private const int Matrix = 14;

    /// <summary>Deflate makes nothing smaller than by this.</summary>
    private const long MaximumRatio = 1032;

    /// <summary>The arrays by name.</summary>
    public static Dictionary<string, MatArray> Read(string path)
    {
        byte[] data = File.ReadAllBytes(path);
        if (data.Length < HeaderLength || data[126] != (byte)'I' || data[127] != (byte)'M' || data[125] != 1)
        {
            if (data.AsSpan().StartsWith("MATLAB 7.3"u8) || (data.Length >= HeaderLength && data[125] == 2))
            {
                throw new DataException(
                    $"{path}: a MATLAB 7.3 file, which is HDF5 inside and not read. Save it as version 5: in MATLAB or Octave "
                    + "load it, then save('-v7', 'FILE.mat'); or download the set again, `data=NAME` does so.");
            }

            string found = data.Length < HeaderLength ? $"{data.Length} bytes" : Convert.ToHexString(data.AsSpan(124, 4));
            throw new DataException(
                $"{path}, offset 124: not a little-endian MATLAB 5 file: found {found}, wanted version 0001 and the letters IM "
                + "(0001494D).");
        }

        var arrays = new Dictionary<string, MatArray>(StringComparer.Ordinal);
        for (long position = HeaderLength; position < data.Length;)
        {
            Element element = Next(path, data, position, position);
            if (element.Type == Compressed)
            {
                ReadOnlyMemory<byte> content = Inflate(path, element.Bytes, position);
                AddMatrix(path, Next(path, content, 0, position), position, arrays);
            }
            else
            {
                AddMatrix(path, element, position, arrays);
            }

            position = element.End;
        }

        return arrays;
    }

    private static void AddMatrix(string path, Element element, long offset, Dictionary<string, MatArray> arrays)
    {
        if (element.Type != Matrix)
        {
            return;
        }

        ReadOnlyMemory<byte> content = element.Bytes;
        Element flags = Next(path, content, 0, offset);
        int kind = flags.Bytes.Length < 8 ? 0 : flags.Bytes.Span[0];
        if (kind is < 6 or > 15)
        {
            return; // not numeric: cells, structures, text
        }

        Element dimensions = Next(path, content, flags.End, offset);
        Element name = Next(path, content, dimensions.End, offset);
        Element values = Next(path, content, name.End, offset);
        int[] sizes = new int[dimensions.Bytes.Length / 4];
        for (int i = 0; i < sizes.Length; i++)
        {
            sizes[i] = BinaryPrimitives.ReadInt32LittleEndian(dimensions.Bytes.Span[(4 * i)..]);
        }

        arrays[Encoding.ASCII.GetString(name.Bytes.Span)] = new MatArray(sizes, values.Bytes, values.Type, offset);
    }

    /// <summary>A data element: tag of type and size, or both in one word with up to four bytes of data, padded to 8 bytes unless
    /// compressed.</summary>
    private static Element Next(string path, ReadOnlyMemory<byte> data, long position, long offset)
    {
        if (position + 8 > data.Length)
        {
            throw Truncated(path, offset, 8, data.Length - position);
        }

        uint first = BinaryPrimitives.ReadUInt32LittleEndian(data.Span[(int)position..]);
        if (first >> 16 is var small and not 0)
        {
            return small <= 4
                ? new Element((int)(first & 0xFFFF), data.Slice((int)position + 4, (int)small), position + 8)
                : throw new DataException(
                    $"{path}, element at offset {offset}: a small element of {small} bytes; wanted at most 4. The file is corrupt.");
        }

        long length = BinaryPrimitives.ReadUInt32LittleEndian(data.Span[((int)position + 4)..]);
        if (position + 8 + length > data.Length)
        {
            throw Truncated(path, offset, length, data.Length - position - 8);
        }

        long end = position + 8 + length;
        return new Element((int)first, data.Slice((int)position + 8, (int)length), first == Compressed ? end : (end + 7) / 8 * 8);
    }

    private static ReadOnlyMemory<byte> Inflate(string path, ReadOnlyMemory<byte> data, long offset)
    {
        try
        {
            MemoryMarshal.TryGetArray(data, out ArraySegment<byte> bytes);
            using var zlib = new ZLibStream(new MemoryStream(bytes.Array!, bytes.Offset, bytes.Count), CompressionMode.Decompress);
            byte[] tag = new byte[8];
            zlib.ReadExactly(tag);
            long length = Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(tag.AsSpan(4)), MaximumRatio * data.Length);
            using var content = new MemoryStream((int)Math.Min(Array.MaxLength, length + tag.Length));
            content.Write(tag);
            zlib.CopyTo(content);
            return content.GetBuffer().AsMemory(0, (int)content.Length);
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw new DataException(
                $"{path}, element at offset {offset}: broken compressed data: {e.Message} Copy or download the file again.", e);
        }
    }

    private static DataException Truncated(string path, long offset, long wanted, long found) =>
        new($"{path}, element at offset {offset}: truncated; {wanted} bytes wanted, {found} there.");

    private readonly record struct Element(int Type, ReadOnlyMemory<byte> Bytes, long End);
}
