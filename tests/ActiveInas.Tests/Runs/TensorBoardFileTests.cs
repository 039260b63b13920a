using System.Buffers.Binary;
using System.Text;
using ActiveInas.Learning;
using ActiveInas.Runs;

namespace ActiveInas.Tests.Runs;

/// <summary>Reads the file with a reader of its own: a bitwise CRC and a walk over the protocol-buffer wire format.</summary>
public sealed class TensorBoardFileTests : IDisposable
{
    private static readonly DateTime s_time = new(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_checksum_is_the_published_crc32c()
        => Assert.Equal(0xE3069283u, BitwiseCrc("123456789"u8));

    [Fact]
    public void Every_record_has_right_checksums_and_the_values_of_its_round()
    {
        RoundRecord[] rounds = [Samples.Round(1, 200), Samples.Round(2, 400, accuracy: 0.75) with { TrainLoss = 0.5 }];
        List<Event> events = Read(TensorBoardFile.Build(rounds, Times(rounds)));

        Assert.Equal(3, events.Count);
        Assert.Equal("brain.Event:2", events[0].FileVersion);
        Assert.Equal(200, events[1].Step);
        Assert.Equal(400, events[2].Step);
        Assert.Equal((s_time - DateTime.UnixEpoch).TotalSeconds + 2, events[2].WallTime);
        Assert.Equal(0.75f, events[2].Scalars["test/accuracy"]);
        Assert.Equal((float)Samples.Awkward, events[2].Scalars["test/loss"]);
        Assert.Equal(0.5f, events[2].Scalars["train/loss"]);
        Assert.Equal(307_274f, events[2].Scalars["model/parameters"]);
    }

    [Fact]
    public void Without_a_test_part_only_the_rest_is_written()
    {
        RoundRecord[] rounds = [Samples.Round(1, 200) with { Test = null }];
        Assert.DoesNotContain("test/accuracy", Read(TensorBoardFile.Build(rounds, Times(rounds)))[1].Scalars.Keys);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(17)]
    [InlineData(100_000)]
    public void Whatever_a_killed_writer_left_becomes_the_whole_file(int left)
    {
        RoundRecord[] rounds = [Samples.Round(1, 200), Samples.Round(2, 400)];
        byte[] whole = TensorBoardFile.Build(rounds, Times(rounds));
        string path = _folder[TensorBoardFile.Name];
        File.WriteAllBytes(path, left < 0 ? [1, 2, 3] : whole[..Math.Min(left, whole.Length)]);
        TensorBoardFile.Write(_folder.Path, whole);
        Assert.Equal(whole, File.ReadAllBytes(path));
    }

    [Fact]
    public void A_new_round_is_appended_to_the_same_file_so_that_a_follower_sees_it()
    {
        RoundRecord[] rounds = [Samples.Round(1, 200), Samples.Round(2, 400)];
        TensorBoardFile.Write(_folder.Path, TensorBoardFile.Build(rounds[..1], Times(rounds)));
        using FileStream follower = new(_folder[TensorBoardFile.Name], FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        long before = follower.Length;
        TensorBoardFile.Write(_folder.Path, TensorBoardFile.Build(rounds, Times(rounds)));
        Assert.True(follower.Length > before);
    }

    private static Dictionary<int, DateTime> Times(IEnumerable<RoundRecord> rounds)
        => rounds.ToDictionary(round => round.Round, round => s_time.AddSeconds(round.Round));

    private static List<Event> Read(ReadOnlySpan<byte> file)
    {
        List<Event> events = [];
        while (file.Length > 0)
        {
            int length = (int)BinaryPrimitives.ReadUInt64LittleEndian(file);
            Assert.Equal(Mask(BitwiseCrc(file[..8])), BinaryPrimitives.ReadUInt32LittleEndian(file[8..]));
            ReadOnlySpan<byte> data = file.Slice(12, length);
            Assert.Equal(Mask(BitwiseCrc(data)), BinaryPrimitives.ReadUInt32LittleEndian(file[(12 + length)..]));
            events.Add(ReadEvent(data));
            file = file[(16 + length)..];
        }

        return events;
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
                case 3: result.FileVersion = Encoding.UTF8.GetString(value); break;
                case 5: ReadSummary(value, result); break;
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

    private static uint BitwiseCrc(ReadOnlySpan<byte> data)
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

    private sealed class Event
    {
        public double WallTime { get; set; }

        public long Step { get; set; }

        public string? FileVersion { get; set; }

        public Dictionary<string, float> Scalars { get; } = [];
    }
}
