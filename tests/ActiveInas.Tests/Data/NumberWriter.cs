namespace ActiveInas.Tests.Data;

/// <summary>Writes numbers in either byte order.</summary>
internal sealed class NumberWriter(bool bigEndian)
{
    private readonly List<byte> _bytes = [];

    public NumberWriter U8(byte value)
    {
        _bytes.Add(value);
        return this;
    }

    public NumberWriter U16(ushort value) => bigEndian ? U8((byte)(value >> 8)).U8((byte)value) : U8((byte)value).U8((byte)(value >> 8));

    public NumberWriter U32(uint value) =>
        bigEndian ? U16((ushort)(value >> 16)).U16((ushort)value) : U16((ushort)value).U16((ushort)(value >> 16));

    public NumberWriter Bytes(ReadOnlySpan<byte> values)
    {
        _bytes.AddRange(values);
        return this;
    }

    public byte[] ToArray() => [.. _bytes];
}
