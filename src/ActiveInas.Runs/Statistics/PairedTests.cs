namespace ActiveInas.Runs.Statistics;

/// <summary>Two-sided exact tests of "the paired differences are symmetric about 0". A difference of 0 is dropped in both.</summary>
internal static class PairedTests
{
    /// <summary>Pairs below which no test here can give p of 5 % or less: the smallest possible p is 2^(1-n), 0.031 for 6.</summary>
    public const int FewestForFivePercent = 6;

    /// <summary>Sign test: how likely are at least so unequal numbers of plus and minus signs (binomial with 1/2)?</summary>
    /// <param name="differences">One a pair.</param>
    /// <returns>p; 1 without a difference.</returns>
    public static double Sign(IReadOnlyList<double> differences)
    {
        double[] kept = Kept(differences);
        int fewer = Math.Min(kept.Count(value => value > 0), kept.Count(value => value < 0));
        double tail = 0;
        double term = Math.Pow(0.5, kept.Length);
        for (int k = 0; k <= fewer; k++)
        {
            tail += term;
            term *= (kept.Length - k) / (k + 1.0);
        }

        return Math.Min(1, 2 * tail);
    }

    /// <summary>Wilcoxon's signed-rank test: like the sign test, with differences weighted by the rank of their size (Wilcoxon 1945).</summary>
    /// <remarks>Equal sizes share the mean of their ranks. The null distribution of those very ranks is computed exactly, as the distribution of
    /// a sum of independent terms that are 0 or the rank with probability 1/2 each.</remarks>
    /// <param name="differences">One a pair.</param>
    /// <returns>p; 1 without a difference.</returns>
    public static double SignedRank(IReadOnlyList<double> differences)
    {
        double[] kept = Kept(differences);
        int[] doubled = DoubledRanks(kept);
        int total = doubled.Sum();
        int plus = doubled.Where((_, i) => kept[i] > 0).Sum();
        double[] probability = new double[total + 1];
        probability[0] = 1;
        foreach (int rank in doubled)
        {
            for (int sum = total; sum >= 0; sum--)
            {
                probability[sum] = 0.5 * (probability[sum] + (sum >= rank ? probability[sum - rank] : 0));
            }
        }

        int smaller = Math.Min(plus, total - plus);
        return Math.Min(1, 2 * probability[..(smaller + 1)].Sum());
    }

    private static double[] Kept(IReadOnlyList<double> differences)
    {
        ArgumentNullException.ThrowIfNull(differences);
        return differences.FirstOrDefault(value => !double.IsFinite(value)) is var bad && !double.IsFinite(bad)
            ? throw new ArgumentException($"A paired difference is {bad}; wanted finite numbers.", nameof(differences))
            : [.. differences.Where(value => value != 0)];
    }

    // Twice the mean rank of each size, so that halves stay whole numbers.
    private static int[] DoubledRanks(double[] values)
    {
        double[] sizes = [.. values.Select(Math.Abs)];
        return [.. sizes.Select(size => (2 * sizes.Count(other => other < size)) + sizes.Count(other => other == size) + 1)];
    }
}
