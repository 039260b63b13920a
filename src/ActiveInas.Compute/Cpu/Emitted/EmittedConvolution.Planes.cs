using System.Runtime.Intrinsics;
using Bf16Tensor = ActiveInas.Compute.Cpu.CpuTensor<ActiveInas.Compute.BFloat16, float, ActiveInas.Compute.Cpu.BFloat16Storage>;
using Row = System.Runtime.Intrinsics.Vector512<ushort>;

namespace ActiveInas.Compute.Cpu.Emitted;

internal sealed unsafe partial class EmittedConvolution
{
    /// <summary>Makes planes with the positions of y: x split by the parity of (row, column), or the patches of an image as rows of 32 values,
    /// tap * C + c. Borders and margins are zero. Items are (plane, channel block, run of images).</summary>
    private readonly struct PlaneItems(PositionPlan plan, Bf16Tensor x, BFloat16* planes, long stride) : IWorkItems
    {
        private readonly Row* _planes = (Row*)planes;

        public int Items => (plan.Gathers ? 1 : plan.Planes * plan.InBlocks) * Runs;

        private int Runs => (x.Images + plan.ImagesPerRun - 1) / plan.ImagesPerRun;

        public void Run(int item, int worker)
        {
            BlockedLayout y = plan.Y;
            int panel = item / Runs;
            int run = item % Runs;
            Row* target = _planes + (panel * stride) + y.Margin;
            if (run == 0)
            {
                Clear(target - y.Margin, y.Margin);
            }

            int end = Math.Min((run + 1) * plan.ImagesPerRun, x.Images);
            for (int n = run * plan.ImagesPerRun; n < end; n++)
            {
                if (plan.Gathers)
                {
                    Gather(n, target);
                }
                else
                {
                    Split(n, panel / plan.InBlocks, panel % plan.InBlocks, target);
                }

                Clear(target + y.Position(n, y.Shape.Height, 0), y.RowStride);
            }

            if (run == Runs - 1)
            {
                Clear(target + y.Position(end, 0, 0), y.Margin);
            }
        }

        private void Split(int n, int plane, int block, Row* target)
        {
            int rows = (x.Shape.Height - (plane / 2) + 1) / 2;
            int columns = (x.Shape.Width - (plane % 2) + 1) / 2;
            for (int row = 0; row < plan.Y.Shape.Height; row++)
            {
                Row* to = target + plan.Y.Position(n, row, 0);
                Row* from = (Row*)x.BlockPointer(block) + x.Layout.Position(n, (2 * row) + (plane / 2), plane % 2);
                int count = row < rows ? columns : 0;
                for (int column = 0; column < count; column++)
                {
                    to[column] = from[2 * column];
                }

                Clear(to + count, plan.Y.RowStride - count);
            }
        }

        private void Gather(int n, Row* target)
        {
            int channels = plan.Shape.InChannels;
            int padding = (plan.Shape.Kernel - 1) / 2;
            int step = plan.Shape.Stride * 4;
            for (int row = 0; row < plan.Y.Shape.Height; row++)
            {
                Row* to = target + plan.Y.Position(n, row, 0);
                ushort* source = (ushort*)x.BlockPointer(0) + ((long)x.Layout.Position(n, row * plan.Shape.Stride, 0) * 4);
                for (int column = 0; column < plan.Y.Shape.Width; column++, source += step)
                {
                    to[column] = Row.Zero;
                    ushort* value = (ushort*)(to + column);
                    for (int ky = -padding; ky <= padding; ky++)
                    {
                        for (int kx = -padding; kx <= padding; kx++, value += channels)
                        {
                            // Four values are written; the next tap overwrites those beyond C, which are zero.
                            *(ulong*)value = *(ulong*)(source + (((ky * x.Layout.RowStride) + kx) * 4));
                        }
                    }
                }

                to[plan.Y.Shape.Width] = Row.Zero;
            }
        }

        private static void Clear(Row* target, int positions)
        {
            for (int i = 0; i < positions; i++)
            {
                target[i] = Row.Zero;
            }
        }
    }
}
