using System.Runtime.Intrinsics;
using ActiveInas.Compute.Cpu.Vector;

namespace ActiveInas.Compute.Cpu.Emitted;

internal sealed unsafe partial class EmittedConvolution
{
    private BFloat16* PackForward(PositionPlan plan, CpuMatrix<float> w)
    {
        PackedPairs packed = Packed(w);
        if (packed.ForwardVersion != w.Version || packed.Forward is null)
        {
            int products = plan.Gathers ? 1 : plan.InBlocks * plan.Taps;
            packed.Forward ??= new NativeBuffer<BFloat16>((long)plan.OutBlocks * products * PanelLength);
            _work.Pool.Run(new PackingItems(plan, w.Pointer, packed.Forward.Pointer, transposed: false));
            packed.ForwardVersion = w.Version;
        }

        return packed.Forward.Pointer;
    }

    private BFloat16* PackBackward(PositionPlan plan, CpuMatrix<float> w)
    {
        PackedPairs packed = Packed(w);
        if (packed.BackwardVersion != w.Version || packed.Backward is null)
        {
            packed.Backward ??= new NativeBuffer<BFloat16>((long)plan.OutBlocks * plan.InBlocks * plan.Taps * PanelLength);
            _work.Pool.Run(new PackingItems(plan, w.Pointer, packed.Backward.Pointer, transposed: true));
            packed.BackwardVersion = w.Version;
        }

        return packed.Backward.Pointer;
    }

    private static PackedPairs Packed(CpuMatrix<float> w)
    {
        if (w.Companion is not PackedPairs packed)
        {
            packed = new PackedPairs();
            w.Companion = packed;
        }

        return packed;
    }

    /// <summary>Items are (result block, reduced block).</summary>
    private readonly struct PackingItems(PositionPlan plan, float* weights, BFloat16* packed, bool transposed) : IWorkItems
    {
        public int Items => plan.OutBlocks * plan.InBlocks;

        public void Run(int item, int worker)
        {
            if (plan.Gathers)
            {
                RowPairs(0, item * Block, plan.Taps * plan.Shape.InChannels, (ushort*)packed + ((long)item * PanelLength));
                return;
            }

            int reducedBlocks = transposed ? plan.OutBlocks : plan.InBlocks;
            int result = item / reducedBlocks * Block;
            int reduced = item % reducedBlocks * Block;
            ushort* target = (ushort*)packed + ((long)item * plan.Taps * PanelLength);
            for (int tap = 0; tap < plan.Taps; tap++, target += PanelLength)
            {
                int row = tap * plan.Shape.InChannels;
                if (transposed)
                {
                    ColumnPairs(row + result, reduced, Math.Min(Block, plan.Shape.InChannels - result), target);
                }
                else
                {
                    RowPairs(row + reduced, result, Math.Min(Block, plan.Shape.InChannels - reduced), target);
                }
            }
        }

        /// <summary>[16 pairs of rows][32 k][2] from master rows that start at (row, k).</summary>
        private void RowPairs(int row, int k, int rows, ushort* target)
        {
            ushort* even = stackalloc ushort[Block];
            ushort* odd = stackalloc ushort[Block];
            for (int pair = 0; pair < Pairs; pair++, target += 2 * Block)
            {
                Narrow(row + (2 * pair), k, 2 * pair < rows, even);
                Narrow(row + (2 * pair) + 1, k, (2 * pair) + 1 < rows, odd);
                Panels.Interleave(Vector512.Load(even), Vector512.Load(odd), target);
            }
        }

        /// <summary>[16 pairs of k][32 rows][2] from master rows that start at (row, k).</summary>
        private void ColumnPairs(int row, int k, int rows, ushort* target)
        {
            Vector512<uint>* lines = stackalloc Vector512<uint>[16];
            for (int half = 0; half < 2; half++)
            {
                for (int i = 0; i < 16; i++)
                {
                    int r = (half * 16) + i;
                    Narrow(row + r, k, r < rows, (ushort*)(lines + i));
                }

                Panels.Transpose(lines, (uint*)target + (half * 16), Block);
            }
        }

        /// <summary>32 values of a master row from k on in bf16; zero beyond the last k, or all of them.</summary>
        private void Narrow(int row, int k, bool exists, ushort* target)
        {
            if (!exists)
            {
                new Span<ushort>(target, Block).Clear();
                return;
            }

            float* source = weights + ((long)row * plan.Shape.OutChannels) + k;
            int columns = plan.Shape.OutChannels - k;
            if (columns >= Block)
            {
                Lanes512.Narrow(target, Vector512.Load(source));
                Lanes512.Narrow(target + 16, Vector512.Load(source + 16));
                return;
            }

            for (int i = 0; i < Block; i++)
            {
                target[i] = i < columns ? BFloat16.FromSingle(source[i]).Bits : (ushort)0;
            }
        }
    }
}
