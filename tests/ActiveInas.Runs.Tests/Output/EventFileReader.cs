using System.Buffers.Binary;
using System.Text;

namespace ActiveInas.Runs.Tests.Output;

/// <summary>An independent reader of TensorBoard's event files: a bitwise CRC and a walk over the protocol-buffer wire format.</summary>
internal static class EventFileReader
{
    /// <summary>All events of a file; fails on a wrong checksum or an unknown field.</summary>
    public static Event[] Read(ReadOnlySpan<byte> file)
    {
        List<Event> events = [];
        while (file.Length > 0)
        {
            int length = (int)BinaryPrimitives.ReadUInt64LittleEndian(file);
            Assert.Equal(Mask(Crc(file[..8])), BinaryPrimitives.ReadUInt32LittleEndian(file[8..]));
            ReadOnlySpan<byte> data = file.Slice(12, length);
            Assert.Equal(Mask(Crc(data)), BinaryPrimitives.ReadUInt32LittleEndian(file[(12 + length)..]));
            events.Add(ReadEvent(data));
            file = file[(16 + length)..];
        }

        return [.. events];
    }

    /// <summary>What a viewer shows of several files of one folder: a session start at a step drops what was said of it and later ones.</summary>
    public static IReadOnlyList<Event> Merge(IEnumerable<Event[]> files)
    {
        List<Event> shown = [];
        foreach (Event each in files.SelectMany(file => file))
        {
            if (each.IsSessionStart)
            {
                shown.RemoveAll(earlier => earlier.Step >= each.Step);
            }
            else if (each.Scalars.Count > 0)
            {
                shown.Add(each);
            }
        }

        return shown;
    }

    /// <summary>CRC-32C, bit by bit.</summary>
    public static uint Crc(ReadOnlySpan<byte> data)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in data)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * 0x82F63B78u);
            }
        }

        return ~crc;
    }

    private static Event ReadEvent(ReadOnlySpan<byte> data)
    {
        Event result = new();
        while (data.Length > 0)
        {
            (int field, byte[] value) = Field(ref data);
            switch (field)
            {
                case 1: result.WallTime = BinaryPrimitives.ReadDoubleLittleEndian(value); break;
                case 2: result.Step = BinaryPrimitives.ReadInt64LittleEndian(value); break;
                case 3: result.Version = Encoding.UTF8.GetString(value); break;
                case 5: ReadSummary(value, result); break;
                case 7: result.IsSessionStart = value is [1 << 3, 1]; break;
                default: Assert.Fail($"unexpected field {field}"); break;
            }
        }

        return result;
    }

    private static void ReadSummary(ReadOnlySpan<byte> data, Event result)
    {
        while (data.Length > 0)
        {
            (_, byte[] message) = Field(ref data);
            ReadOnlySpan<byte> rest = message;
            (_, byte[] tag) = Field(ref rest);
            (int field, byte[] value) = Field(ref rest);
            Assert.Equal(2, field);
            result.Scalars.Add(Encoding.UTF8.GetString(tag), BinaryPrimitives.ReadSingleLittleEndian(value));
        }
    }

    private static (int Field, byte[] Value) Field(ref ReadOnlySpan<byte> data)
    {
        int key = (int)Varint(ref data);
        byte[] value;
        switch (key & 7)
        {
            case 0:
                value = new byte[8];
                BinaryPrimitives.WriteInt64LittleEndian(value, Varint(ref data));
                return (key >> 3, value);
            case 1: value = data[..8].ToArray(); break;
            case 5: value = data[..4].ToArray(); break;
            default:
                int length = (int)Varint(ref data);
                value = data[..length].ToArray();
                break;
        }

        data = data[value.Length..];
        return (key >> 3, value);
    }

    private static long Varint(ref ReadOnlySpan<byte> data)
    {
        long value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte next = data[0];
            data = data[1..];
            value |= (long)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }
    }

    private static uint Mask(uint crc) => ((crc >> 15) | (crc << 17)) + 0xa282ead8u;

    /// <summary>What was read of one event.</summary>
    internal sealed class Event
    {
        public double WallTime { get; set; }

        public long Step { get; set; }

        public string? Version { get; set; }

        public bool IsSessionStart { get; set; }

        public Dictionary<string, float> Scalars { get; } = [];
    }
}
