using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ActiveInas.Compute.Cpu.Vector;

internal unsafe partial class VectorDevice<T, S, V, L>
{
    private readonly PackingItems _packing;
    private NativeBuffer<float>? _backwardWeights;

    private float* PackForward(ConvolutionPlan plan, CpuMatrix<float> w)
    {
        int patch = plan.InBlocks * plan.Taps * plan.PositionLength;
        if (w.Companion is not PackedWeights packed || packed.Key != (plan.Shape, 0))
        {
            w.Companion = packed = new PackedWeights((plan.Shape, 0), (long)plan.OutBlocks * patch * Block);
        }

        if (packed.Version != w.Version)
        {
            _packing.Run(_pool, plan, w.Pointer, packed.Values.Pointer, transposed: false);
            packed.Version = w.Version;
        }

        return packed.Values.Pointer;
    }

    private float* PackBackward(ConvolutionPlan plan, CpuMatrix<float> w)
    {
        long length = (long)plan.OutBlocks * plan.InBlocks * plan.Taps * Block * Block;
        float* packed = BackwardWeights(length);
        if (plan.Shape.InChannels % Block != 0 || plan.Shape.OutChannels % Block != 0)
        {
            NativeMemory.Clear(packed, (nuint)length * sizeof(float));
        }

        _packing.Run(_pool, plan, w.Pointer, packed, transposed: true);
        return packed;
    }

    /// <summary>Memory for the weights of one backward-data, which a training step needs once: all parameters share it. Contents undefined.</summary>
    private protected float* BackwardWeights(long length)
    {
        if (_backwardWeights is null || _backwardWeights.Length < length)
        {
            _backwardWeights?.Dispose();
            _backwardWeights = new NativeBuffer<float>(length);
        }

        return _backwardWeights.Pointer;
    }

    /// <summary>Weights rounded to the storage type, in fp32, in the order in which the GEMM reads them. Items are result blocks.</summary>
    /// <remarks>
    /// Forward: [K / 32][C / 32][tap][32 c][32 k]; of up to 3 input channels [K / 32][tap * C + c][32 k].
    /// Transposed, for backward-data: [C / 32][K / 32][tap][32 k][32 c]. Channels beyond C or K are zero.
    /// </remarks>
    private sealed class PackingItems : IWorkItems
    {
        private ConvolutionPlan _plan = null!;
        private WeightBlocks _weights;
        private float* _packed;
        private bool _transposed;

        public void Run(WorkerPool pool, ConvolutionPlan plan, float* weights, float* packed, bool transposed)
        {
            (_plan, _transposed) = (plan, transposed);
            _weights = new WeightBlocks(weights, plan.Shape);
            _packed = packed;
            pool.Run(transposed ? plan.InBlocks : plan.OutBlocks, this);
        }

        public void Run(int item, int worker)
        {
            if (_plan.ReadsImage)
            {
                int rows = _plan.Taps * _plan.Shape.InChannels;
                _weights.CopyRows(0, item * Block, rows, _packed + ((long)item * rows * Block));
                return;
            }

            int reduceBlocks = _transposed ? _plan.OutBlocks : _plan.InBlocks;
            float* target = _packed + ((long)item * reduceBlocks * _plan.Taps * Block * Block);
            for (int block = 0; block < reduceBlocks; block++)
            {
                for (int tap = 0; tap < _plan.Taps; tap++, target += Block * Block)
                {
                    if (_transposed)
                    {
                        _weights.Transpose(tap, item * Block, block * Block, target);
                    }
                    else
                    {
                        _weights.Copy(tap, block * Block, item * Block, target);
                    }
                }
            }
        }
    }

    /// <summary>Master weights [tap][C][K], read in blocks and rounded to the storage type. Channels beyond C or K are not written.</summary>
    private protected readonly struct WeightBlocks(float* weights, ConvolutionShape shape)
    {
        private readonly float* _weights = weights;

        /// <summary>[32 c][32 k] of one tap.</summary>
        public void Copy(int tap, int c, int k, float* target) => CopyRows((tap * shape.InChannels) + c, k, Math.Min(Block, shape.InChannels - c), target);

        /// <summary>[rows][32 k] from master rows that start at (row, k).</summary>
        public void CopyRows(int row, int k, int rows, float* target)
        {
            int columns = Math.Min(Block, shape.OutChannels - k);
            for (int r = 0; r < rows; r++)
            {
                Round(Row(row + r, k), columns, target + (r * Block));
            }
        }

        /// <summary>[32 k][32 c] of one tap.</summary>
        public void Transpose(int tap, int c, int k, float* target)
        {
            int first = (tap * shape.InChannels) + c;
            int rows = Math.Min(Block, shape.InChannels - c);
            int columns = Math.Min(Block, shape.OutChannels - k);
            float* row = stackalloc float[Block];
            for (int r = 0; r < rows; r++)
            {
                Round(Row(first + r, k), columns, row);
                for (int i = 0; i < columns; i++)
                {
                    target[(i * Block) + r] = row[i];
                }
            }
        }

        private float* Row(int row, int k) => _weights + ((long)row * shape.OutChannels) + k;

        /// <summary>Up to 32 weights as the storage type has them.</summary>
        [SkipLocalsInit]
        private static void Round(float* source, int count, float* target)
        {
            if (count < Block)
            {
                for (int i = 0; i < count; i++)
                {
                    target[i] = S.Load(S.Store(source[i]));
                }

                return;
            }

            T* rounded = stackalloc T[Block];
            for (int lane = 0; lane < Block; lane += L.Count)
            {
                Lanes<T, V, L>.Store(rounded + lane, L.Load(source + lane));
            }

            Lanes<T, V, L>.Widen(rounded, target, Block);
        }
    }
}
