using ActiveInas.Compute.Cpu.Vector;
using Bf16Tensor = ActiveInas.Compute.Cpu.CpuTensor<ActiveInas.Compute.BFloat16, float, ActiveInas.Compute.Cpu.BFloat16Storage>;

namespace ActiveInas.Compute.Cpu.Emitted;

internal sealed unsafe partial class EmittedDevice
{
    public override void ConvolutionForward(ConvolutionShape shape, Tensor x, Parameter w, Tensor y, BatchNorm? norm = null)
    {
        Bf16Tensor target = Own(y);
        if (IsImage(target))
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
        ImageChunks chunks = ImageChunks.Of(target.Layout, target.Images, StatisticsPositions);
        float* partials = StatisticsPartials(chunks);
        Forward(shape, Own(x), w, target, default, partials);
        CombineStatistics(norm, target, chunks, partials);
    }

    public override void ConvolutionInference(ConvolutionShape shape, Tensor x, Parameter w, BatchNorm norm, Tensor? residual, bool relu, Tensor y)
    {
        if (IsImage(Own(y)))
        {
            base.ConvolutionInference(shape, x, w, norm, residual, relu, y);
            return;
        }

        OperationGuard.ConvolutionInference(shape, x, w, norm, residual, y);
        float* factors = InferenceFactors(norm);
        Epilogue epilogue = new(factors, factors + PaddedChannels(norm), residual is null ? null : Own(residual), relu);
        Forward(shape, Own(x), w, Own(y), epilogue, null);
    }

    public override void ConvolutionBackwardData(ConvolutionShape shape, Tensor dy, Parameter w, Tensor dx, bool accumulate)
    {
        Bf16Tensor source = Own(dy);
        Bf16Tensor target = Own(dx);
        if (IsImage(source) || IsImage(target))
        {
            base.ConvolutionBackwardData(shape, dy, w, dx, accumulate);
            return;
        }

        OperationGuard.Convolution(shape, dx, nameof(dx), w, dy, nameof(dy));
        EmittedPlan plan = Plan(shape, target.Layout, source.Layout);
        BFloat16* packed = PackBackward(plan, Own(w.Values));
        foreach (EmittedSweep sweep in plan.Backward)
        {
            if (sweep.Taps.Length > 0 || !accumulate)
            {
                _sweep.Run(plan, sweep, Operand.Of(source), packed, target, accumulate ? Epilogue.AddTo(target) : default, null);
            }
        }
    }

    /// <param name="shape">Kernel, stride, channels.</param>
    /// <param name="source">x.</param>
    /// <param name="w">Weights.</param>
    /// <param name="target">y.</param>
    /// <param name="epilogue">What becomes of the sums.</param>
    /// <param name="partials">Where the statistics of y go, if wanted.</param>
    private void Forward(ConvolutionShape shape, Bf16Tensor source, Parameter w, Bf16Tensor target, Epilogue epilogue, float* partials)
    {
        EmittedPlan plan = Plan(shape, source.Layout, target.Layout);
        BFloat16* packed = PackForward(plan, Own(w.Values));
        _sweep.Run(plan, plan.Forward, Prepare(plan, source), packed, target, epilogue, partials);
    }

    /// <summary>x as planes with the layout of y: see <see cref="EmittedPlan"/>. Valid until the next call.</summary>
    private Operand Prepare(EmittedPlan plan, Bf16Tensor x)
    {
        if (plan.IsDirect)
        {
            return Operand.Of(x);
        }

        long stride = plan.Y.Margin + plan.Y.Positions + plan.Y.Margin;
        int blocks = plan.Gathers ? 1 : plan.InBlocks;
        BFloat16* planes = Reserve(ref _planes, plan.Planes * blocks * stride * Block);
        _planeItems.Run(_pool, plan, x, planes, stride);
        return new Operand(planes + ((long)plan.Y.Margin * Block), stride * Block, blocks);
    }

    /// <summary>Where the operand of a sweep lies: [plane][channel block][positions][32].</summary>
    /// <param name="Pointer">Position 0 of the first block.</param>
    /// <param name="Stride">Elements from a block to the next.</param>
    /// <param name="Blocks">Channel blocks of a plane.</param>
    private readonly record struct Operand(nint Pointer, long Stride, int Blocks)
    {
        public Operand(BFloat16* pointer, long stride, int blocks)
            : this((nint)pointer, stride, blocks)
        {
        }

        public static Operand Of(Bf16Tensor tensor) => new(tensor.BlockPointer(0), tensor.Layout.BlockStride, tensor.Layout.ChannelBlocks);

        /// <summary>Bytes from the operand's first position to a shifted one of a block of a plane.</summary>
        public long Offset(int plane, int block, int shift) => ((((long)plane * Blocks) + block) * Stride * sizeof(ushort)) + ((long)shift * RowBytes);
    }

