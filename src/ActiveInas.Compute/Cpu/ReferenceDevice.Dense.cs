namespace ActiveInas.Compute.Cpu;

/// <content>The head: dropout and the dense layer, all in the arithmetic type.</content>
internal sealed partial class ReferenceDevice<T, A, S>
{
    public void Dropout(Matrix x, double rate, ulong seed, ReadOnlySpan<int> sampleKeys)
    {
        OperationGuard.Dropout(x, rate, sampleKeys);
        CpuMatrix<A> values = Own(x, nameof(x));
        A keepRate = Convert(1 - rate);
        for (int n = 0; n < x.UsedRows; n++)
        {
            Span<A> row = values.Span.Slice(n * x.Columns, x.Columns);
            for (int unit = 0; unit < row.Length; unit++)
            {
                row[unit] = DropoutMask.Keeps(seed, sampleKeys[n], unit, rate) ? row[unit] / keepRate : A.Zero;
            }
        }

        values.Touch();
    }

    public void DenseForward(Matrix x, Parameter w, Parameter b, Matrix logits)
    {
        OperationGuard.Dense(x, nameof(x), w, b, logits, nameof(logits));
        ReadOnlySpan<A> input = Own(x, nameof(x)).Span;
        ReadOnlySpan<A> weights = Own(w.Values, nameof(w)).Span;
        ReadOnlySpan<A> bias = Own(b.Values, nameof(b)).Span;
        CpuMatrix<A> output = Own(logits, nameof(logits));
        for (int n = 0; n < x.UsedRows; n++)
        {
            for (int k = 0; k < logits.Columns; k++)
            {
                A sum = A.Zero;
                for (int d = 0; d < x.Columns; d++)
                {
                    sum = A.FusedMultiplyAdd(input[(n * x.Columns) + d], weights[(d * logits.Columns) + k], sum);
                }

                output.Span[(n * logits.Columns) + k] = sum + bias[k];
            }
        }

        output.Touch();
    }

    public void DenseBackward(Matrix x, Parameter w, Parameter b, Matrix dLogits, Matrix? dx)
    {
        OperationGuard.DenseBackward(x, w, b, dLogits, dx);
        ReadOnlySpan<A> gradient = Own(dLogits, nameof(dLogits)).Span;
        DenseWeightGradient(Own(x, nameof(x)), gradient, Own(w.Gradient, nameof(w)), Own(b.Gradient, nameof(b)));
        if (dx is not null)
        {
            DenseInputGradient(gradient, Own(w.Values, nameof(w)).Span, Own(dx, nameof(dx)), b.Length);
        }
    }

    /// <summary>dw[d, k] = sum over n of x[n, d] dLogits[n, k]; db[k] = sum over n of dLogits[n, k].</summary>
    private static void DenseWeightGradient(CpuMatrix<A> x, ReadOnlySpan<A> dLogits, CpuMatrix<A> dw, CpuMatrix<A> db)
    {
        int classes = db.Columns;
        for (int k = 0; k < classes; k++)
        {
            A biasSum = A.Zero;
            for (int n = 0; n < x.UsedRows; n++)
            {
                biasSum += dLogits[(n * classes) + k];
            }

            db.Span[k] = biasSum;
            for (int d = 0; d < x.Columns; d++)
            {
                A sum = A.Zero;
                for (int n = 0; n < x.UsedRows; n++)
                {
                    sum = A.FusedMultiplyAdd(x.Span[(n * x.Columns) + d], dLogits[(n * classes) + k], sum);
                }

                dw.Span[(d * classes) + k] = sum;
            }
        }

        dw.Touch();
        db.Touch();
    }

    /// <summary>dx[n, d] = sum over k of dLogits[n, k] w[d, k].</summary>
    private static void DenseInputGradient(ReadOnlySpan<A> dLogits, ReadOnlySpan<A> w, CpuMatrix<A> dx, int classes)
    {
        for (int n = 0; n < dx.UsedRows; n++)
        {
            for (int d = 0; d < dx.Columns; d++)
            {
                A sum = A.Zero;
                for (int k = 0; k < classes; k++)
                {
                    sum = A.FusedMultiplyAdd(dLogits[(n * classes) + k], w[(d * classes) + k], sum);
                }

                dx.Span[(n * dx.Columns) + d] = sum;
            }
        }

        dx.Touch();
    }
}
