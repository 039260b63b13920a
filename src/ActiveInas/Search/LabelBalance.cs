using ActiveInas.Data;
using ActiveInas.Training;

namespace ActiveInas.Search;

/// <summary>Whether the labels of a round are imbalanced, and so what the search compares.</summary>
/// <param name="Largest">Labels of the largest class of S.</param>
/// <param name="Others">Mean number of labels of the other classes that have any; 0 without others.</param>
/// <remarks>Imbalanced: the largest class has at least <see cref="Threshold"/> times the mean of the others. At that ratio guessing the largest
/// of C classes is right for 2 / (C + 1) of the labels, nearly twice as often as where all are equal.</remarks>
internal readonly record struct LabelBalance(int Largest, double Others)
{
    /// <summary>From how many times the mean of the others on.</summary>
    public const double Threshold = 2;

    /// <summary>How many times the mean of the others the largest class has; 1 without others.</summary>
    public double Ratio => Others > 0 ? Largest / Others : 1;

    /// <summary>Whether the rule calls the labels imbalanced.</summary>
    public bool IsImbalanced => Ratio >= Threshold;

    /// <summary>Of some labels.</summary>
    public static LabelBalance Of(IReadOnlyList<LabelledSample> labelled)
    {
        ArgumentNullException.ThrowIfNull(labelled);
        int[] counts = [.. labelled.GroupBy(sample => sample.Label).Select(group => group.Count())];
        int largest = counts.DefaultIfEmpty(0).Max();
        return new LabelBalance(largest, counts.Length < 2 ? 0 : (double)(labelled.Count - largest) / (counts.Length - 1));
    }

    /// <summary>What the candidates of a search are compared by.</summary>
    public ErrorMeasure Measure(CandidateMetric metric)
        => metric == CandidateMetric.Balanced || (metric == CandidateMetric.Auto && IsImbalanced) ? ErrorMeasure.Balanced : ErrorMeasure.ZeroOne;
}
