using ActiveInas.Training;

namespace ActiveInas.Runs.Models;

/// <summary>
/// Temperature scaling: softmax(logits / T), with the T of least mean cross-entropy (Guo et al., arXiv 1706.04599, section 4.2). Classes keep their order; what changes is how sure the
/// probabilities are.
/// </summary>
/// <param name="Temperature">T, fitted on all images; above 1: the network is too sure of itself.</param>
/// <param name="Before">With T = 1.</param>
/// <param name="After">Each half of the images with the T of the other half, so that no image judges what was fitted on it.</param>
public sealed record TemperatureFit(double Temperature, Evaluation Before, Evaluation After)
{
    /// <summary>What T may be: beyond, hardly a probability but 0, 1 or 1 / classes is left.</summary>
    public const double Least = 0.05, Most = 20;

    private const int Halvings = 60;

    /// <summary>Fits T.</summary>
    /// <param name="logits">Class scores with T = 1, [n, classes].</param>
    /// <param name="labels">Classes of the images, [n].</param>
    /// <param name="classes">Number of classes.</param>
    internal static TemperatureFit Of(ReadOnlySpan<float> logits, ReadOnlySpan<int> labels, int classes)
    {
        float[] crossed = logits.ToArray();
        for (int half = 0; half < 2; half++)
        {
            double other = Fit(logits, labels, classes, first: 1 - half, every: 2);
            for (int n = half; n < labels.Length; n += 2)
            {
                foreach (ref float logit in crossed.AsSpan(n * classes, classes))
                {
                    logit = (float)(logit / other);
                }
            }
        }

        return new TemperatureFit(
            Fit(logits, labels, classes, first: 0, every: 1), Evaluator.OfLogits(logits, labels, classes).Evaluation, Evaluator.OfLogits(crossed, labels, classes).Evaluation);
    }

    /// <summary>The cross-entropy is convex in 1/T: its derivative, the sum over images of E_p[z] - z_label with p = softmax(z / T), grows with 1/T and is halved down to its zero.</summary>
    private static double Fit(ReadOnlySpan<float> logits, ReadOnlySpan<int> labels, int classes, int first, int every)
    {
        if (first >= labels.Length)
        {
            return 1;
        }

        (double low, double high) = (1 / Most, 1 / Least);
        for (int i = 0; i < Halvings; i++)
        {
            double middle = Math.Sqrt(low * high);
            (low, high) = Slope(logits, labels, classes, first, every, middle) < 0 ? (middle, high) : (low, middle);
        }

        return 1 / Math.Sqrt(low * high);
    }

    private static double Slope(ReadOnlySpan<float> logits, ReadOnlySpan<int> labels, int classes, int first, int every, double inverse)
    {
        double slope = 0;
        for (int n = first; n < labels.Length; n += every)
        {
            ReadOnlySpan<float> row = logits.Slice(n * classes, classes);
            double largest = row[0];
            foreach (float logit in row)
            {
                largest = Math.Max(largest, logit);
            }

            double sum = 0, mean = 0;
            foreach (float logit in row)
            {
                double weight = Math.Exp(inverse * (logit - largest));
                sum += weight;
                mean += weight * logit;
            }

            slope += (mean / sum) - row[labels[n]];
        }

        return slope;
    }
}
