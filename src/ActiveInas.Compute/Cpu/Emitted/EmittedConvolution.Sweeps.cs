using ActiveInas.Compute.Cpu.Convolutions;
using Bf16Tensor = ActiveInas.Compute.Cpu.CpuTensor<ActiveInas.Compute.BFloat16, float, ActiveInas.Compute.Cpu.BFloat16Storage>;
using Epilogue = ActiveInas.Compute.Cpu.Convolutions.Epilogue<ActiveInas.Compute.BFloat16, ActiveInas.Compute.Cpu.BFloat16Storage, System.Runtime.Intrinsics.Vector512<float>, ActiveInas.Compute.Cpu.Vector.Lanes512>;

namespace ActiveInas.Compute.Cpu.Emitted;

internal sealed unsafe partial class EmittedConvolution
{
    /// <summary>x as planes with the layout of y: see <see cref="PositionPlan"/>. Valid until the next call.</summary>
    private Operand Prepare(PositionPlan plan, Bf16Tensor x)
    {
        if (plan.IsDirect)
        {
            return Operand.Of(x);
        }

        long stride = plan.Y.Margin + plan.Y.Positions + plan.Y.Margin;
        int blocks = plan.Gathers ? 1 : plan.InBlocks;
        BFloat16* planes = _planes.Reserve(plan.Planes * blocks * stride * Block);
        _work.Pool.Run(new PlaneItems(plan, x, planes, stride));
        return new Operand((nint)(planes + ((long)plan.Y.Margin * Block)), stride * Block, blocks, plan.Y.ImageStride);
    }

    /// <summary>Where the operand of a sweep lies: [plane][channel block][positions][32].</summary>
    /// <param name="Pointer">Position 0 of the first block.</param>
    /// <param name="Stride">Elements from a block to the next.</param>
    /// <param name="Blocks">Channel blocks of a plane.</param>
    /// <param name="ImageStride">Positions from an image to the next.</param>
    private readonly record struct Operand(nint Pointer, long Stride, int Blocks, int ImageStride)
    {
        public static Operand Of(Bf16Tensor tensor)
            => new((nint)tensor.BlockPointer(0), tensor.Layout.BlockStride, tensor.Layout.ChannelBlocks, tensor.Layout.ImageStride);

        /// <summary>Bytes from the operand's first position to a shifted one of a block of a plane.</summary>
        public long Offset(int plane, int block, int shift) => ((((long)plane * Blocks) + block) * Stride * sizeof(ushort)) + ((long)shift * RowBytes);
    }

