using ActiveInas.Compute.Cpu.Vector;

namespace ActiveInas.Compute.Cpu;

internal sealed unsafe partial class CpuDevice<T, S, V, L>
{
    private readonly DenseItems _dense;

    /// <summary>Runs the operations that are too small to gain from vectors.</summary>
    private readonly ReferenceDevice<T, float, S> _plain = new("plain", 1);

    public void Dropout(Matrix x, double rate, ulong seed, ReadOnlySpan<int> sampleKeys) => _plain.Dropout(x, rate, seed, sampleKeys);

    public void SoftmaxCrossEntropy(Matrix logits, ReadOnlySpan<int> labels, Matrix dLogits, Matrix losses, int place)
        => _plain.SoftmaxCrossEntropy(logits, labels, dLogits, losses, place);

    public void DenseForward(Matrix x, Parameter w, Parameter b, Matrix logits)
    {
        OperationGuard.Dense(x, nameof(x), w, b, logits, nameof(logits));
        CpuMatrix<float> result = Own(logits);
        _dense.Forward(_work.Pool, Own(x), Own(w.Values).Pointer, Own(b.Values).Pointer, result);
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

        _dense.WeightGradient(_work.Pool, Own(x), gradient, weightGradient);
        biasGradient.Touch();
        weightGradient.Touch();
        if (dx is not null)
        {
            CpuMatrix<float> inputGradient = Own(dx);
            _dense.InputGradient(_work.Pool, gradient, Own(w.Values).Pointer, inputGradient);
            inputGradient.Touch();
        }
    }

    /// <summary>The dense layer. Every sum is one chain of fused multiply-adds in ascending order; vectors run along the classes.</summary>
    private sealed class DenseItems : IWorkItems
    {
        private const int RowsPerItem = 8;
        private Pass _pass;
        private CpuMatrix<float> _in = null!;
        private CpuMatrix<float> _out = null!;
        private CpuMatrix<float>? _gradient;
        private float* _weights;
        private float* _bias;
        private int _rows;

        private enum Pass
        {
            Forward,
            WeightGradient,
            InputGradient,
        }

        /// <summary>logits [N, classes] = x [N, D] w [D, classes] + b.</summary>
        public void Forward(WorkerPool pool, CpuMatrix<float> x, float* weights, float* bias, CpuMatrix<float> logits)
        {
            (_pass, _in, _out) = (Pass.Forward, x, logits);
            _weights = weights;
            _bias = bias;
            Run(pool, x.UsedRows);
        }

        /// <summary>dw [D, classes] = x^T dLogits.</summary>
        public void WeightGradient(WorkerPool pool, CpuMatrix<float> x, CpuMatrix<float> dLogits, CpuMatrix<float> dw)
        {
            (_pass, _in, _out) = (Pass.WeightGradient, x, dw);
            _gradient = dLogits;
            Run(pool, x.Columns);
        }

        /// <summary>dx [N, D] = dLogits w^T.</summary>
        public void InputGradient(WorkerPool pool, CpuMatrix<float> dLogits, float* weights, CpuMatrix<float> dx)
        {
            (_pass, _in, _out) = (Pass.InputGradient, dLogits, dx);
            _weights = weights;
            Run(pool, dx.UsedRows);
        }

        public void Run(int item, int worker)
        {
            int end = Math.Min(_rows, (item + 1) * RowsPerItem);
            for (int row = item * RowsPerItem; row < end; row++)
            {
                switch (_pass)
                {
                    case Pass.Forward:
                        ForwardRow(row);
                        break;
                    case Pass.WeightGradient:
                        WeightGradientRow(row);
                        break;
                    default:
                        InputGradientRow(row);
                        break;
                }
            }
        }

        private void Run(WorkerPool pool, int rows)
        {
            _rows = rows;
            pool.Run((rows + RowsPerItem - 1) / RowsPerItem, this);
        }

        private void ForwardRow(int n)
        {
            int classes = _out.Columns;
            float* target = _out.Pointer + ((long)n * classes);
            Chain(_in.Pointer + ((long)n * _in.Columns), 1, _in.Columns, _weights, classes, target);
            for (int k = 0; k < classes; k++)
            {
                target[k] += _bias[k];
            }
        }

        private void WeightGradientRow(int d)
        {
            int classes = _gradient!.Columns;
            Chain(_in.Pointer + d, _in.Columns, _in.UsedRows, _gradient.Pointer, classes, _out.Pointer + ((long)d * classes));
        }

        private void InputGradientRow(int n)
        {
            int classes = _in.Columns;
            float* source = _in.Pointer + ((long)n * classes);
            for (int d = 0; d < _out.Columns; d++)
            {
                float sum = 0f;
                for (int k = 0; k < classes; k++)
                {
                    sum = MathF.FusedMultiplyAdd(source[k], _weights[((long)d * classes) + k], sum);
                }

                _out.Pointer[((long)n * _out.Columns) + d] = sum;
            }
        }

        /// <summary>target[k] = sum over i of a[i stride] b[i, k].</summary>
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
}
