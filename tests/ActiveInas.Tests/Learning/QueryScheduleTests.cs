using ActiveInas.Learning;

namespace ActiveInas.Tests.Learning;

public sealed class QueryScheduleTests
{
    [Fact]
    public void The_papers_schedule_by_labels()
    {
        Assert.Equal(2000, QuerySchedule.Paper.BatchFor(2000));
        Assert.Equal(2000, QuerySchedule.Paper.BatchFor(9999));
        Assert.Equal(5000, QuerySchedule.Paper.BatchFor(10_000));
        Assert.Equal("2000:10000,5000", QuerySchedule.Paper.ToString());
    }

    [Theory]
    [InlineData("100", 300, 1000, "100 200 300")]
    [InlineData("70", 300, 1000, "100 170 240 300")]
    [InlineData("100", 1000, 250, "100 200 250")]
    [InlineData(" 50:200 , 100 ", 450, 1000, "100 150 200 300 400 450")]
    [InlineData("90:200,10:205,1000", 5000, 1500, "100 190 280 1280 1500")]
    [InlineData("5", 100, 1000, "100")]
    [InlineData("2147483647", 2147483647, 1500, "100 1500")]
    public void Label_counts_of_the_rounds(string text, int budget, int pool, string expected)
        => Assert.Equal(expected, string.Join(' ', QuerySchedule.Parse(text).LabelCounts(100, budget, pool)));

    [Theory]
    [InlineData("", "''")]
    [InlineData("x", "'x'")]
    [InlineData("0", "A batch of 0")]
    [InlineData("-5", "A batch of -5")]
    [InlineData("2000:10000", "the last has none")]
    [InlineData("2000,5000", "every part but the last needs UNTIL")]
    [InlineData("10:100,20:100,5", "UNTIL must grow")]
    [InlineData("10:0,5", "UNTIL must grow")]
    [InlineData("10:5:3,5", "'10:5:3'")]
    [InlineData("10:,5", "'10:'")]
    [InlineData("2e3", "'2e3'")]
    public void Impossible_schedules_are_refused_by_their_value(string text, string message)
    {
        ConfigurationException exception = Assert.Throws<ConfigurationException>(() => QuerySchedule.Parse(text));

        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
        Assert.Contains("2000:10000,5000", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_schedule_without_parts_is_refused() => Assert.Throws<ConfigurationException>(() => new QuerySchedule([]));
}