    /// <summary>Sweeps over a batch: items are (result block, run of images).</summary>
    /// <param name="engine">Kernel and memory.</param>
    /// <param name="plan">Geometry.</param>
    /// <param name="sweeps">Its forward or backward sweeps.</param>
    /// <param name="operand">A.</param>
    /// <param name="packed">Weights [result block][reduced block][tap][16 pairs][32][2].</param>
    /// <param name="target">Result.</param>
    /// <param name="epilogue">What becomes of the sums; an item is a chunk of the statistics.</param>
    /// <param name="pooled">Max-pool of the result, if wanted: an item pools its images while they are in the cache.</param>
    private readonly struct SweepItems(
        EmittedConvolution engine, PositionPlan plan, PositionSweep[] sweeps, Operand operand, BFloat16* packed, Bf16Tensor target, Epilogue epilogue,
        Bf16Tensor? pooled) : IWorkItems
    {
        public int Items => Runs * target.Layout.ChannelBlocks;

        private int Runs => (target.Images + plan.ImagesPerRun - 1) / plan.ImagesPerRun;

        public void Run(int item, int worker)
        {
            int block = item / Runs;
            int first = item % Runs * plan.ImagesPerRun;
            float* tile = engine._work.Scratch(worker, engine._kernel.Rows * Block);
            engine._kernel.Enter();
            foreach (PositionSweep sweep in sweeps)
            {
                Sweep(sweep, first, block, tile);
            }

            engine._kernel.Leave();
            if (pooled is not null)
            {
                int last = Math.Min(first + plan.ImagesPerRun, target.Images);
                BFloat16* columns = (BFloat16*)engine._work.Scratch(worker, RectifiedPool<BFloat16, BFloat16Storage>.RowLengthOf(pooled));
                for (int image = first; image < last; image++)
                {
                    RectifiedPool<BFloat16, BFloat16Storage>.PoolImage(target, image, pooled, image, block, columns);
                }
            }

            epilogue.WroteChunk(block, item % Runs);
        }

        private void Sweep(PositionSweep sweep, int first, int block, float* tile)
        {
            int taps = sweep.Taps.Length;
            int products = operand.Blocks * taps;
            int weightTaps = plan.Gathers ? 1 : plan.Taps;
            long* aOffsets = stackalloc long[products];
            long* bOffsets = stackalloc long[products];
            for (int i = 0; i < products; i++)
            {
                int tap = i % taps;
                aOffsets[i] = operand.Offset(sweep.Planes[tap], i / taps, sweep.Shifts[tap]);
                bOffsets[i] = (((long)(i / taps) * weightTaps) + sweep.Taps[tap]) * PanelLength * sizeof(ushort);
            }

            ProductArguments arguments = new()
            {
                AOffsets = aOffsets,
                B = (byte*)(packed + ((long)block * operand.Blocks * weightTaps * PanelLength)),
                BOffsets = bOffsets,
                Count = products,
                RowStride = sweep.RowStep * RowBytes,
                C = tile,
            };
            if (products == 0)
            {
                // Pixels that no tap reaches: with stride 2 and a 1x1 kernel, three of four.
                new Span<float>(tile, engine._kernel.Rows * Block).Clear();
            }

            Groups(sweep, first, block, &arguments);
        }

        private void Groups(PositionSweep sweep, int first, int block, ProductArguments* arguments)
        {
            int images = Math.Min(plan.ImagesPerRun, target.Images - first);
            Groups groups = new(sweep, plan, first, images, engine._kernel.GroupRows);
            byte* source = (byte*)operand.Pointer + ((long)first * operand.ImageStride * RowBytes);
            long origin = (long)first * target.Layout.ImageStride * RowBytes;
            byte* addend = (byte*)epilogue.Addend(block);
            EpilogueArguments stored = new()
            {
                Target = (byte*)target.BlockPointer(block) + origin,
                Limit = groups.TargetLimit(target.Layout),
                Addend = addend == null ? null : addend + origin,
                Factors = epilogue.Factors(block),
                Offsets = epilogue.Offsets(block),
                Rectify = epilogue.Rectifies ? 1 : 0,
            };
            for (int upper = groups.Next(-1); upper >= 0;)
            {
                int next = groups.Next(upper);
                int lower = next >= 0 ? next : upper;
                if (arguments->Count > 0)
                {
                    arguments->Upper = source + ((long)groups.Start(upper) * RowBytes);
                    arguments->Lower = source + ((long)groups.Start(lower) * RowBytes);
                    engine._kernel.Multiply(arguments);
                }

                Store(arguments->C, groups.Targets(upper), groups.Skipped(upper), &stored);
                if (next < 0)
                {
                    return;
                }

                Store(arguments->C + (engine._kernel.GroupRows * Block), groups.Targets(next), groups.Skipped(next), &stored);
                upper = groups.Next(next);
            }
        }

        private void Store(float* rows, ReadOnlySpan<int> positions, int skipped, EpilogueArguments* arguments)
        {
            fixed (int* start = positions)
            {
                arguments->Sums = rows + (skipped * Block);
                arguments->Positions = start;
                arguments->Count = positions.Length;
                engine._kernel.Store(arguments);
            }
        }
    }

    /// <summary>The groups of a sweep that hold images in use.</summary>
    /// <remarks>Across images, the last group of a tensor may reach beyond its memory: it then starts some images earlier, and its first rows,
    /// which another group has written, are skipped.</remarks>
    private readonly ref struct Groups(PositionSweep sweep, PositionPlan plan, int first, int images, int groupRows)
    {
        private readonly int _capacity = plan.Y.Shape.Images - first;

        /// <summary>The group after this one; -1 when there is none.</summary>
        public int Next(int group)
        {
            do
            {
                group++;
            }
            while (group < sweep.Starts.Length && sweep.Images[group] >= images);
            return group < sweep.Starts.Length ? group : -1;
        }

        /// <summary>Rows at the beginning of a group that belong to the group before.</summary>
        public int Skipped(int group) => plan.IsAcross ? Math.Max(0, sweep.Images[group] + groupRows - _capacity) : 0;

        /// <summary>Position of the operand of the first row.</summary>
        public int Start(int group) => sweep.Starts[group] - (Skipped(group) * sweep.RowStep);

        /// <summary>Positions of the result of the rows that are not skipped.</summary>
        public ReadOnlySpan<int> Targets(int group) => sweep.Targets.AsSpan(group * groupRows, groupRows - Skipped(group));

        /// <summary>Positions of the images in use end here.</summary>
        public int TargetLimit(BlockedLayout target) => images * target.ImageStride;
    }
}
