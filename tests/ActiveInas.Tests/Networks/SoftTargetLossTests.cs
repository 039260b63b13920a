using ActiveInas.Compute;
using ActiveInas.Networks;

namespace ActiveInas.Tests.Networks;

public class SoftTargetLossTests
{
    private static readonly int[] s_counts = [6, 3, 0];
    private static readonly float[] s_logits = [0.5f, -1, 2, 0.1f, 0.2f, 0.3f];
    private static readonly int[] s_labels = [1, 0];

    [Fact]
    public void Plain_cross_entropy_is_left_to_the_device() => Assert.Null(SoftTargetLoss.For(0, 0, s_counts));

    [Theory]
    [InlineData(0.1, 0)]
    [InlineData(0, 1)]
    [InlineData(0.2, 0.7)]
    public void Loss_and_gradient_follow_the_formula(double smoothing, double adjustment)
    {
        (double loss, float[] gradient) = Compute(SoftTargetLoss.For(smoothing, adjustment, s_counts)!, s_logits);
        Assert.Equal(Formula(smoothing, adjustment, s_logits), loss, 1e-9);
        for (int i = 0; i < s_logits.Length; i++)
        {
            const float Step = 1e-2f;
            float[] up = [.. s_logits];
            float[] down = [.. s_logits];
            up[i] += Step;
            down[i] -= Step;
            double slope = (Formula(smoothing, adjustment, up) - Formula(smoothing, adjustment, down)) / ((double)up[i] - down[i]);
            Assert.Equal(slope, gradient[i], 1e-4);
        }
    }

    [Fact]
    public void Adjustment_makes_a_rare_class_cost_more()
    {
        float[] same = new float[6];
        double rare = Compute(SoftTargetLoss.For(0, 1, [99, 1, 1])!, same, [1, 1]).Loss;
        double common = Compute(SoftTargetLoss.For(0, 1, [99, 1, 1])!, same, [0, 0]).Loss;
        Assert.Equal(Math.Log(99), rare - common, 1e-9);
    }

    private static (double Loss, float[] Gradient) Compute(SoftTargetLoss loss, float[] values, int[]? labels = null)
    {
        using IDevice device = KernelTable.Rows.Single(row => row.Name == "reference-fp32").Open(1);
        using Matrix logits = device.CreateMatrix(2, 3);
        using Matrix gradient = device.CreateMatrix(2, 3);
        logits.Write(values);
        double mean = loss.Compute(logits, labels ?? s_labels, gradient);
        float[] result = new float[values.Length];
        gradient.Read(result);
        return (mean, result);
    }

    // -1/N sum_n sum_c q log softmax(z + t log pi), written without any trick.
    private static double Formula(double smoothing, double adjustment, float[] logits)
    {
        double loss = 0;
        for (int n = 0; n < s_labels.Length; n++)
        {
            double[] z = [.. Enumerable.Range(0, 3).Select(c => logits[(3 * n) + c] + (adjustment * Math.Log(Math.Max(1, s_counts[c]) / 9.0)))];
            double total = z.Sum(Math.Exp);
            double[] u = [.. s_counts.Select(count => Math.Pow(Math.Max(1, count) / 9.0, adjustment))];
            for (int c = 0; c < 3; c++)
            {
                double q = (smoothing * u[c] / u.Sum()) + (c == s_labels[n] ? 1 - smoothing : 0);
                loss -= q * Math.Log(Math.Exp(z[c]) / total) / 2;
            }
        }

        return loss;
    }
}
