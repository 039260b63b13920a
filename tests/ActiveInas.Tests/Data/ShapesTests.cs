using ActiveInas.Data;
using ActiveInas.Data.Shapes;

namespace ActiveInas.Tests.Data;

public class ShapesTests
{
    [Fact]
    public void Classes_are_balanced_and_images_differ()
    {
        Dataset dataset = Loading.Load("shapes");
        Assert.Equal((10_000, 2_000), (dataset.Train.Count, dataset.Test!.Count));
        Assert.Equal((32, 32, 10), (dataset.Train.Height, dataset.Train.Width, dataset.Classes.Count));
        Assert.All(Enumerable.Range(0, 10), label => Assert.Equal(1_000, dataset.Train.Labels.Count(value => value == label)));
        Assert.All(Enumerable.Range(0, 10), label => Assert.Equal(200, dataset.Test.Labels.Count(value => value == label)));
        DatasetSummary summary = DatasetSummary.Of(dataset);
        Assert.Equal((0, 0), (summary.Duplicates, summary.SharedWithTest));
        Assert.InRange(dataset.Normalization.Mean, 100, 155);
        Assert.InRange(dataset.Normalization.Deviation, 50, 80);
    }

    [Fact]
    public void A_seed_is_a_data_set()
    {
        var source = new ShapesSource(new ShapesDifficulty());
        ImageSet first = source.Generate(3, "train", 50, CancellationToken.None);
        Assert.Equal(first.Pixels, source.Generate(3, "train", 50, CancellationToken.None).Pixels);
        Assert.NotEqual(first.Pixels, source.Generate(4, "train", 50, CancellationToken.None).Pixels);
        Assert.NotEqual(first.Pixels, source.Generate(3, "test", 50, CancellationToken.None).Pixels);
    }

    [Fact]
    public void Outlines_are_apart_and_inside_the_frame()
    {
        for (int a = 0; a < 10; a++)
        {
            bool[] inside = Inside(a);
            Assert.InRange(inside.Count(value => value), 60, 700);
            for (int b = 0; b < a; b++)
            {
                Assert.True(inside.Zip(Inside(b)).Count(pair => pair.First != pair.Second) > 30, $"{ShapeOutline.Names[a]} and {ShapeOutline.Names[b]}");
            }
        }

        Assert.All(Enumerable.Range(0, 40), i => Assert.All(
            Enumerable.Range(0, 10), shape => Assert.True(ShapeOutline.Distance(shape, 1.4f * MathF.Cos(i * 0.157f), 1.4f * MathF.Sin(i * 0.157f)) > 0)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_linear_classifier_on_pixels_stays_under_0_40_at_2000_labels(ulong seed)
    {
        var source = new ShapesSource(new ShapesDifficulty());
        ImageSet train = source.Generate(seed, "train", 2_000, CancellationToken.None);
        ImageSet test = source.Generate(seed, "test", 1_000, CancellationToken.None);
        Assert.InRange(LinearClassifier.BestAccuracy(train, test, classes: 10), 0.0, 0.40);
    }

    private static bool[] Inside(int shape) =>
        [.. Enumerable.Range(0, 32 * 32).Select(i => ShapeOutline.Distance(shape, ((i % 32) - 15.5f) / 12, ((i / 32) - 15.5f) / 12) < 0)];
}
