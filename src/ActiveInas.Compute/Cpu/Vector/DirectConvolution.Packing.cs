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
            _work.Pool.Run(new PackingItems(plan, w.Pointer, packed.Values.Pointer, transposed: false));
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

        _work.Pool.Run(new PackingItems(plan, w.Pointer, packed, transposed: true));
        return packed;
    }

    /// <summary>Weights rounded to the storage type, in fp32, in the order in which the GEMM reads them. Items are result blocks.</summary>
    /// <remarks>
    /// Forward: [K / 32][C / 32][tap][32 c][32 k]; of up to 3 input channels [K / 32][tap * C + c][32 k].
    /// Transposed, for backward-data: [C / 32][K / 32][tap][32 k][32 c]. Channels beyond C or K are zero.
    /// </remarks>
    private readonly struct PackingItems(ConvolutionPlan plan, float* weights, float* packed, bool transposed) : IWorkItems
    {
        private readonly WeightBlocks<T, S, V, L> _weights = new(weights, plan.Shape);

        public int Items => transposed ? plan.InBlocks : plan.OutBlocks;

        public void Run(int item, int worker)
        {
            if (plan.ReadsImage)
            {
                int rows = plan.Taps * plan.Shape.InChannels;
                _weights.CopyRows(0, item * Block, rows, packed + ((long)item * rows * Block));
                return;
            }

            int reduceBlocks = transposed ? plan.OutBlocks : plan.InBlocks;
            float* target = packed + ((long)item * reduceBlocks * plan.Taps * Block * Block);
            for (int block = 0; block < reduceBlocks; block++)
            {
                for (int tap = 0; tap < plan.Taps; tap++, target += Block * Block)
                {
                    if (transposed)
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