    /// <summary>A sweep over a batch: items are (result block, run of images).</summary>
    private sealed class SweepItems(EmittedDevice device) : IWorkItems
    {
        private EmittedPlan _plan = null!;
        private EmittedSweep _sweep = null!;
        private Operand _operand;
        private BFloat16* _packed;
        private Bf16Tensor _target = null!;
        private Epilogue _epilogue;
        private float* _partials;
        private int _runs;

        /// <param name="plan">Geometry.</param>
        /// <param name="sweep">Taps and where results go.</param>
        /// <param name="operand">A.</param>
        /// <param name="packed">Weights [result block][reduced block][tap][16 pairs][32][2].</param>
        /// <param name="target">Result.</param>
        /// <param name="epilogue">What becomes of the sums.</param>
        /// <param name="partials">Where the statistics of the result go, if wanted: an item is a chunk of them.</param>
        public void Run(
            EmittedPlan plan, EmittedSweep sweep, Operand operand, BFloat16* packed, Bf16Tensor target, Epilogue epilogue, float* partials)
        {
            (_plan, _sweep, _operand, _target, _epilogue) = (plan, sweep, operand, target, epilogue);
            _packed = packed;
            _partials = partials;
            _runs = (target.Images + plan.ImagesPerRun - 1) / plan.ImagesPerRun;
            device._pool.Run(_runs * target.Layout.ChannelBlocks, this);
        }

        public void Run(int item, int worker)
        {
            int block = item / _runs;
            int first = item % _runs * _plan.ImagesPerRun;
            int images = Math.Min(_plan.ImagesPerRun, _target.Images - first);
            int taps = _sweep.Taps.Length;
            int products = _operand.Blocks * taps;
            int weightTaps = _plan.Gathers ? 1 : _plan.Taps;
            long* aOffsets = stackalloc long[products];
            long* bOffsets = stackalloc long[products];
            for (int i = 0; i < products; i++)
            {
                int tap = i % taps;
                aOffsets[i] = _operand.Offset(_sweep.Planes[tap], i / taps, _sweep.Shifts[tap]);
                bOffsets[i] = (((long)(i / taps) * weightTaps) + _sweep.Taps[tap]) * PanelLength * sizeof(ushort);
            }

            float* tile = device.Scratch(worker, device._kernel.Rows * Block);
            ProductArguments arguments = new()
            {
                AOffsets = aOffsets,
                B = (byte*)(_packed + ((long)block * _operand.Blocks * weightTaps * PanelLength)),
                BOffsets = bOffsets,
                Count = products,
                RowStride = RowBytes,
                C = tile,
            };
            byte* source = (byte*)_operand.Pointer + ((long)_plan.Y.Position(first, 0, 0) * RowBytes);
            if (products == 0)
            {
                new Span<float>(tile, device._kernel.Rows * Block).Clear();
            }

            device._kernel.Enter();
            Groups(first, images, block, &arguments, source);
            device._kernel.Leave();
            if (_partials != null)
            {
                NormStatisticsItems.Statistics(_target, block, first, first + images, _partials + (item * 2 * Block));
            }
        }

        private void Groups(int first, int images, int block, ProductArguments* arguments, byte* source)
        {
            long origin = _target.Layout.Position(first, 0, 0);
            int groups = _plan.Groups(images);
            int limit = images * _plan.Y.ImageStride;
            for (int group = 0; group < groups; group += 2)
            {
                int next = Math.Min(group + 1, groups - 1);
                int upper = _plan.Starts[group];
                int lower = _plan.Starts[next];
                if (arguments->Count > 0)
                {
                    arguments->Upper = source + ((long)upper * RowBytes);
                    arguments->Lower = source + ((long)lower * RowBytes);
                    device._kernel.Multiply(arguments);
                }

                Store(arguments->C, group, limit - upper, block, origin);
                if (next > group)
                {
                    Store(arguments->C + (device._kernel.GroupRows * Block), next, limit - lower, block, origin);
                }
            }
        }

        private void Store(float* rows, int group, int limit, int block, long origin)
        {
            int groupRows = device._kernel.GroupRows;
            foreach (int position in _sweep.Targets.AsSpan(group * groupRows, Math.Min(groupRows, limit)))
            {
                if (position >= 0)
                {
                    _epilogue.Store(rows, _target, block, origin + position);
                }

                rows += Block;
            }
        }
    }
}
