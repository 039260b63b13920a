using ActiveInas.Data;
using ActiveInas.Training;

namespace ActiveInas.Search;

/// <summary>When the difference of two validation errors says nothing.</summary>
public static class NearTie
{
    /// <summary>As how many images V' counts. A 0-1 error rests on all |V'| images. A balanced error is a mean over k classes of shares of n_c images:
    /// with about the same error in each its variance is e (1 - e) (1 / k^2) sum 1 / n_c, that of a share of k^2 / sum(1 / n_c) images, at most |V'|.</summary>
    /// <param name="validation">V'.</param>
    /// <param name="measure">What the errors are.</param>
    internal static double EffectiveCount(IReadOnlyList<LabelledSample> validation, ErrorMeasure measure)
    {
        ArgumentNullException.ThrowIfNull(validation);
        if (measure == ErrorMeasure.ZeroOne || validation.Count == 0)
        {
            return validation.Count;
        }

        int[] counts = [.. validation.GroupBy(sample => sample.Label).OrderBy(group => group.Key).Select(group => group.Count())];
        return counts.Length * counts.Length / counts.Sum(count => 1.0 / count);
    }

    /// <summary>Standard error of a share estimated from so many images.</summary>
    /// <param name="error">0..1.</param>
    /// <param name="validationCount">|V'|, or <see cref="EffectiveCount"/>.</param>
    internal static double StandardError(double error, double validationCount) => Math.Sqrt(error * (1 - error) / Math.Max(1, validationCount));

    /// <summary>Whether an error is equal to the winner's, or above it by less than the winner's standard error.</summary>
    /// <param name="winner">The smallest error.</param>
    /// <param name="other">An error at least as large.</param>
    /// <param name="validationCount">|V'|, or <see cref="EffectiveCount"/>.</param>
    public static bool Is(double winner, double other, double validationCount)
        => other == winner || other - winner < StandardError(winner, validationCount);
}
