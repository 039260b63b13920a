using System.Buffers.Binary;

namespace ActiveInas.Data.Images;

/// <summary>Bounds-checked numbers inside an image file: reading past the end is a <see cref="BadImageException"/> with the
/// offset.</summary>
internal readonly ref struct ByteView(ReadOnlySpan<byte> data, bool bigEndian)
{
    private readonly ReadOnlySpan<byte> _data = data;

    /// <summary>Length in bytes.</summary>
    public int Length => _data.Length;

    /// <summary>8 bits.</summary>
    public byte U8(long offset) => Slice(offset, 1)[0];

    /// <summary>16 bits.</summary>
    public ushort U16(long offset)
    {
        ReadOnlySpan<byte> bytes = Slice(offset, 2);
        return bigEndian ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes);
    }

    /// <summary>32 bits.</summary>
    public uint U32(long offset)
    {
        ReadOnlySpan<byte> bytes = Slice(offset, 4);
        return bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
    }

    /// <summary>Bytes at an offset.</summary>
    public ReadOnlySpan<byte> Slice(long offset, long count)
    {
        if (offset < 0 || count < 0 || offset + count > _data.Length)
        {
            throw new BadImageException($"truncated: {count} bytes wanted at offset {offset}, the file has {_data.Length}");
        }

        return _data.Slice((int)offset, (int)count);
    }
}
