using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace ActiveInas.Runs.Output;

/// <summary>TensorBoard's format of event files.</summary>
/// <remarks>
/// A record is <c>length (u64) | mask(crc(length)) (u32) | data | mask(crc(data)) (u32)</c>, little endian, with the CRC-32C and
/// mask(x) = rotate-right(x, 15) + 0xa282ead8. The data is an Event message: wall_time 1, step 2, file_version 3, summary 5, session_log 7.
/// </remarks>
internal static class EventRecord
{
    /// <summary>The first record of a file.</summary>
    public static void AppendVersion(Stream file, DateTime time) => Append(file, Event(time, null, Text(3, "brain.Event:2")));

    /// <summary>Says that a session begins with this step: a reader forgets what an earlier session wrote of it and later steps.</summary>
    public static void AppendSessionStart(Stream file, DateTime time, long step) => Append(file, Event(time, step, Message(7, [1 << 3, 1])));

    /// <summary>Values of one step.</summary>
    public static void AppendScalars(Stream file, DateTime time, long step, IEnumerable<(string Tag, double Value)> scalars)
    {
        byte[] summary = [.. scalars.SelectMany(scalar => Message(1, [.. Text(1, scalar.Tag), .. Single(2, (float)scalar.Value)]))];
        Append(file, Event(time, step, Message(5, summary)));
    }

    /// <summary>The masked CRC-32C of the format.</summary>
    internal static uint MaskedCrc(ReadOnlySpan<byte> data)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in data)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return BitOperations.RotateRight(~crc, 15) + 0xa282ead8u;
    }

    private static void Append(Stream file, byte[] data)
    {
        byte[] length = new byte[8];
        byte[] crc = new byte[4];
        BinaryPrimitives.WriteInt64LittleEndian(length, data.Length);
        file.Write(length);
        BinaryPrimitives.WriteUInt32LittleEndian(crc, MaskedCrc(length));
        file.Write(crc);
        file.Write(data);
        BinaryPrimitives.WriteUInt32LittleEndian(crc, MaskedCrc(data));
        file.Write(crc);
    }

    private static byte[] Event(DateTime time, long? step, byte[] what)
    {
        byte[] wallTime = new byte[9];
        wallTime[0] = (1 << 3) | 1;
        BinaryPrimitives.WriteDoubleLittleEndian(wallTime.AsSpan(1), (time - DateTime.UnixEpoch).TotalSeconds);
        return step is { } number ? [.. wallTime, 2 << 3, .. Varint(number), .. what] : [.. wallTime, .. what];
    }

    private static byte[] Message(int field, byte[] content) => [(byte)((field << 3) | 2), .. Varint(content.Length), .. content];

    private static byte[] Text(int field, string text) => Message(field, Encoding.UTF8.GetBytes(text));

    private static byte[] Single(int field, float value)
    {
        byte[] bytes = new byte[5];
        bytes[0] = (byte)((field << 3) | 5);
        BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(1), value);
        return bytes;
    }

    private static IEnumerable<byte> Varint(long value)
    {
        ulong rest = (ulong)value;
        for (; rest >= 0x80; rest >>= 7)
        {
            yield return (byte)(rest | 0x80);
        }

        yield return (byte)rest;
    }
}
