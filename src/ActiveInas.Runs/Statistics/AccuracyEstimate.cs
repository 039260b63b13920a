namespace ActiveInas.Runs.Statistics;

/// <summary>What labelled images drawn at random, an audit or a test part, say of a model: how many of them it recognises.</summary>
/// <param name="Right">Recognised.</param>
/// <param name="Count">Labelled images.</param>
public readonly record struct AccuracyEstimate(int Right, int Count)
{
    /// <summary>Images below which nothing is said.</summary>
    public const int Fewest = 50;

    // 0.975 quantile of the standard normal distribution: both sides together leave 5 %.
    private const double Quantile = 1.959963984540054;

    /// <summary>Whether there are images enough to say something.</summary>
    public bool IsKnown => Count >= Fewest;

    /// <summary>Right over Count; NaN without images.</summary>
    public double Accuracy => Count == 0 ? double.NaN : (double)Right / Count;

    /// <summary>The 95 % interval of Wilson (JASA 22, 1927), which holds also near 0 and 1 and with few images; 0..1 without any.</summary>
    public (double Low, double High) Interval
    {
        get
        {
            if (Count == 0)
            {
                return (0, 1);
            }

            const double squared = Quantile * Quantile;
            double centre = (Accuracy + (squared / (2 * Count))) / (1 + (squared / Count));
            double half = Quantile / (1 + (squared / Count)) * Math.Sqrt((Accuracy * (1 - Accuracy) / Count) + (squared / (4.0 * Count * Count)));
            return (Math.Max(0, centre - half), Math.Min(1, centre + half));
        }
    }
}
