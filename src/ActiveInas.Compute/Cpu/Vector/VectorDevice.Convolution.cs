using System.Runtime.Intrinsics;

namespace ActiveInas.Compute.Cpu.Vector;

internal unsafe partial class VectorDevice<T, S, V, L>
{
    /// <summary>Sums of a group of rows, [4][32].</summary>
    private const int GroupLength = GemmKernel<V, L, Distance32, Distance1>.Rows / 2 * Block;

    /// <summary>Groups of rows whose sums are kept while all products pass, a few at a time.</summary>
    private const int GroupsOfStrip = 16;

    /// <summary>Products whose weights, 4 KB each, stay in the first-level cache.</summary>
    private const int ProductsOfPart = 4;
    private readonly SweepItems _sweep;

    public virtual void ConvolutionForward(ConvolutionShape shape, Tensor x, Parameter w, Tensor y, BatchNorm? norm = null)
    {
        OperationGuard.Convolution(shape, x, nameof(x), w, y, nameof(y));
        CpuTensor<T, float, S> target = Own(y);
        if (IsImage(target))
        {
            _plain.ConvolutionForward(shape, x, w, y, norm);
            return;
        }

        if (norm is null)
        {
            Forward(shape, Own(x), w, target, default);
            return;
        }

        OperationGuard.BatchNorm(norm, y, null, y);
        ImageChunks chunks = ImageChunks.Of(target.Layout, target.Images, StatisticsPositions);
        float* partials = StatisticsPartials(chunks);
        if (chunks.PerBlock >= 2 * Threads)
        {
            _writtenStatistics.Of(target, chunks, partials);
            Forward(shape, Own(x), w, target, Epilogue.Measured(_writtenStatistics));
        }
        else
        {
            // A few chunks of many channels: work for all threads only when the convolution is done.
            Forward(shape, Own(x), w, target, default);
            _normStatistics.Run(_pool, target, chunks, partials);
        }

        CombineStatistics(norm, target, chunks, partials);
    }

    public void ConvolutionInference(ConvolutionShape shape, Tensor x, Parameter w, BatchNorm norm, Tensor? residual, bool relu, Tensor y)
    {
        OperationGuard.ConvolutionInference(shape, x, w, norm, residual, y);
        if (IsImage(Own(y)))
        {
            _plain.ConvolutionInference(shape, x, w, norm, residual, relu, y);
            return;
        }

        Forward(shape, Own(x), w, Own(y), InferenceEpilogue(norm, residual, relu));
    }

    /// <summary>y from x; no images of up to 3 channels among the results.</summary>
    private protected virtual void Forward(
        ConvolutionShape shape, CpuTensor<T, float, S> source, Parameter w, CpuTensor<T, float, S> target, Epilogue epilogue)
    {
        ConvolutionPlan plan = Plan(shape, source.Layout, target.Layout);
        if (plan.Across is { } across)
        {
            _across.Run(across, across.Forward, source, PackForward(plan, Own(w.Values)), plan.OutBlocks, target, epilogue);
            return;
        }

        Sweep(plan, source, w, target, epilogue, null);
    }

    private void Sweep(
        ConvolutionPlan plan, CpuTensor<T, float, S> source, Parameter w, CpuTensor<T, float, S> target, Epilogue epilogue, CpuTensor<T, float, S>? pooled)
        => _sweep.Run(
            plan, plan.Forward, source, plan.Shape.Stride, PackForward(plan, Own(w.Values)), plan.InBlocks, plan.Inner, plan.OutBlocks, target, epilogue, pooled);

    public virtual void ConvolutionBackwardData(ConvolutionShape shape, Tensor dy, Parameter w, Tensor dx, bool accumulate)
    {
        CpuTensor<T, float, S> source = Own(dy);
        CpuTensor<T, float, S> target = Own(dx);
        OperationGuard.Convolution(shape, dx, nameof(dx), w, dy, nameof(dy));
        if (IsImage(target) || IsImage(source))
        {
            _plain.ConvolutionBackwardData(shape, dy, w, dx, accumulate);
            return;
        }

        ConvolutionPlan plan = Plan(shape, target.Layout, source.Layout);
        float* packed = PackBackward(plan, Own(w.Values));
        Epilogue epilogue = accumulate ? Epilogue.AddTo(target) : default;
        if (plan.Across is { } across)
        {
            _across.Run(across, across.Backward, source, packed, plan.InBlocks, target, epilogue);
            return;
        }

        foreach (Sweep sweep in plan.Backward)
        {
            if (sweep.Taps.Length > 0 || !accumulate)
            {
                _sweep.Run(plan, sweep, source, 1, packed, plan.OutBlocks, Block, plan.InBlocks, target, epilogue);
            }
        }
    }

