using ActiveInas.Compute.Cpu.Vector;
using Bf16Tensor = ActiveInas.Compute.Cpu.CpuTensor<ActiveInas.Compute.BFloat16, float, ActiveInas.Compute.Cpu.BFloat16Storage>;

namespace ActiveInas.Compute.Cpu.Emitted;

internal sealed unsafe partial class EmittedDevice
{
    public override void ConvolutionForward(ConvolutionShape shape, Tensor x, Parameter w, Tensor y, BatchNorm? norm = null)
    {
        Bf16Tensor target = Own(y);
        if (IsImage(target) || SchemeOf(shape, x, y) is not null)
        {
            base.ConvolutionForward(shape, x, w, y, norm);
            return;
        }

        OperationGuard.Convolution(shape, x, nameof(x), w, y, nameof(y));
        if (norm is null)
        {
            Forward(shape, Own(x), w, target, default, null);
            return;
        }

        OperationGuard.BatchNorm(norm, y, null, y);
        int perRun = Plan(shape, Own(x).Layout, target.Layout).ImagesPerRun;
        ImageChunks chunks = new(target.Layout.ChannelBlocks, (target.Images + perRun - 1) / perRun, perRun, target.Images);
        float* partials = StatisticsPartials(chunks);
        Forward(shape, Own(x), w, target, default, partials);
        CombineStatistics(norm, target, chunks, partials);
    }

    public override void ConvolutionBackwardData(ConvolutionShape shape, Tensor dy, Parameter w, Tensor dx, bool accumulate)
    {
        Bf16Tensor source = Own(dy);
        Bf16Tensor target = Own(dx);
        if (IsImage(source) || IsImage(target) || SchemeOf(shape, dx, dy) is not null)
        {
            base.ConvolutionBackwardData(shape, dy, w, dx, accumulate);
            return;
        }

        OperationGuard.Convolution(shape, dx, nameof(dx), w, dy, nameof(dy));
        PositionPlan plan = Plan(shape, target.Layout, source.Layout);
        BFloat16* packed = PackBackward(plan, Own(w.Values));
        _sweep.Run(plan, plan.Backward, Operand.Of(source), packed, target, accumulate ? Epilogue.AddTo(target) : default, null);
    }

    private protected override void Forward(ConvolutionShape shape, Bf16Tensor source, Parameter w, Bf16Tensor target, Epilogue epilogue)
    {
        if (SchemeOf(shape, source, target) is not null)
        {
            base.Forward(shape, source, w, target, epilogue);
            return;
        }

        Forward(shape, source, w, target, epilogue, null);
    }

    private protected override void ForwardPooled(
        ConvolutionShape shape, Bf16Tensor source, Parameter w, Bf16Tensor between, Bf16Tensor target, Epilogue epilogue)
    {
        if (SchemeOf(shape, source, between) is not null)
        {
            base.ForwardPooled(shape, source, w, between, target, epilogue);
            return;
        }

        Forward(shape, source, w, between, epilogue, null, target);
    }

    /// <param name="shape">Kernel, stride, channels.</param>
    /// <param name="source">x.</param>
    /// <param name="w">Weights.</param>
    /// <param name="target">y.</param>
    /// <param name="epilogue">What becomes of the sums.</param>
    /// <param name="partials">Where the statistics of y go, if wanted.</param>
    /// <param name="pooled">Max-pool of y, which the epilogue rectifies, if wanted.</param>
    private void Forward(
        ConvolutionShape shape, Bf16Tensor source, Parameter w, Bf16Tensor target, Epilogue epilogue, float* partials, Bf16Tensor? pooled = null)
    {
        PositionPlan plan = Plan(shape, source.Layout, target.Layout);
        BFloat16* packed = PackForward(plan, Own(w.Values));
        _sweep.Run(plan, plan.Forward, Prepare(plan, source), packed, target, epilogue, partials, pooled);
    }

