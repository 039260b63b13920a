using System.Runtime.Intrinsics;
using Bf16Tensor = ActiveInas.Compute.Cpu.CpuTensor<ActiveInas.Compute.BFloat16, float, ActiveInas.Compute.Cpu.BFloat16Storage>;
using Row = System.Runtime.Intrinsics.Vector512<ushort>;

namespace ActiveInas.Compute.Cpu.Emitted;

internal sealed unsafe partial class EmittedConvolution
{
    /// <summary>Makes planes with the positions of y: x split by the parity of (row, column), or the patches of an image as rows of 32 values,
    /// tap * C + c. Borders and margins are zero. Items are (plane, channel block, run of images).</summary>
    private sealed class PlaneItems : IWorkItems
    {
        private PositionPlan _plan = null!;
        private Bf16Tensor _x = null!;
        private Row* _planes;
        private long _stride;
        private int _runs;

        public void Run(WorkerPool pool, PositionPlan plan, Bf16Tensor x, BFloat16* planes, long stride)
        {
            (_plan, _x, _stride) = (plan, x, stride);
            _planes = (Row*)planes;
            _runs = (x.Images + plan.ImagesPerRun - 1) / plan.ImagesPerRun;
            pool.Run((plan.Gathers ? 1 : plan.Planes * plan.InBlocks) * _runs, this);
        }

        public void Run(int item, int worker)
        {
            BlockedLayout y = _plan.Y;
            int panel = item / _runs;
            int run = item % _runs;
            Row* target = _planes + (panel * _stride) + y.Margin;
            if (run == 0)
            {
                Clear(target - y.Margin, y.Margin);
            }

            int end = Math.Min((run + 1) * _plan.ImagesPerRun, _x.Images);
            for (int n = run * _plan.ImagesPerRun; n < end; n++)
            {
                if (_plan.Gathers)
                {
                    Gather(n, target);
                }
                else
                {
                    Split(n, panel / _plan.InBlocks, panel % _plan.InBlocks, target);
                }

                Clear(target + y.Position(n, y.Shape.Height, 0), y.RowStride);
            }

            if (run == _runs - 1)
            {
                Clear(target + y.Position(end, 0, 0), y.Margin);
            }
        }

        private void Split(int n, int plane, int block, Row* target)
        {
            int rows = (_x.Shape.Height - (plane / 2) + 1) / 2;
            int columns = (_x.Shape.Width - (plane % 2) + 1) / 2;
            for (int row = 0; row < _plan.Y.Shape.Height; row++)
            {
                Row* to = target + _plan.Y.Position(n, row, 0);
                Row* from = (Row*)_x.BlockPointer(block) + _x.Layout.Position(n, (2 * row) + (plane / 2), plane % 2);
                int count = row < rows ? columns : 0;
                for (int column = 0; column < count; column++)
                {
                    to[column] = from[2 * column];
                }

                Clear(to + count, _plan.Y.RowStride - count);
            }
        }

        private void Gather(int n, Row* target)
        {
            int channels = _plan.Shape.InChannels;
            int padding = (_plan.Shape.Kernel - 1) / 2;
            int step = _plan.Shape.Stride * 4;
            for (int row = 0; row < _plan.Y.Shape.Height; row++)
            {
                Row* to = target + _plan.Y.Position(n, row, 0);
                ushort* source = (ushort*)_x.BlockPointer(0) + ((long)_x.Layout.Position(n, row * _plan.Shape.Stride, 0) * 4);
                for (int column = 0; column < _plan.Y.Shape.Width; column++, source += step)
                {
                    to[column] = Row.Zero;
                    ushort* value = (ushort*)(to + column);
                    for (int ky = -padding; ky <= padding; ky++)
                    {
                        for (int kx = -padding; kx <= padding; kx++, value += channels)
                        {
                            // Four values are written; the next tap overwrites those beyond C, which are zero.
                            *(ulong*)value = *(ulong*)(source + (((ky * _x.Layout.RowStride) + kx) * 4));
                        }
                    }
                }

                to[_plan.Y.Shape.Width] = Row.Zero;
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
