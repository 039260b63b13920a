using ActiveInas.Compute;

namespace ActiveInas.Networks;

/// <summary>Cross-entropy with smoothed targets on adjusted logits, over one small matrix in the memory of the host.</summary>
/// <remarks>
/// <para>loss = mean over n of -sum_c q(n, c) log p(n, c), p = softmax(z + t log pi), q = (1 - e) y + e u; the gradient at z is (p - q) / N.</para>
/// <para>Label smoothing e: Szegedy et al., arXiv 1512.00567. Logit adjustment t with the shares pi of the classes in S: Menon et al., arXiv
/// 2007.07314, equation 10; a class without labels counts as if it had one. u = softmax(t log pi), uniform where t = 0: p of logits that say nothing, so
/// that smoothing does not favour rare classes.</para>
/// </remarks>
internal sealed class SoftTargetLoss
{
    private readonly double _smoothing;
    private readonly double[] _adjustment;
    private readonly double[] _smooth;
    private readonly double[] _probability;
    private float[] _values = [];

    private SoftTargetLoss(double smoothing, double[] adjustment)
    {
        _smoothing = smoothing;
        _adjustment = adjustment;
        double total = adjustment.Sum(Math.Exp);
        _smooth = [.. adjustment.Select(value => Math.Exp(value) / total)];
        _probability = new double[adjustment.Length];
    }

    /// <summary>The loss of a recipe; null where it is the plain cross-entropy, which a device computes itself.</summary>
    /// <param name="smoothing">e.</param>
    /// <param name="adjustment">t.</param>
    /// <param name="counts">[classes], labels of each class in S.</param>
    public static SoftTargetLoss? For(double smoothing, double adjustment, IReadOnlyList<int> counts)
    {
        if (smoothing == 0 && adjustment == 0)
        {
            return null;
        }

        double all = counts.Sum();
        return new SoftTargetLoss(smoothing, [.. counts.Select(count => adjustment * Math.Log(Math.Max(count, 1) / all))]);
    }

    /// <summary>The mean loss; writes its gradient.</summary>
    /// <param name="logits">[N, classes].</param>
    /// <param name="labels">[N].</param>
    /// <param name="gradient">Gets [N, classes].</param>
    public double Compute(Matrix logits, ReadOnlySpan<int> labels, Matrix gradient)
    {
        int classes = _adjustment.Length;
        int length = labels.Length * classes;
        _values = _values.Length == length ? _values : new float[length];
        logits.Read(_values);
        double sum = 0;
        for (int row = 0; row < labels.Length; row++)
        {
            sum += Row(_values.AsSpan(row * classes, classes), labels[row], labels.Length);
        }

        gradient.Write(_values);
        return sum / labels.Length;
    }

    /// <summary>Loss of a row, whose logits become its gradient.</summary>
    private double Row(Span<float> row, int label, int rows)
    {
        double largest = double.NegativeInfinity;
        for (int c = 0; c < row.Length; c++)
        {
            _probability[c] = row[c] + _adjustment[c];
            largest = Math.Max(largest, _probability[c]);
        }

        double total = 0;
        for (int c = 0; c < row.Length; c++)
        {
            total += Math.Exp(_probability[c] - largest);
        }

        double logTotal = largest + Math.Log(total);
        double loss = 0;
        for (int c = 0; c < row.Length; c++)
        {
            double logProbability = _probability[c] - logTotal;
            double target = (_smoothing * _smooth[c]) + (c == label ? 1 - _smoothing : 0);
            loss -= target * logProbability;
            row[c] = (float)((Math.Exp(logProbability) - target) / rows);
        }

        return loss;
    }
}