    /// <summary>A sweep over a batch: items are runs of whole images; each widens its images once and multiplies them by all weights.</summary>
    private sealed class SweepItems(VectorDevice<T, S, V, L> device) : IWorkItems
    {
        private ConvolutionPlan _plan = null!;
        private Sweep _sweep = null!;
        private CpuTensor<T, float, S> _source = null!;
        private CpuTensor<T, float, S> _target = null!;
        private int _step;
        private float* _packed;
        private int _reduceBlocks;
        private int _inner;
        private int _resultBlocks;
        private Epilogue _epilogue;
        private int _images;
        private int _span;
        private CpuTensor<T, float, S>? _pooled;

        /// <summary>Whether the images of an item lie in the place of its worker, whose caches hold it, because only their pool is wanted.</summary>
        private bool _reuses;

        /// <summary>Floats of a position of the operand.</summary>
        private int _length;

        /// <param name="plan">Geometry.</param>
        /// <param name="sweep">Rows and taps.</param>
        /// <param name="source">Operand A.</param>
        /// <param name="step">Positions between the rows of a group in the operand.</param>
        /// <param name="packed">Weights [resultBlocks][reduceBlocks][tap][floats of a position][32].</param>
        /// <param name="reduceBlocks">Channel blocks of the operand.</param>
        /// <param name="inner">Values that a product sums over.</param>
        /// <param name="resultBlocks">Channel blocks of the result.</param>
        /// <param name="target">Result.</param>
        /// <param name="epilogue">What becomes of the sums.</param>
        /// <param name="pooled">Max-pool of the result, which the epilogue rectifies; the result itself is then undefined.</param>
        public void Run(
            ConvolutionPlan plan, Sweep sweep, CpuTensor<T, float, S> source, int step, float* packed, int reduceBlocks, int inner, int resultBlocks,
            CpuTensor<T, float, S> target, Epilogue epilogue, CpuTensor<T, float, S>? pooled = null)
        {
            (_plan, _sweep, _source, _target, _step, _pooled) = (plan, sweep, source, target, step, pooled);
            _packed = packed;
            (_reduceBlocks, _inner, _resultBlocks, _epilogue) = (reduceBlocks, inner, resultBlocks, epilogue);
            int pixels = target.Shape.Height * target.Shape.Width;
            int fair = (target.Images + (2 * device.Threads) - 1) / (2 * device.Threads);
            _images = Math.Max(1, Math.Min(Math.Min(256 / pixels, 16), fair));
            _span = (_images * source.Layout.ImageStride) + (2 * source.Layout.Margin);
            _length = IsImage(source) ? source.Shape.Channels : Block;
            _reuses = pooled is not null && device.Threads * _images <= target.Shape.Images;
            epilogue.Begin(1);
            device._pool.Run((target.Images + _images - 1) / _images, this);
        }

        public void Run(int item, int worker)
        {
            int first = item * _images;
            int count = Math.Min(_images, _target.Images - first);
            int place = _reuses ? worker * _images : first;
            int strip = Math.Max(GroupsOfStrip * GroupLength, _pooled is null ? 0 : MaxPoolItems.RowLengthOf(_pooled));
            float* tiles = device.Scratch(worker, strip + ((long)_reduceBlocks * _span * _length) + (8 * Block * 2));
            float* operand = tiles + strip;
            int taps = _sweep.Taps.Length;
            int* aOffsets = stackalloc int[_reduceBlocks * taps];
            int* bOffsets = stackalloc int[_reduceBlocks * taps];
            BlockedLayout layout = _source.Layout;
            for (int block = 0; block < _reduceBlocks; block++)
            {
                int positions = (count * layout.ImageStride) + (2 * layout.Margin);
                Widen(_source, block, ((long)first * layout.ImageStride) - layout.Margin, positions, operand + ((long)block * _span * _length));
                for (int i = 0; i < taps; i++)
                {
                    aOffsets[(block * taps) + i] = ((block * _span) + _sweep.Shifts[i]) * _length;
                    bOffsets[(block * taps) + i] = ((block * _plan.Taps) + _sweep.Taps[i]) * _length * Block;
                }
            }

            operand += layout.Margin * _length;
            long weightStride = (long)_reduceBlocks * _plan.Taps * _length * Block;
            for (int block = 0; block < _resultBlocks; block++)
            {
                Strips(place, count, operand, aOffsets, _packed + (block * weightStride), bOffsets, _reduceBlocks * taps, tiles, block);
            }

            _epilogue.Wrote(first, count);
            for (int image = 0; _pooled is not null && image < count; image++)
            {
                for (int block = 0; block < _resultBlocks; block++)
                {
                    MaxPoolItems.PoolImage(_target, place + image, _pooled, first + image, block, (T*)tiles);
                }
            }
        }

