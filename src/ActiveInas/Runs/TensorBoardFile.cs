using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using ActiveInas.Learning;

namespace ActiveInas.Runs;

/// <summary>TensorBoard's event file of the rounds: test accuracy, test loss and parameters over the number of labels.</summary>
/// <remarks>
/// A record is <c>length (u64) | mask(crc(length)) (u32) | data | mask(crc(data)) (u32)</c>, little endian, with the CRC-32C and
/// mask(x) = rotate-right(x, 15) + 0xa282ead8. The data is an Event message: wall_time 1, step 2, file_version 3, summary 5.
/// </remarks>
public static class TensorBoardFile
{
    /// <summary>Its name in tb/. TensorBoard asks for "tfevents" in the name.</summary>
    public const string Name = "events.out.tfevents.1.ainas";

    /// <summary>The whole file for the rounds so far. The bytes for fewer rounds are a prefix of it.</summary>
    /// <param name="rounds">In order.</param>
    /// <param name="times">When each was recorded.</param>
    public static byte[] Build(IReadOnlyList<RoundRecord> rounds, IReadOnlyDictionary<int, DateTime> times)
    {
        ArgumentNullException.ThrowIfNull(rounds);
        ArgumentNullException.ThrowIfNull(times);
        using MemoryStream file = new();
        Append(file, Event(times.Count == 0 ? DateTime.UnixEpoch : times[rounds[0].Round], null, Text(3, "brain.Event:2")));
        foreach (RoundRecord round in rounds)
        {
            List<(string Tag, double Value)> scalars = [("model/parameters", round.Parameters), ("train/loss", round.TrainLoss)];
            if (round.Test is { } test)
            {
                scalars.InsertRange(0, [("test/accuracy", test.Accuracy), ("test/loss", test.Loss)]);
            }

            byte[] summary = [.. scalars.SelectMany(scalar => Message(1, [.. Text(1, scalar.Tag), .. Single(2, (float)scalar.Value)]))];
            Append(file, Event(times[round.Round], round.Labels, Message(5, summary)));
        }

        return file.ToArray();
    }

    /// <summary>Brings tb/ up to date: appends while the file is a prefix of what it should be, so that a reader that follows it sees
    /// each round once, and replaces it otherwise.</summary>
    public static void Write(string folder, byte[] content)
    {
        ArgumentNullException.ThrowIfNull(content);
        string path = Path.Combine(folder, Name);
        byte[] present = File.Exists(path) ? File.ReadAllBytes(path) : [];
        if (present.Length > 0 && content.AsSpan().StartsWith(present))
        {
            AtomicFile.Limited(path, () =>
            {
                using FileStream stream = new(path, FileMode.Append, FileAccess.Write, FileShare.Read);
                stream.Write(content.AsSpan(present.Length));
            });
        }
        else
        {
            AtomicFile.Write(path, stream => stream.Write(content));
        }
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
