namespace ActiveInas.Runs.Statistics;

/// <summary>A confidence interval.</summary>
/// <param name="Low">Lower end.</param>
/// <param name="High">Upper end.</param>
/// <param name="Level">For example 0.95.</param>
internal readonly record struct Interval(double Low, double High, double Level);

/// <summary>Percentile bootstrap over repetitions (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13).</summary>
/// <remarks>
/// A repetition (a seed) is drawn with everything that belongs to it, so a statistic of two methods that share seeds stays paired. Up to
/// 5 repetitions all n^n draws are enumerated and nothing is random; beyond, 10,000 draws come from a fixed seed. With few repetitions the
/// interval is too narrow: at n = 3 it cannot leave the range of the three values.
/// </remarks>
internal static class Bootstrap
{
    private const int Draws = 10_000;
    private const int MostEnumerated = 5;
    private const ulong Seed = 20_190_101;

    /// <summary>The interval of a statistic.</summary>
    /// <param name="repetitions">n.</param>
    /// <param name="statistic">Of the repetitions drawn, [n] indices in 0..n-1; NaN where it is undefined, and then the draw is left out.</param>
    /// <param name="level">Coverage.</param>
    /// <returns>Null for fewer than 2 repetitions, or when no draw defines the statistic.</returns>
    public static Interval? Of(int repetitions, Func<int[], double> statistic, double level = 0.95)
    {
        ArgumentNullException.ThrowIfNull(statistic);
        if (repetitions < 2)
        {
            return null;
        }

        double[] values = [.. Resamples(repetitions).Select(statistic).Where(double.IsFinite)];
        if (values.Length == 0)
        {
            return null;
        }

        Array.Sort(values);
        double tail = (1 - level) / 2;
        return new Interval(Quantile(values, tail), Quantile(values, 1 - tail), level);
    }

    /// <summary>The interval of a mean.</summary>
    /// <param name="values">One a repetition.</param>
    /// <param name="level">Coverage.</param>
    public static Interval? OfMean(IReadOnlyList<double> values, double level = 0.95)
    {
        ArgumentNullException.ThrowIfNull(values);
        return Of(values.Count, draw => draw.Average(index => values[index]), level);
    }

    private static IEnumerable<int[]> Resamples(int n)
    {
        if (n > MostEnumerated)
        {
            SeededRandom random = new(Seed);
            for (int draw = 0; draw < Draws; draw++)
            {
                yield return [.. Enumerable.Range(0, n).Select(_ => (int)(random.NextDouble() * n))];
            }

            yield break;
        }

        int all = (int)Math.Pow(n, n);
        for (int draw = 0; draw < all; draw++)
        {
            int[] indices = new int[n];
            for (int i = 0, rest = draw; i < n; i++, rest /= n)
            {
                indices[i] = rest % n;
            }

            yield return indices;
        }
    }

    // Linear between order statistics (type 7 of Hyndman and Fan, 1996).
    private static double Quantile(double[] sorted, double share)
    {
        double position = share * (sorted.Length - 1);
        int below = (int)position;
        return below + 1 < sorted.Length ? sorted[below] + ((position - below) * (sorted[below + 1] - sorted[below])) : sorted[below];
    }
}