    /// <summary>x as planes with the layout of y: see <see cref="PositionPlan"/>. Valid until the next call.</summary>
    private Operand Prepare(PositionPlan plan, Bf16Tensor x)
    {
        if (plan.IsDirect)
        {
            return Operand.Of(x);
        }

        long stride = plan.Y.Margin + plan.Y.Positions + plan.Y.Margin;
        int blocks = plan.Gathers ? 1 : plan.InBlocks;
        BFloat16* planes = Reserve(ref _planes, plan.Planes * blocks * stride * Block);
        _planeItems.Run(_pool, plan, x, planes, stride);
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
    private sealed class SweepItems(EmittedDevice device) : IWorkItems
    {
        private PositionPlan _plan = null!;
        private PositionSweep[] _sweeps = null!;
        private Operand _operand;
        private BFloat16* _packed;
        private Bf16Tensor _target = null!;
        private Epilogue _epilogue;
        private float* _partials;
        private Bf16Tensor? _pooled;
        private int _runs;

        /// <param name="plan">Geometry.</param>
        /// <param name="sweeps">Its forward or backward sweeps.</param>
        /// <param name="operand">A.</param>
        /// <param name="packed">Weights [result block][reduced block][tap][16 pairs][32][2].</param>
        /// <param name="target">Result.</param>
        /// <param name="epilogue">What becomes of the sums.</param>
        /// <param name="partials">Where the statistics of the result go, if wanted: an item is a chunk of them.</param>
        /// <param name="pooled">Max-pool of the result, if wanted: an item pools its images while they are in the cache.</param>
        public void Run(
            PositionPlan plan, PositionSweep[] sweeps, Operand operand, BFloat16* packed, Bf16Tensor target, Epilogue epilogue, float* partials,
            Bf16Tensor? pooled = null)
        {
            _pooled = pooled;
            (_plan, _sweeps, _operand, _target, _epilogue) = (plan, sweeps, operand, target, epilogue);
            _packed = packed;
            _partials = partials;
            _runs = (target.Images + plan.ImagesPerRun - 1) / plan.ImagesPerRun;
            device._pool.Run(_runs * target.Layout.ChannelBlocks, this);
        }

        public void Run(int item, int worker)
        {
            int block = item / _runs;
            int first = item % _runs * _plan.ImagesPerRun;
            float* tile = device.Scratch(worker, device._kernel.Rows * Block);
            device._kernel.Enter();
            foreach (PositionSweep sweep in _sweeps)
            {
                Sweep(sweep, first, block, tile);
            }

            device._kernel.Leave();
            int last = Math.Min(first + _plan.ImagesPerRun, _target.Images);
            if (_pooled is not null)
            {
                BFloat16* columns = (BFloat16*)device.Scratch(worker, PoolingLength(_pooled));
                for (int image = first; image < last; image++)
                {
                    MaxPool(_target, _pooled, image, block, columns);
                }
            }

            if (_partials != null)
            {
                NormStatisticsItems.Statistics(_target, block, first, last, _partials + (item * 2 * Block));
            }
        }

        private void Sweep(PositionSweep sweep, int first, int block, float* tile)
        {
            int taps = sweep.Taps.Length;
            int products = _operand.Blocks * taps;
            int weightTaps = _plan.Gathers ? 1 : _plan.Taps;
            long* aOffsets = stackalloc long[products];
            long* bOffsets = stackalloc long[products];
            for (int i = 0; i < products; i++)
            {
                int tap = i % taps;
                aOffsets[i] = _operand.Offset(sweep.Planes[tap], i / taps, sweep.Shifts[tap]);
                bOffsets[i] = (((long)(i / taps) * weightTaps) + sweep.Taps[tap]) * PanelLength * sizeof(ushort);
            }

            ProductArguments arguments = new()
            {
                AOffsets = aOffsets,
                B = (byte*)(_packed + ((long)block * _operand.Blocks * weightTaps * PanelLength)),
                BOffsets = bOffsets,
                Count = products,
                RowStride = sweep.RowStep * RowBytes,
                C = tile,
            };
            if (products == 0)
            {
                // Pixels that no tap reaches: with stride 2 and a 1x1 kernel, three of four.
                new Span<float>(tile, device._kernel.Rows * Block).Clear();
            }

            Groups(sweep, first, block, &arguments);
        }

        private void Groups(PositionSweep sweep, int first, int block, ProductArguments* arguments)
        {
            int images = Math.Min(_plan.ImagesPerRun, _target.Images - first);
            Groups groups = new(sweep, _plan, first, images, device._kernel.GroupRows);
            byte* source = (byte*)_operand.Pointer + ((long)first * _operand.ImageStride * RowBytes);
            long origin = (long)first * _target.Layout.ImageStride * RowBytes;
            byte* addend = (byte*)_epilogue.Addend(block);
            EpilogueArguments epilogue = new()
            {
                Target = (byte*)_target.BlockPointer(block) + origin,
                Limit = groups.TargetLimit(_target.Layout),
                Addend = addend == null ? null : addend + origin,
                Factors = _epilogue.Factors(block),
                Offsets = _epilogue.Offsets(block),
                Rectify = _epilogue.Rectifies ? 1 : 0,
            };
            for (int upper = groups.Next(-1); upper >= 0;)
            {
                int next = groups.Next(upper);
                int lower = next >= 0 ? next : upper;
                if (arguments->Count > 0)
                {
                    arguments->Upper = source + ((long)groups.Start(upper) * RowBytes);
                    arguments->Lower = source + ((long)groups.Start(lower) * RowBytes);
                    device._kernel.Multiply(arguments);
                }

                Store(arguments->C, groups.Targets(upper), groups.Skipped(upper), &epilogue);
                if (next < 0)
                {
                    return;
                }

                Store(arguments->C + (device._kernel.GroupRows * Block), groups.Targets(next), groups.Skipped(next), &epilogue);
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
                device._kernel.Store(arguments);
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
