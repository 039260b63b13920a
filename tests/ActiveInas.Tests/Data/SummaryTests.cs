using ActiveInas.Data;

namespace ActiveInas.Tests.Data;

public class SummaryTests
{
    [Fact]
    public void Counts_statistics_and_conflicts()
    {
        byte[] red = [10, 20, 30, 30, 20, 10];
        byte[] blue = [1, 2, 3, 4, 5, 6];
        byte[] green = [7, 7, 7, 7, 7, 7];
        var train = new ImageSet(1, 2, [.. red, .. blue, .. red, .. blue], [0, 1, 1, ImageSet.Unknown], ["a", "b", "c", "d"]);
        var test = new ImageSet(1, 2, [.. blue, .. green], [0, 1], ["e", "f"]);
        var dataset = new Dataset("x", ["cat", "dog"], train, test, PixelStatistics.Normalization(train), true, [new DataProblem("p", "bad")]);
        DatasetSummary summary = DatasetSummary.Of(dataset);
        Assert.Equal((4, 2, 1), (summary.Train, summary.Test, summary.Unlabelled));
        Assert.Equal([new ClassCount("cat", 1, 1), new ClassCount("dog", 2, 1)], summary.Classes);
        Assert.Equal((2, 1), (summary.Duplicates, summary.SharedWithTest));
        Assert.Equal(["p", "c", "e"], summary.Problems.Select(problem => problem.Path));
        Assert.Equal("the same image as a with another label: 'dog' here, 'cat' there", summary.Problems[1].Message);
        Assert.Equal("the same image as b with another label: 'cat' here, 'dog' there", summary.Problems[2].Message);

        double[] values = [.. train.Pixels.Select(value => (double)value)];
        double mean = values.Average();
        Assert.Equal(mean, summary.Mean, 12);
        Assert.Equal(Math.Sqrt(values.Average(value => (value - mean) * (value - mean))), summary.Deviation, 12);
        Assert.Equal((10 + 30 + 1 + 4) / 4.0, summary.ChannelMeans[0], 12);
        Assert.Equal((30 + 10 + 3 + 6) / 4.0, summary.ChannelMeans[2], 12);
        Assert.Equal(Math.Sqrt(((10 * 10) + (30 * 30) + 1 + 16) / 4.0 - (11.25 * 11.25)), summary.ChannelDeviations[0], 12);
    }

    [Fact]
    public void A_flat_set_can_be_normalised()
    {
        var set = new ImageSet(1, 1, [5, 5, 5], [0], ["a"]);
        Assert.Equal(new Normalization(5, 1), PixelStatistics.Normalization(set));
    }
}
