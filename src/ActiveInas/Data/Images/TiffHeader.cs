namespace ActiveInas.Data.Images;

/// <summary>TIFF 6.0: the first directory (the image that is read), with every strip or tile inside the file.</summary>
internal static class TiffHeader
{
    private const int OrientationTag = 274;

    /// <summary>Reads size and orientation and checks that the pixel data is complete.</summary>
    public static ImageHeader Read(ReadOnlySpan<byte> data)
    {
        var view = new ByteView(data, data[0] == 'M');
        Dictionary<int, Field> fields = Directory(view);
        CheckData(view, fields);
        int orientation = (int)Value(view, fields, OrientationTag, 1);
        return new ImageHeader(
            ImageKind.Tiff,
            (int)Math.Min(int.MaxValue, Value(view, fields, 256, 0)),
            (int)Math.Min(int.MaxValue, Value(view, fields, 257, 0)),
            orientation is >= 1 and <= 8 ? orientation : 1);
    }

    /// <summary>A copy of the file that says "as stored": the library turns some variants half-way and others not at all.</summary>
    public static byte[] WithoutOrientation(byte[] file)
    {
        byte[] copy = [.. file];
        var view = new ByteView(file, file[0] == 'M');
        if (Directory(view).TryGetValue(OrientationTag, out Field field))
        {
            copy.AsSpan((int)field.Offset, field.Size).Clear();
            copy[(int)field.Offset + (file[0] == 'M' ? field.Size - 1 : 0)] = 1;
        }

        return copy;
    }

    private static Dictionary<int, Field> Directory(ByteView view)
    {
        long start = view.U32(4);
        int count = view.U16(start);
        var fields = new Dictionary<int, Field>();
        for (int i = 0; i < count; i++)
        {
            long entry = start + 2 + (12L * i);
            int size = view.U16(entry + 2) switch { 1 => 1, 3 => 2, 4 => 4, _ => 0 };
            long values = view.U32(entry + 4);
            long offset = size * values <= 4 ? entry + 8 : view.U32(entry + 8);
            if (size > 0)
            {
                fields[view.U16(entry)] = new Field(size, values, offset);
            }
        }

        return fields;
    }

    private static void CheckData(ByteView view, Dictionary<int, Field> fields)
    {
        if (!(fields.TryGetValue(273, out Field offsets) && fields.TryGetValue(279, out Field counts))
            && !(fields.TryGetValue(324, out offsets) && fields.TryGetValue(325, out counts)))
        {
            throw new BadImageException("TIFF without strip or tile offsets and byte counts");
        }

        if (offsets.Count != counts.Count || offsets.Count == 0)
        {
            throw new BadImageException($"TIFF with {offsets.Count} strips and {counts.Count} byte counts");
        }

        for (long i = 0; i < offsets.Count; i++)
        {
            long start = offsets.Read(view, i);
            long length = counts.Read(view, i);
            if (start + length > view.Length)
            {
                throw new BadImageException($"truncated TIFF: {length} bytes of pixels at offset {start}, the file has {view.Length}");
            }
        }
    }

    private static long Value(ByteView view, Dictionary<int, Field> fields, int tag, long missing) =>
        fields.TryGetValue(tag, out Field field) && field.Count > 0 ? field.Read(view, 0) : missing;

    private readonly record struct Field(int Size, long Count, long Offset)
    {
        public long Read(ByteView view, long index) => Size switch
        {
            1 => view.U8(Offset + index),
            2 => view.U16(Offset + (2 * index)),
            _ => view.U32(Offset + (4 * index)),
        };
    }
}
