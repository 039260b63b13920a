namespace ActiveInas.Runs.Statistics;

/// <summary>A mean over repetitions with how sure it is.</summary>
/// <param name="Count">n.</param>
/// <param name="Mean">Arithmetic mean; NaN for n = 0.</param>
/// <param name="StandardError">Sample standard deviation (divisor n - 1) over the square root of n; null for n &lt; 2.</param>
public readonly record struct Sample(int Count, double Mean, double? StandardError)
{
    /// <summary>Repetitions below which results are called few.</summary>
    public const int Few = 5;

    /// <summary>Mean less one standard error, or the mean.</summary>
    public double Low => Mean - (StandardError ?? 0);

    /// <summary>Mean plus one standard error, or the mean.</summary>
    public double High => Mean + (StandardError ?? 0);

    /// <summary>Of some values.</summary>
    public static Sample Of(IReadOnlyCollection<double> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (values.Count == 0)
        {
            return new Sample(0, double.NaN, null);
        }

        double mean = values.Sum() / values.Count;
        double squares = values.Sum(value => (value - mean) * (value - mean));
        return new Sample(values.Count, mean, values.Count < 2 ? null : Math.Sqrt(squares / (values.Count - 1) / values.Count));
    }
}
