namespace ActiveInas.Compute.Cpu;

/// <content>Softmax cross-entropy.</content>
internal sealed partial class ReferenceDevice<T, A, S>
{
    /// <summary>Per row, with m = max logit: loss = log(sum exp(logit - m)) - (logit[label] - m). The row is calculated in double.</summary>
    public void SoftmaxCrossEntropy(Matrix logits, ReadOnlySpan<int> labels, Matrix dLogits, Matrix losses, int place)
    {
        OperationGuard.Loss(logits, labels, dLogits, losses, place);
        CpuMatrix<A> input = Own(logits, nameof(logits));
        CpuMatrix<A> gradient = Own(dLogits, nameof(dLogits));
        CpuMatrix<A> results = Own(losses, nameof(losses));
        int classes = logits.Columns;
        Span<double> row = classes <= 1024 ? stackalloc double[classes] : new double[classes];
        double loss = 0;
        for (int n = 0; n < labels.Length; n++)
        {
            double maximum = double.NegativeInfinity;
            for (int k = 0; k < classes; k++)
            {
                row[k] = Widen(input.Span[(n * classes) + k]);
                maximum = Math.Max(maximum, row[k]);
            }

            double sum = 0;
            for (int k = 0; k < classes; k++)
            {
                sum += Math.Exp(row[k] - maximum);
            }

            loss += Math.Log(sum) - (row[labels[n]] - maximum);
            for (int k = 0; k < classes; k++)
            {
                double target = k == labels[n] ? 1 : 0;
                gradient.Span[(n * classes) + k] = Convert(((Math.Exp(row[k] - maximum) / sum) - target) / labels.Length);
            }
        }

        results.Span[place] = Convert(loss / labels.Length);
        gradient.Touch();
        results.Touch();
    }
}
