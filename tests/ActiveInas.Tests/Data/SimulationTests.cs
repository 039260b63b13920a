using ActiveInas.Data;

namespace ActiveInas.Tests.Data;

public sealed class SimulationTests
{
    private static readonly Dataset s_data = Set(perClass: 200, classes: 5);

    [Fact]
    public void Class_sizes_fall_geometrically_from_the_first_to_the_last()
    {
        Dataset hard = new Simulation(Imbalance: 16).Apply(s_data, 1);

        Assert.Equal([200, 100, 50, 25, 12], Counts(hard.Train));
        Assert.Equal(hard.Train.Names.Order(StringComparer.Ordinal), hard.Train.Names);
        AssertImagesAreOriginals(hard.Train);
    }

    [Fact]
    public void A_share_of_the_images_are_copies_of_others_of_their_class()
    {
        Dataset hard = new Simulation(Duplicates: 0.3).Apply(s_data, 1);

        Assert.Equal([200, 200, 200, 200, 200], Counts(hard.Train));
        Assert.Equal(300, hard.Train.Names.Count(name => name.Contains("copy of", StringComparison.Ordinal)));
        Assert.Equal(1000, hard.Train.Names.Distinct().Count());
        Assert.Equal(700, Enumerable.Range(0, 1000).Select(i => Convert.ToHexString(hard.Train.Image(i))).Distinct().Count());
        AssertImagesAreOriginals(hard.Train);
    }

    [Fact]
    public void A_share_of_the_labels_is_wrong_and_no_image_changes()
    {
        Dataset hard = new Simulation(Noise: 0.25).Apply(s_data, 1);

        Assert.Equal(250, hard.Train.Labels.Zip(s_data.Train.Labels).Count(pair => pair.First != pair.Second));
        Assert.All(hard.Train.Labels, label => Assert.InRange(label, 0, 4));
        Assert.Equal(s_data.Train.Pixels, hard.Train.Pixels);

        // The wrong labels are spread over all classes: 50 each expected.
        Assert.All(hard.Train.Labels.Where((label, i) => label != s_data.Train.Labels[i]).CountBy(label => label), pair => Assert.InRange(pair.Value, 25, 75));
    }

    [Fact]
    public void All_of_it_is_seeded_and_the_test_part_stays()
    {
        Simulation simulation = Simulation.Parse("noise=0.1,imbalance=4,duplicates=0.5");

        Dataset one = simulation.Apply(s_data, 1);

        Assert.Equal(DatasetFingerprint.Of(one), DatasetFingerprint.Of(simulation.Apply(s_data, 1)));
        Assert.NotEqual(DatasetFingerprint.Of(one), DatasetFingerprint.Of(simulation.Apply(s_data, 2)));
        Assert.Same(s_data.Test, one.Test);
        Assert.NotEqual(s_data.Normalization, one.Normalization);
        Assert.Equal(DatasetFingerprint.Of(s_data), DatasetFingerprint.Of(new Simulation().Apply(s_data, 1)));
    }

    [Fact]
    public void Adding_noise_leaves_the_choice_of_images_alone()
        => Assert.Equal(
            new Simulation(4, 0.5).Apply(s_data, 3).Train.Names,
            new Simulation(4, 0.5, 0.2).Apply(s_data, 3).Train.Names);

    [Fact]
    public void Every_class_keeps_an_image()
        => Assert.Equal(1, Counts(new Simulation(1e6).Apply(s_data, 1).Train)[^1]);

    [Fact]
    public void An_image_without_a_label_is_named()
    {
        ImageSet pool = s_data.Train;
        int[] labels = [.. pool.Labels];
        labels[0] = ImageSet.Unknown;
        Dataset unlabelled = s_data with { Train = new ImageSet(pool.Height, pool.Width, pool.Pixels, labels, pool.Names) };

        Assert.Contains("train/0000 has none", Assert.Throws<DataException>(() => new Simulation(2).Apply(unlabelled, 1)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("imbalance")]
    [InlineData("imbalance=0.5")]
    [InlineData("duplicates=1")]
    [InlineData("noise=-0.1")]
    [InlineData("noise=NaN")]
    [InlineData("blur=2")]
    [InlineData("noise=0.1,noise=0.2")]
    public void What_cannot_be_simulated_is_named_with_what_is_wanted(string text)
    {
        ConfigurationException exception = Assert.Throws<ConfigurationException>(() => Simulation.Parse(text));

        Assert.Contains($" in the simulation '{text}' is not possible; wanted imbalance=", exception.Message, StringComparison.Ordinal);
        Assert.Contains("wanted imbalance=RATIO", exception.Message, StringComparison.Ordinal);
    }

    private static int[] Counts(ImageSet set) => [.. Enumerable.Range(0, 5).Select(c => set.Labels.Count(label => label == c))];

    // The first two bytes of an image are its number.
    private static void AssertImagesAreOriginals(ImageSet set)
    {
        for (int i = 0; i < set.Count; i++)
        {
            int original = set.Image(i)[0] + (256 * set.Image(i)[1]);
            string shown = set.Names[i].Contains("copy of", StringComparison.Ordinal) ? set.Names[i].Split("copy of ")[1].TrimEnd(')') : set.Names[i];
            Assert.Equal(s_data.Train.Names[original], shown);
            Assert.Equal(s_data.Train.Labels[original], set.Labels[i]);
        }
    }

    private static Dataset Set(int perClass, int classes)
    {
        int count = perClass * classes;
        byte[] pixels = [.. Enumerable.Range(0, count).SelectMany(i => (byte[])[(byte)i, (byte)(i / 256), 7])];
        ImageSet train = new(1, 1, pixels, [.. Enumerable.Range(0, count).Select(i => i % classes)], [.. Enumerable.Range(0, count).Select(i => $"train/{i:0000}")]);
        return new Dataset("set", [.. Enumerable.Range(0, classes).Select(c => $"{c}")], train, train, PixelStatistics.Normalization(train), true, []);
    }
}
