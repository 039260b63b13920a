using ActiveInas.Runs.Statistics;

namespace ActiveInas.Runs.Tests.Statistics;

public sealed class StatisticsTests
{
    [Fact]
    public void A_sample_has_mean_and_standard_error()
    {
        Sample sample = Sample.Of([1, 2, 3, 4]);

        // Deviations -1.5 -0.5 0.5 1.5: variance 5/3, over 4, root.
        Assert.Equal(2.5, sample.Mean, 12);
        Assert.Equal(Math.Sqrt(5.0 / 3 / 4), sample.StandardError!.Value, 12);
        Assert.Equal((1, 7.0, null), (Sample.Of([7]).Count, Sample.Of([7]).Mean, Sample.Of([7]).StandardError));
        Assert.True(double.IsNaN(Sample.Of([]).Mean));
    }

    // p of the sign test: binomial tables.
    [Theory]
    [InlineData(5, 0, 0.0625)]
    [InlineData(6, 0, 0.03125)]
    [InlineData(9, 1, 0.021484375)]
    [InlineData(3, 3, 1.0)]
    [InlineData(7, 2, 0.1796875)]
    public void The_sign_test_is_binomial(int plus, int minus, double expected)
    {
        double[] differences = [.. Enumerable.Repeat(0.3, plus), .. Enumerable.Repeat(-0.1, minus), 0, 0];
        Assert.Equal(expected, PairedTests.Sign(differences), 12);
        Assert.Equal(expected, PairedTests.Sign([.. differences.Select(value => -value)]), 12);
    }

    // Exact two-sided p: number of sign patterns with a rank sum as small, times two, over 2^n.
    [Theory]
    [InlineData(new[] { 1.0, 2, 3 }, 0.25)]
    [InlineData(new[] { 1.0, 2, 3, 4, 5, 6 }, 0.03125)]
    [InlineData(new[] { -1.0, 2, 3, 4, 5, 6 }, 0.0625)]
    [InlineData(new[] { -1.0, -2, 3, 4, 5, 6 }, 0.15625)]
    [InlineData(new[] { 0.5, 0, 0 }, 1.0)]
    [InlineData(new double[0], 1.0)]
    public void The_signed_rank_test_is_exact(double[] differences, double expected) => Assert.Equal(expected, PairedTests.SignedRank(differences), 12);

    [Fact]
    public void The_signed_rank_test_equals_enumeration_also_with_ties()
    {
        SeededRandom random = new(5);
        for (int trial = 0; trial < 200; trial++)
        {
            double[] differences = [.. Enumerable.Range(0, 1 + random.NextInt(9)).Select(_ => (double)(random.NextInt(9) - 4))];
            double actual = PairedTests.SignedRank(differences);
            Assert.True(Math.Abs(Enumerated(differences) - actual) < 1e-12, $"{string.Join(' ', differences)}: {actual}");
        }
    }

    [Fact]
    public void A_difference_that_is_no_number_is_refused()
        => Assert.Contains("NaN", Assert.Throws<ArgumentException>(() => PairedTests.Sign([1, double.NaN])).Message, StringComparison.Ordinal);

    [Fact]
    public void The_bootstrap_of_few_values_enumerates_all_draws()
    {
        // Means of all 27 draws of (0, 1, 2): 0, 1/3 x3, 2/3 x6, 1 x7, 4/3 x6, 5/3 x3, 2. Quantile 0.5 of position 13 is 1.
        Interval half = Bootstrap.OfMean([0, 1, 2], level: 0)!.Value;
        Assert.Equal(1, half.Low, 12);
        Assert.Equal(1, half.High, 12);
        Interval all = Bootstrap.OfMean([0, 1, 2], level: 1)!.Value;
        Assert.Equal((0.0, 2.0), (all.Low, all.High));
        Assert.Null(Bootstrap.OfMean([1]));
    }

    [Fact]
    public void The_bootstrap_covers_the_mean_about_as_often_as_it_says()
    {
        SeededRandom random = new(11);
        int covered = 0;
        const int Trials = 300;
        for (int trial = 0; trial < Trials; trial++)
        {
            double[] values = [.. Enumerable.Range(0, 30).Select(_ => random.NextGaussian())];
            Interval interval = Bootstrap.OfMean(values)!.Value;
            covered += interval.Low <= 0 && interval.High >= 0 ? 1 : 0;
        }

        // 95 % nominal; a little less for 30 values, and three standard errors of the count itself.
        Assert.InRange(covered / (double)Trials, 0.89, 0.98);
        Assert.Equal(Bootstrap.OfMean([1, 2, 3, 4, 5, 6, 7]), Bootstrap.OfMean([1, 2, 3, 4, 5, 6, 7]));
    }

    private static double Enumerated(double[] differences)
    {
        double[] kept = [.. differences.Where(value => value != 0)];
        double[] ranks = [.. kept.Select(value => kept.Count(other => Math.Abs(other) < Math.Abs(value)) + ((kept.Count(other => Math.Abs(other) == Math.Abs(value)) + 1) / 2.0))];
        double seen = ranks.Where((_, i) => kept[i] > 0).Sum();
        double smaller = Math.Min(seen, ranks.Sum() - seen);
        int extreme = 0;
        for (int signs = 0; signs < 1 << kept.Length; signs++)
        {
            extreme += ranks.Where((_, i) => ((signs >> i) & 1) == 1).Sum() <= smaller ? 1 : 0;
        }

        return Math.Min(1, 2.0 * extreme / (1 << kept.Length));
    }
}
