using ActiveInas.Data;
using ActiveInas.Data.Images;

namespace ActiveInas.Tests.Data;

/// <summary>Real images, where this machine has them.</summary>
public class RealDataTests
{
    [SkippableFact]
    public void Cifar10_as_jpeg_has_its_known_counts_and_statistics()
    {
        Dataset dataset = Loading.Load(RealData.File("cifar10-images.tar.gz"));
        Assert.Equal((50_000, 10_000), (dataset.Train.Count, dataset.Test!.Count));
        Assert.Equal(["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"], dataset.Classes);
        Assert.Equal("train/airplane/0000.jpg", dataset.Train.Names[0]);
        Assert.Empty(dataset.Problems);
        DatasetSummary summary = DatasetSummary.Of(dataset);
        Assert.All(summary.Classes, one => Assert.Equal((5_000, 1_000), (one.Train, one.Test)));
        AssertClose([0.4913, 0.4821, 0.4465], summary.ChannelMeans);
        AssertClose([0.2452, 0.2428, 0.2606], summary.ChannelDeviations);
        Assert.Equal(0, summary.SharedWithTest);
    }

    [SkippableFact]
    public void Mnist_loads_from_its_folder()
    {
        RealData.File("mnist");
        Dataset dataset = Loading.Load("mnist", RealData.Folder);
        Assert.Equal((60_000, 10_000), (dataset.Train.Count, dataset.Test!.Count));
        Assert.Equal([5, 0, 4, 1, 9, 2, 1, 3, 1, 4], dataset.Train.Labels[..10]);
        Assert.Equal([7, 2, 1, 0, 4], dataset.Test.Labels[..5]);
        Assert.Equal(33.318, dataset.Normalization.Mean, 3);
        Assert.Equal(78.567, dataset.Normalization.Deviation, 3);
    }

    [SkippableFact]
    public void Trashnet_shows_its_three_conflicting_pairs_at_any_size()
    {
        Dataset dataset = Loading.Load("trashnet-256x192.tar.gz", dataFolder: Path.GetDirectoryName(RealData.File("trashnet-256x192.tar.gz")), size: 32);
        Assert.Equal(2_527, dataset.Train.Count + dataset.Test!.Count);
        Assert.Equal(["cardboard", "glass", "metal", "paper", "plastic", "trash"], dataset.Classes);
        string problems = string.Join('\n', DatasetSummary.Of(dataset).Problems.Select(problem => $"{problem.Path} {problem.Message}"));
        foreach ((string a, string b) in new[] { ("glass_115", "metal_091"), ("glass_176", "plastic_152"), ("glass_389", "plastic_332") })
        {
            Assert.Matches($"({a}.*{b})|({b}.*{a})", problems);
        }
    }

    private static void AssertClose(double[] expected, IReadOnlyList<double> actual)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.InRange(actual[i] / 255, expected[i] - 0.0001, expected[i] + 0.0001);
        }
    }
}
