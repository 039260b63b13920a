using ActiveInas.Compute.Cpu.Vector;

namespace ActiveInas.Compute.Cpu;

internal sealed unsafe partial class CpuDevice<T, S, V, L>
{
    /// <summary>Rows of a work item of the dense layer.</summary>
    private const int RowsPerItem = 8;

    /// <summary>Runs the operations that are too small to gain from vectors.</summary>
    private readonly ReferenceDevice<T, float, S> _plain = new("plain", 1);

    public void Dropout(Matrix x, double rate, ulong seed, ReadOnlySpan<int> sampleKeys) => _plain.Dropout(x, rate, seed, sampleKeys);

    public void SoftmaxCrossEntropy(Matrix logits, ReadOnlySpan<int> labels, Matrix dLogits, Matrix losses, int place)
        => _plain.SoftmaxCrossEntropy(logits, labels, dLogits, losses, place);

    public void DenseForward(Matrix x, Parameter w, Parameter b, Matrix logits)
    {
        OperationGuard.Dense(x, nameof(x), w, b, logits, nameof(logits));
        CpuMatrix<float> result = Own(logits);
        _work.Pool.Run(new DenseItems(Own(x), Own(w.Values).Pointer, Own(b.Values).Pointer, result));
        result.Touch();
    }

    public void DenseBackward(Matrix x, Parameter w, Parameter b, Matrix dLogits, Matrix? dx)
    {
        OperationGuard.DenseBackward(x, w, b, dLogits, dx);
        CpuMatrix<float> gradient = Own(dLogits);
        CpuMatrix<float> biasGradient = Own(b.Gradient);
        CpuMatrix<float> weightGradient = Own(w.Gradient);
        biasGradient.Span.Clear();
        for (int n = 0; n < gradient.UsedRows; n++)
        {
            for (int k = 0; k < gradient.Columns; k++)
            {
                biasGradient.Pointer[k] += gradient.Pointer[(n * gradient.Columns) + k];
            }
        }

        _work.Pool.Run(new DenseWeightItems(Own(x), gradient, weightGradient));
        biasGradient.Touch();
        weightGradient.Touch();
        if (dx is not null)
        {
            CpuMatrix<float> inputGradient = Own(dx);
            _work.Pool.Run(new DenseInputItems(gradient, Own(w.Values).Pointer, inputGradient));
            inputGradient.Touch();
        }
    }

    private static int ItemsOf(int rows) => (rows + RowsPerItem - 1) / RowsPerItem;

    /// <summary>The dense layer, logits [N, classes] = x [N, D] w [D, classes] + b.</summary>
    private readonly struct DenseItems(CpuMatrix<float> x, float* weights, float* bias, CpuMatrix<float> logits) : IWorkItems
    {
        public int Items => ItemsOf(x.UsedRows);

        public void Run(int item, int worker)
        {
            int classes = logits.Columns;
            int end = Math.Min(x.UsedRows, (item + 1) * RowsPerItem);
            for (int n = item * RowsPerItem; n < end; n++)
            {
                float* target = logits.Pointer + ((long)n * classes);
                Chain(x.Pointer + ((long)n * x.Columns), 1, x.Columns, weights, classes, target);
                for (int k = 0; k < classes; k++)
                {
                    target[k] += bias[k];
                }
            }
        }
    }

    /// <summary>dw [D, classes] = x^T dLogits.</summary>
    private readonly struct DenseWeightItems(CpuMatrix<float> x, CpuMatrix<float> dLogits, CpuMatrix<float> dw) : IWorkItems
    {
        public int Items => ItemsOf(x.Columns);

        public void Run(int item, int worker)
        {
            int classes = dLogits.Columns;
            int end = Math.Min(x.Columns, (item + 1) * RowsPerItem);
            for (int d = item * RowsPerItem; d < end; d++)
            {
                Chain(x.Pointer + d, x.Columns, x.UsedRows, dLogits.Pointer, classes, dw.Pointer + ((long)d * classes));
            }
        }
    }

    /// <summary>dx [N, D] = dLogits w^T.</summary>
    private readonly struct DenseInputItems(CpuMatrix<float> dLogits, float* weights, CpuMatrix<float> dx) : IWorkItems
    {
        public int Items => ItemsOf(dx.UsedRows);

        public void Run(int item, int worker)
        {
            int end = Math.Min(dx.UsedRows, (item + 1) * RowsPerItem);
            for (int n = item * RowsPerItem; n < end; n++)
            {
                Row(dLogits.Pointer + ((long)n * dLogits.Columns), dx.Pointer + ((long)n * dx.Columns));
            }
        }

        private void Row(float* source, float* target)
        {
            int classes = dLogits.Columns;
            for (int d = 0; d < dx.Columns; d++)
            {
                float sum = 0f;
                for (int k = 0; k < classes; k++)
                {
                    sum = MathF.FusedMultiplyAdd(source[k], weights[((long)d * classes) + k], sum);
                }

                target[d] = sum;
            }
        }
    }

    /// <summary>target[k] = sum over i of a[i stride] b[i, k]: one chain of fused multiply-adds in ascending order, vectors along k.</summary>
    private static void Chain(float* a, int stride, int count, float* b, int columns, float* target)
    {
        int k = 0;
        for (; k + L.Count <= columns; k += L.Count)
        {
            V sum = L.Zero;
            for (int i = 0; i < count; i++)
            {
                sum = L.FusedMultiplyAdd(L.Broadcast(a[(long)i * stride]), L.Load(b + ((long)i * columns) + k), sum);
            }

            L.Store(target + k, sum);
        }

        for (; k < columns; k++)
        {
            float sum = 0f;
            for (int i = 0; i < count; i++)
            {
                sum = MathF.FusedMultiplyAdd(a[(long)i * stride], b[((long)i * columns) + k], sum);
            }

            target[k] = sum;
        }
    }
}
