using System.Buffers.Binary;

namespace ActiveInas.Data.Formats;

/// <summary>The idx format of the MNIST family: 00 00, type 08 (unsigned byte), number of dimensions, the dimensions as big-endian 32-bit
/// integers, the values in row-major order.</summary>
internal static class IdxFile
{
    private const int ImageDimensions = 3;
    private const int LabelDimensions = 1;
    private const int MaximumSide = 4096;

    /// <summary>Grey images, repeated to RGB.</summary>
    /// <returns>H, W and pixels [N, H, W, 3].</returns>
    public static (int Height, int Width, byte[] Pixels) ReadImages(string path)
    {
        (int[] dimensions, byte[] data, int start) = Read(path, ImageDimensions, "images");
        (int height, int width) = (dimensions[1], dimensions[2]);
        if (height is < 1 or > MaximumSide || width is < 1 or > MaximumSide)
        {
            throw new DataException($"{path}, offset 8: images of {height}x{width} pixels; wanted 1 to {MaximumSide}.");
        }

        byte[] pixels = new byte[(data.Length - start) * 3L];
        for (int i = start; i < data.Length; i++)
        {
            pixels.AsSpan((i - start) * 3, 3).Fill(data[i]);
        }

        return (height, width, pixels);
    }

    /// <summary>Labels, each below <paramref name="classes"/>.</summary>
    public static int[] ReadLabels(string path, int classes)
    {
        (_, byte[] data, int start) = Read(path, LabelDimensions, "labels");
        int[] labels = new int[data.Length - start];
        for (int i = 0; i < labels.Length; i++)
        {
            labels[i] = data[start + i] < classes
                ? data[start + i]
                : throw new DataException($"{path}, offset {start + i}: label {data[start + i]}; wanted 0 to {classes - 1}. "
                    + "Sets with other classes (EMNIST) are read as a folder CLASS/*.png.");
        }

        return labels;
    }

    private static (int[] Dimensions, byte[] Data, int Start) Read(string path, int wantedDimensions, string what)
    {
        byte[] data = GzipFile.ReadAll(path);
        int start = 4 + (4 * wantedDimensions);
        uint magic = data.Length < 4 ? 0 : BinaryPrimitives.ReadUInt32BigEndian(data);
        uint wanted = 0x0800u + (uint)wantedDimensions;
        if (magic != wanted)
        {
            throw new DataException($"{path}, offset 0: magic number {magic:X8}; wanted {wanted:X8}, an idx file of {what}.");
        }

        if (data.Length < start)
        {
            throw new DataException($"{path}, offset {data.Length}: truncated idx header; wanted {start} bytes.");
        }

        int[] dimensions = new int[wantedDimensions];
        long size = 1;
        for (int i = 0; i < wantedDimensions; i++)
        {
            dimensions[i] = BinaryPrimitives.ReadInt32BigEndian(data.AsSpan(4 + (4 * i)));
            size = dimensions[i] < 1 || size > Array.MaxLength / 3 ? -1 : size * dimensions[i];
        }

        return size == data.Length - start && size <= Array.MaxLength / 3
            ? (dimensions, data, start)
            : throw new DataException(
                $"{path}, offset 4: the header announces {string.Join(" x ", dimensions)} {what}, "
                + $"which does not fit the {data.Length - start} bytes after it. "
                + "The file is truncated or corrupt.");
    }
}
