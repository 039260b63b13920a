using System.Runtime.InteropServices;
using ActiveInas.Compute.Cpu.Convolutions;

namespace ActiveInas.Compute.Cpu.Vector;

internal sealed unsafe partial class DirectConvolution<T, S, V, L>
{
    private float* PackForward(ConvolutionPlan plan, CpuMatrix<float> w)
    {
        int patch = plan.InBlocks * plan.Taps * plan.PositionLength;
        if (w.Companion is not PackedWeights packed || packed.Key != (plan.Shape, 0))
        {
            w.Companion = packed = new PackedWeights((plan.Shape, 0), (long)plan.OutBlocks * patch * Block);
        }

        if (packed.Version != w.Version)
        {
            _packing.Run(_work.Pool, plan, w.Pointer, packed.Values.Pointer, transposed: false);
            packed.Version = w.Version;
        }

        return packed.Values.Pointer;
    }

    private float* PackBackward(ConvolutionPlan plan, CpuMatrix<float> w)
    {
        long length = (long)plan.OutBlocks * plan.InBlocks * plan.Taps * Block * Block;
        float* packed = _work.TurnedWeights(length);
        if (plan.Shape.InChannels % Block != 0 || plan.Shape.OutChannels % Block != 0)
        {
            NativeMemory.Clear(packed, (nuint)length * sizeof(float));
        }

        _packing.Run(_work.Pool, plan, w.Pointer, packed, transposed: true);
        return packed;
    }

    /// <summary>Weights rounded to the storage type, in fp32, in the order in which the GEMM reads them. Items are result blocks.</summary>
    /// <remarks>
    /// Forward: [K / 32][C / 32][tap][32 c][32 k]; of up to 3 input channels [K / 32][tap * C + c][32 k].
    /// Transposed, for backward-data: [C / 32][K / 32][tap][32 k][32 c]. Channels beyond C or K are zero.
    /// </remarks>
    private sealed class PackingItems : IWorkItems
    {
        private ConvolutionPlan _plan = null!;
        private WeightBlocks<T, S, V, L> _weights;
        private float* _packed;
        private bool _transposed;

        public void Run(WorkerPool pool, ConvolutionPlan plan, float* weights, float* packed, bool transposed)
        {
            (_plan, _transposed) = (plan, transposed);
            _weights = new WeightBlocks<T, S, V, L>(weights, plan.Shape);
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
}
