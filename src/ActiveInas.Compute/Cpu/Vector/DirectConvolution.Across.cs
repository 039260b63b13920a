using ActiveInas.Compute.Cpu.Convolutions;

namespace ActiveInas.Compute.Cpu.Vector;

internal sealed unsafe partial class DirectConvolution<T, S, V, L>
{
    /// <summary>Sweeps whose groups are one pixel of four successive images; items are runs of images, which are widened once.</summary>
    /// <param name="work">Threads and memory.</param>
    /// <param name="plan">Geometry.</param>
    /// <param name="sweeps">Its forward or backward sweeps.</param>
    /// <param name="source">Operand A.</param>
    /// <param name="packed">Weights [result block][reduced block][tap][32][32].</param>
    /// <param name="resultBlocks">Channel blocks of the result.</param>
    /// <param name="target">Result.</param>
    /// <param name="epilogue">What becomes of the sums.</param>
    private readonly struct AcrossItems(
        Workspace work, PositionPlan plan, PositionSweep[] sweeps, CpuTensor<T, float, S> source, float* packed, int resultBlocks, CpuTensor<T, float, S> target,
        Epilogue<T, S, V, L> epilogue) : IWorkItems
    {
        private const int GroupRows = 4;

        public int Items => (target.Images + PositionPlan.AcrossImages - 1) / PositionPlan.AcrossImages;

        public void Run(int item, int worker)
        {
            int first = item * PositionPlan.AcrossImages;
            int images = Math.Min(PositionPlan.AcrossImages, target.Images - first);
            int blocks = source.Layout.ChannelBlocks;
            int span = PositionPlan.AcrossImages * source.Layout.ImageStride * Block;
            const int strip = GroupsOfStrip * GroupLength;
            float* tiles = work.Scratch(worker, strip + ((long)blocks * span));
            float* operand = tiles + strip;
            for (int block = 0; block < blocks; block++)
            {
                T* from = source.BlockPointer(block) + ((long)first * source.Layout.ImageStride * Block);
                Lanes<T, V, L>.Widen(from, operand + ((long)block * span), images * source.Layout.ImageStride * Block);
            }

            int* aOffsets = stackalloc int[blocks * plan.Taps];
            int* bOffsets = stackalloc int[blocks * plan.Taps];
            foreach (PositionSweep sweep in sweeps)
            {
                int taps = sweep.Taps.Length;
                int products = blocks * taps;
                for (int i = 0; i < products; i++)
                {
                    aOffsets[i] = (i / taps * span) + (sweep.Shifts[i % taps] * Block);
                    bOffsets[i] = ((i / taps * plan.Taps) + sweep.Taps[i % taps]) * Block * Block;
                }

                for (int block = 0; block < resultBlocks; block++)
                {
                    float* b = packed + ((long)block * blocks * plan.Taps * Block * Block);
                    Groups(sweep, first, images, block, operand, aOffsets, b, bOffsets, products, tiles);
                }
            }

            epilogue.Wrote(first, images);
        }

        /// <summary>A strip of groups after the other, as in <see cref="SweepItems"/>.</summary>
        private void Groups(
            PositionSweep sweep, int first, int images, int block, float* operand, int* aOffsets, float* b, int* bOffsets, int products, float* tiles)
        {
            int* strip = stackalloc int[GroupsOfStrip];
            int next = Next(sweep, -1, images);
            while (next >= 0)
            {
                int length = 0;
                for (; length < GroupsOfStrip && next >= 0; length++, next = Next(sweep, next, images))
                {
                    strip[length] = next;
                }

                for (int part = 0; part < products; part += ProductsOfPart)
                {
                    int some = Math.Min(ProductsOfPart, products - part);
                    for (int i = 0; i < length; i += 2)
                    {
                        float* upper = operand + ((long)sweep.Starts[strip[i]] * Block);
                        float* lower = operand + ((long)sweep.Starts[strip[Math.Min(i + 1, length - 1)]] * Block);
                        GemmKernel<V, L, DistanceGiven, Distance1>.Multiply(
                            upper, lower, aOffsets + part, b, bOffsets + part, some, Block, tiles + (i * GroupLength), part > 0, sweep.RowStep * Block);
                    }
                }

                if (products == 0)
                {
                    // Pixels that no tap reaches: with stride 2 and a 1x1 kernel, three of four.
                    new Span<float>(tiles, length * GroupLength).Clear();
                }

                for (int i = 0; i < length; i++)
                {
                    Store(sweep, strip[i], first, images, block, tiles + (i * GroupLength));
                }
            }
        }

        /// <summary>The next group that holds images in use; -1 when there is none.</summary>
        private static int Next(PositionSweep sweep, int group, int images)
        {
            do
            {
                group++;
            }
            while (group < sweep.Starts.Length && sweep.Images[group] >= images);
            return group < sweep.Starts.Length ? group : -1;
        }

        private void Store(PositionSweep sweep, int group, int first, int images, int block, float* rows)
        {
            int valid = Math.Min(GroupRows, images - sweep.Images[group]);
            BlockedLayout layout = target.Layout;
            epilogue.Store(rows, valid, target, block, ((long)first * layout.ImageStride) + sweep.Targets[group * GroupRows], layout.ImageStride);
        }
    }
}
