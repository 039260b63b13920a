using System.Buffers.Binary;
using System.Text;

namespace ActiveInas.Tests.Data;

/// <summary>Writes the named sets in small: same formats, few images.</summary>
internal static class SetFiles
{
    /// <summary>Records of CIFAR: label bytes, then planes whose value tells record, plane and position apart.</summary>
    public static byte[] Cifar(int first, params byte[][] labels)
    {
        var file = new List<byte>();
        for (int n = 0; n < labels.Length; n++)
        {
            file.AddRange(labels[n]);
            for (int i = 0; i < 3 * 1024; i++)
            {
                file.Add(CifarValue(first + n, i / 1024, i % 1024));
            }
        }

        return [.. file];
    }

    public static byte CifarValue(int record, int plane, int position) => (byte)((record * 50) + (plane * 17) + (position % 7));

    /// <summary>The six files of CIFAR-10, three records each: label = file number, and the three records of a file differ.</summary>
    public static (string Name, byte[] Data)[] Cifar10() =>
    [
        .. Enumerable.Range(1, 5).Select(k => ($"cifar-10-batches-bin/data_batch_{k}.bin", Cifar(3 * k, [(byte)k], [0], [9]))),
        ("cifar-10-batches-bin/test_batch.bin", Cifar(90, [7], [8])),
        ("cifar-10-batches-bin/batches.meta.txt", "airplane\n"u8.ToArray()),
    ];

    public static (string Name, byte[] Data)[] Cifar100() =>
    [
        ("cifar-100-binary/train.bin", Cifar(0, [19, 99], [0, 3])),
        ("cifar-100-binary/test.bin", Cifar(5, [4, 55])),
    ];

    public static byte[] IdxImages(int count, int height, int width, int magic = 0x803)
    {
        byte[] file = new byte[16 + (count * height * width)];
        BinaryPrimitives.WriteInt32BigEndian(file, magic);
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(4), count);
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(8), height);
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(12), width);
        for (int i = 16; i < file.Length; i++)
        {
            file[i] = (byte)(i * 3);
        }

        return file;
    }

    public static byte[] IdxLabels(params byte[] labels)
    {
        byte[] count = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(count, labels.Length);
        return [0, 0, 8, 1, .. count, .. labels];
    }

    /// <summary>X [32, 32, 3, n] of bytes and y [n, 1], labels stored as bytes or doubles of class double.</summary>
    public static byte[] Mat(byte[] labels, bool compressed, bool doubles = false)
    {
        byte[] pixels = new byte[labels.Length * 3072];
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] = MatValue(i % 32, i / 32 % 32, i / 1024 % 3, i / 3072);
        }

        byte[] values = doubles ? [.. labels.SelectMany(label => BitConverter.GetBytes((double)label))] : labels;
        byte[] x = Matrix("X", 9, 2, [32, 32, 3, labels.Length], pixels);
        byte[] y = Matrix("y", 6, doubles ? 9 : 2, [labels.Length, 1], values);
        byte[] header = [.. Encoding.ASCII.GetBytes("MATLAB 5.0 MAT-file, made by a test".PadRight(124)), 0, 1, (byte)'I', (byte)'M'];
        return [.. header, .. compressed ? Compress(x) : x, .. compressed ? Compress(y) : y];
    }

    public static byte MatValue(int row, int column, int channel, int n) => (byte)((row * 2) + (column * 3) + (channel * 50) + (n * 11));

    private static byte[] Compress(byte[] element)
    {
        byte[] data = PngFile.Deflate(element);
        return new NumberWriter(bigEndian: false).U32(15).U32((uint)data.Length).Bytes(data).ToArray();
    }

    private static byte[] Matrix(string name, byte arrayClass, int type, int[] dimensions, byte[] values)
    {
        var content = new NumberWriter(bigEndian: false);
        Element(content, 6, [arrayClass, 0, 0, 0, 0, 0, 0, 0]);
        Element(content, 5, [.. dimensions.SelectMany(BitConverter.GetBytes)]);
        Element(content, 1, Encoding.ASCII.GetBytes(name));
        Element(content, type, values);
        byte[] bytes = content.ToArray();
        return new NumberWriter(bigEndian: false).U32(14).U32((uint)bytes.Length).Bytes(bytes).ToArray();
    }

    /// <summary>Up to four bytes sit in the tag itself, as MATLAB writes them.</summary>
    private static void Element(NumberWriter writer, int type, byte[] data)
    {
        if (data.Length <= 4)
        {
            writer.U16((ushort)type).U16((ushort)data.Length).Bytes(data).Bytes(new byte[4 - data.Length]);
            return;
        }

        writer.U32((uint)type).U32((uint)data.Length).Bytes(data).Bytes(new byte[(8 - (data.Length % 8)) % 8]);
    }
}
