using ActiveInas.Data;
using ActiveInas.Search;

namespace ActiveInas.Tests.Search;

public sealed class StratifiedSplitTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Parts_are_disjoint_and_together_everything(int seed)
    {
        LabelledSample[] labelled = Labelled(7, 1, 30, 2, 11);

        SplitParts parts = StratifiedSplit.Draw(labelled, 0.2, (ulong)seed);

        Assert.Empty(parts.Train.Intersect(parts.Validation));
        Assert.Equal(labelled.OrderBy(sample => sample.Id), parts.Train.Concat(parts.Validation).OrderBy(sample => sample.Id));
        Assert.Equal(parts.Train.OrderBy(sample => sample.Id), parts.Train);
        Assert.Equal(parts.Validation.OrderBy(sample => sample.Id), parts.Validation);
    }

    [Fact]
    public void Every_class_gives_its_share_or_one_more_and_the_total_is_the_share_of_all()
    {
        int[] sizes = [7, 1, 30, 2, 11];

        SplitParts parts = StratifiedSplit.Draw(Labelled(sizes), 0.2, 5);

        // Shares 1.4, 0.2, 6.0, 0.4, 2.2 of 51: 10 in all; floors 1, 0, 6, 0, 2 leave one, which the largest remainders (classes 0 and 3) share at random.
        Assert.Equal(10, parts.Validation.Count);
        int[] counts = [.. Enumerable.Range(0, 5).Select(c => parts.Validation.Count(sample => sample.Label == c))];
        Assert.Equal(0, counts[1]);
        Assert.Equal(6, counts[2]);
        Assert.Equal(2, counts[4]);
        Assert.Equal(2, counts[0] + counts[3]);
    }

    [Fact]
    public void A_class_with_a_single_label_trains()
    {
        SplitParts parts = StratifiedSplit.Draw(Labelled(1, 1, 1), 0.2, 1);

        Assert.Equal(3, parts.Train.Count);
        Assert.Empty(parts.Validation);
    }

    [Fact]
    public void Two_labels_of_a_class_are_enough_to_validate()
    {
        SplitParts parts = StratifiedSplit.Draw(Labelled(1, 2), 0.2, 1);

        Assert.Single(parts.Validation);
        Assert.Equal(1, parts.Validation[0].Label);
    }

    [Fact]
    public void No_class_gives_all_its_labels()
    {
        SplitParts parts = StratifiedSplit.Draw(Labelled(2, 3, 5), 0.95, 1);

        Assert.Equal([1, 1, 1], Enumerable.Range(0, 3).Select(c => parts.Train.Count(sample => sample.Label == c)));
    }

    [Fact]
    public void The_seed_decides_and_the_order_does_not()
    {
        LabelledSample[] labelled = Labelled(40, 40);

        SplitParts first = StratifiedSplit.Draw(labelled, 0.2, 9);
        SplitParts again = StratifiedSplit.Draw([.. labelled.Reverse()], 0.2, 9);
        SplitParts other = StratifiedSplit.Draw(labelled, 0.2, 10);

        Assert.Equal(first.Validation, again.Validation);
        Assert.Equal(first.Train, again.Train);
        Assert.NotEqual(first.Validation, other.Validation);
    }

    [Fact]
    public void A_sample_given_twice_is_refused()
    {
        LabelledSample sample = new(new SampleId(3), 0);

        Assert.Throws<ArgumentException>(() => StratifiedSplit.Draw([sample, sample], 0.2, 1));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(-0.1)]
    [InlineData(double.NaN)]
    public void An_impossible_share_is_refused(double share)
        => Assert.Throws<ConfigurationException>(() => StratifiedSplit.Draw(Labelled(4), share, 1));

    private static LabelledSample[] Labelled(params int[] sizes)
    {
        List<LabelledSample> samples = [];
        for (int c = 0; c < sizes.Length; c++)
        {
            for (int i = 0; i < sizes[c]; i++)
            {
                samples.Add(new LabelledSample(new SampleId((i * sizes.Length) + c), c));
            }
        }

        return [.. samples];
    }
}