        /// <summary>A strip of groups after the other. A strip passes with a few products at a time, whose weights so stay in the first-level cache.</summary>
        private void Strips(int place, int count, float* operand, int* aOffsets, float* b, int* bOffsets, int products, float* tiles, int block)
        {
            RowGroup[] groups = _sweep.Groups;
            long* sources = stackalloc long[GroupsOfStrip];
            long* targets = stackalloc long[GroupsOfStrip];
            int* valid = stackalloc int[GroupsOfStrip];
            int total = count * groups.Length;
            int image = 0;
            int group = 0;
            for (int start = 0; start < total; start += GroupsOfStrip)
            {
                int length = Math.Min(GroupsOfStrip, total - start);
                for (int i = 0; i < length; i++)
                {
                    sources[i] = (((long)image * _source.Layout.ImageStride) + groups[group].Source) * _length;
                    targets[i] = ((long)(place + image) * _target.Layout.ImageStride) + groups[group].Target;
                    valid[i] = groups[group].Valid;
                    group = group + 1 < groups.Length ? group + 1 : 0;
                    image += group == 0 ? 1 : 0;
                }

                for (int part = 0; part < products; part += ProductsOfPart)
                {
                    int some = Math.Min(ProductsOfPart, products - part);
                    for (int i = 0; i < length; i += 2)
                    {
                        float* lower = operand + sources[Math.Min(i + 1, length - 1)];
                        Multiply(operand + sources[i], lower, aOffsets + part, b, bOffsets + part, some, tiles + (i * GroupLength), part > 0);
                    }
                }

                if (products == 0)
                {
                    // Pixels that no tap reaches: with stride 2 and a 1x1 kernel, three of four.
                    new Span<float>(tiles, length * GroupLength).Clear();
                }

                for (int i = 0; i < length; i++)
                {
                    _epilogue.Store(tiles + (i * GroupLength), valid[i], _target, block, targets[i], _sweep.TargetStep);
                }
            }
        }

        private void Multiply(float* upper, float* lower, int* aOffsets, float* b, int* bOffsets, int products, float* tile, bool load)
        {
            switch (_step * _length)
            {
                case Block:
                    GemmKernel<V, L, Distance32, Distance1>.Multiply(upper, lower, aOffsets, b, bOffsets, products, _inner, tile, load);
                    break;
                case 2 * Block:
                    GemmKernel<V, L, Distance64, Distance1>.Multiply(upper, lower, aOffsets, b, bOffsets, products, _inner, tile, load);
                    break;
                default:
                    GemmKernel<V, L, DistanceGiven, Distance1>.Multiply(upper, lower, aOffsets, b, bOffsets, products, _inner, tile, load, _step * _length);
                    break;
            }
        }
    }

    /// <summary>Positions of a channel block in fp32, [count][32]; of an image of up to 3 channels [count][C], and up to 3 floats more are overwritten.</summary>
    private static void Widen(CpuTensor<T, float, S> source, int block, long first, int count, float* target)
    {
        T* from = source.BlockPointer(block) + (first * source.Layout.Block);
        if (!IsImage(source))
        {
            Lanes<T, V, L>.Widen(from, target, count * Block);
            return;
        }

        int channels = source.Shape.Channels;
        for (int i = 0; i < count; i++, from += source.Layout.Block, target += channels)
        {
            // Four values are written, the next position overwrites those beyond C.
            Lanes128.Store(target, Lanes<T, Vector128<float>, Lanes128>.Load(from));
        }
    }
}
