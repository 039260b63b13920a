using ActiveInas.Learning;
using ActiveInas.Runs.Output;
using ActiveInas.Runs.Tests.Support;
using ActiveInas.Tests.Shared;

namespace ActiveInas.Runs.Tests.Output;

public sealed class TensorBoardFileTests : IDisposable
{
    private static readonly DateTime s_time = new(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_checksum_is_the_published_crc32c()
        => Assert.Equal(0xE3069283u, EventFileReader.Crc("123456789"u8));

    [Fact]
    public void Every_record_has_right_checksums_and_the_values_of_its_round()
    {
        RoundRecord[] rounds = [Samples.Round(1, 200), Samples.Round(2, 400, accuracy: 0.75) with { TrainLoss = 0.5 }];
        EventFileReader.Event[] events = EventFileReader.Read(TensorBoardFile.Build(rounds, Times(rounds)));

        Assert.Equal(3, events.Length);
        Assert.Equal("brain.Event:2", events[0].Version);
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
        Assert.DoesNotContain("test/accuracy", EventFileReader.Read(TensorBoardFile.Build(rounds, Times(rounds)))[1].Scalars.Keys);
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
}
