using ActiveInas.Runs.Statistics;

namespace ActiveInas.Runs.Tests.Statistics;

public sealed class AccuracyEstimateTests
{
    // Wilson's interval as Newcombe, Statistics in Medicine 17 (1998), table I, gives it for 81/263, 15/148, 0/20 and 1/29.
    [Theory]
    [InlineData(81, 263, 0.2553, 0.3662)]
    [InlineData(15, 148, 0.0624, 0.1605)]
    [InlineData(0, 20, 0.0000, 0.1611)]
    [InlineData(1, 29, 0.0061, 0.1718)]
    public void The_interval_is_that_of_the_literature(int right, int count, double low, double high)
    {
        (double Low, double High) interval = new AccuracyEstimate(right, count).Interval;

        Assert.Equal(low, interval.Low, 5e-5);
        Assert.Equal(high, interval.High, 5e-5);
    }

    [Fact]
    public void Few_images_say_nothing()
    {
        Assert.False(new AccuracyEstimate(49, 49).IsKnown);
        Assert.True(new AccuracyEstimate(50, 50).IsKnown);
        Assert.Equal((0, 1), new AccuracyEstimate(0, 0).Interval);
        Assert.Equal(1, new AccuracyEstimate(50, 50).Interval.High, 1e-12);
    }
}
