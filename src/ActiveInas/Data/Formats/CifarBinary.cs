namespace ActiveInas.Data.Formats;

/// <summary>The binary version of CIFAR: records of label bytes and 32x32 pixels in three planes, red, green, blue.</summary>
internal static class CifarBinary
{
    /// <summary>H and W.</summary>
    public const int Side = 32;

    private const int Plane = Side * Side;

    /// <summary>Appends the records of one file.</summary>
    /// <param name="file">Name for messages.</param>
    /// <param name="data">Contents.</param>
    /// <param name="limits">Number of values of each label byte (the last one is the class).</param>
    /// <param name="pixels">Gets [n, 32, 32, 3].</param>
    /// <param name="labels">Gets [n].</param>
    public static void Append(string file, ReadOnlySpan<byte> data, ReadOnlySpan<int> limits, List<byte[]> pixels, List<int> labels)
    {
        int record = limits.Length + (3 * Plane);
        if (data.Length == 0 || data.Length % record != 0)
        {
            throw new DataException(
                $"{file}, offset {data.Length - (data.Length % record)}: truncated; "
                + $"{data.Length} bytes are not a positive multiple of {record}, the size of a record.");
        }

        byte[] images = new byte[data.Length / record * 3 * Plane];
        for (int i = 0; i < data.Length / record; i++)
        {
            ReadOnlySpan<byte> bytes = data.Slice(i * record, record);
            for (int k = 0; k < limits.Length; k++)
            {
                if (bytes[k] >= limits[k])
                {
                    throw new DataException($"{file}, offset {((long)i * record) + k}: label {bytes[k]}; wanted 0 to {limits[k] - 1}.");
                }
            }

            labels.Add(bytes[limits.Length - 1]);
            Interleave(bytes[limits.Length..], images.AsSpan(i * 3 * Plane, 3 * Plane));
        }

        pixels.Add(images);
    }

    private static void Interleave(ReadOnlySpan<byte> planes, Span<byte> image)
    {
        for (int p = 0; p < Plane; p++)
        {
            image[3 * p] = planes[p];
            image[(3 * p) + 1] = planes[Plane + p];
            image[(3 * p) + 2] = planes[(2 * Plane) + p];
        }
    }
}
