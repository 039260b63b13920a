using System.Runtime.Intrinsics;
using ActiveInas.Compute.Cpu.Convolutions;

namespace ActiveInas.Compute.Cpu.Vector;

/// <summary>Convolutions as sums of matrix products over taps, in fp32 on vectors of V.</summary>
internal sealed unsafe partial class DirectConvolution<T, S, V, L> : IConvolution<T, S, V, L>
    where T : unmanaged
    where S : struct, IStorage<T, float>
    where V : struct
    where L : struct, ILanes<V>
{
    private const int Block = BlockedLayout.FullBlock;

    /// <summary>Sums of a group of rows, [4][32].</summary>
    private const int GroupLength = GemmKernel<V, L, Distance32, Distance1>.Rows / 2 * Block;

    /// <summary>Groups of rows whose sums are kept while all products pass, a few at a time.</summary>
    private const int GroupsOfStrip = 16;

    /// <summary>Products whose weights, 4 KB each, stay in the first-level cache.</summary>
    private const int ProductsOfPart = 4;
    private readonly Workspace _work;
    private readonly Dictionary<(ConvolutionShape Shape, BlockedLayout X, BlockedLayout Y), ConvolutionPlan> _plans = [];

    public DirectConvolution(Workspace work) => _work = work;

    public bool Takes(ConvolutionShape shape, BlockedLayout x, BlockedLayout y) => !x.IsImage && !y.IsImage;

    /// <summary>The worker that has convolved an image of up to 3 channels pools it.</summary>
    public bool Pools(ConvolutionShape shape, BlockedLayout x, BlockedLayout y) => x.IsImage;

    public void Forward(
        ConvolutionShape shape, CpuTensor<T, float, S> x, CpuMatrix<float> w, CpuTensor<T, float, S> y, Epilogue<T, S, V, L> epilogue,
        CpuTensor<T, float, S>? pooled = null)
    {
        ConvolutionPlan plan = Plan(shape, x.Layout, y.Layout);
        float* packed = PackForward(plan, w);
        epilogue.Begin(1);
        if (plan.Across is { } across)
        {
            _work.Pool.Run(new AcrossItems(_work, across, across.Forward, x, packed, plan.OutBlocks, y, epilogue));
            return;
        }

        _work.Pool.Run(new SweepItems(_work, plan, plan.Forward, x, shape.Stride, packed, plan.InBlocks, plan.Inner, plan.OutBlocks, y, epilogue, pooled));
    }

    public void BackwardData(ConvolutionShape shape, CpuTensor<T, float, S> dy, CpuMatrix<float> w, CpuTensor<T, float, S> dx, bool accumulate)
    {
        ConvolutionPlan plan = Plan(shape, dx.Layout, dy.Layout);
        float* packed = PackBackward(plan, w);
        Epilogue<T, S, V, L> epilogue = accumulate ? Epilogue<T, S, V, L>.AddTo(dx) : default;
        if (plan.Across is { } across)
        {
            _work.Pool.Run(new AcrossItems(_work, across, across.Backward, dy, packed, plan.InBlocks, dx, epilogue));
            return;
        }

        foreach (Sweep sweep in plan.Backward)
        {
            if (sweep.Taps.Length > 0 || !accumulate)
            {
                _work.Pool.Run(new SweepItems(_work, plan, sweep, dy, 1, packed, plan.OutBlocks, Block, plan.InBlocks, dx, epilogue, null));
            }
        }
    }

    public void BackwardWeights(ConvolutionShape shape, CpuTensor<T, float, S> x, CpuTensor<T, float, S> dy, CpuMatrix<float> gradient)
    {
        _work.Pool.Run(new WeightGradientItems(_work, Plan(shape, x.Layout, dy.Layout), x, dy, gradient.Pointer));
        gradient.Touch();
    }

    private ConvolutionPlan Plan(ConvolutionShape shape, BlockedLayout x, BlockedLayout y)
    {
        if (!_plans.TryGetValue((shape, x, y), out ConvolutionPlan? plan))
        {
            plan = new ConvolutionPlan(shape, x, y);
            _plans.Add((shape, x, y), plan);
        }

        return plan;
    }

    /// <summary>A sweep over a batch: items are runs of whole images; each widens its images once and multiplies them by all weights.</summary>
    /// <param name="work">Threads and memory.</param>
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
    private readonly struct SweepItems(
        Workspace work, ConvolutionPlan plan, Sweep sweep, CpuTensor<T, float, S> source, int step, float* packed, int reduceBlocks, int inner, int resultBlocks,
        CpuTensor<T, float, S> target, Epilogue<T, S, V, L> epilogue, CpuTensor<T, float, S>? pooled) : IWorkItems
    {
        private readonly int _images = ImagesOfItem(target, work.Threads);

        /// <summary>Floats of a position of the operand.</summary>
        private readonly int _length = source.Layout.IsImage ? source.Shape.Channels : Block;

        public int Items => (target.Images + _images - 1) / _images;

        /// <summary>Positions of a channel block of the operand of an item.</summary>
        private int Span => (_images * source.Layout.ImageStride) + (2 * source.Layout.Margin);

        /// <summary>Whether the images of an item lie in the place of its worker, whose caches hold it, because only their pool is wanted.</summary>
        private bool Reuses => pooled is not null && work.Threads * _images <= target.Shape.Images;

        public void Run(int item, int worker)
        {
            int first = item * _images;
            int count = Math.Min(_images, target.Images - first);
            int span = Span;
            int place = Reuses ? worker * _images : first;
            int strip = Math.Max(GroupsOfStrip * GroupLength, pooled is null ? 0 : RectifiedPool<T, S>.RowLengthOf(pooled));
            float* tiles = work.Scratch(worker, strip + ((long)reduceBlocks * span * _length) + (8 * Block * 2));
            float* operand = tiles + strip;
            int taps = sweep.Taps.Length;
            int* aOffsets = stackalloc int[reduceBlocks * taps];
            int* bOffsets = stackalloc int[reduceBlocks * taps];
            BlockedLayout layout = source.Layout;
            for (int block = 0; block < reduceBlocks; block++)
            {
                int positions = (count * layout.ImageStride) + (2 * layout.Margin);
                Widen(source, block, ((long)first * layout.ImageStride) - layout.Margin, positions, operand + ((long)block * span * _length));
                for (int i = 0; i < taps; i++)
                {
                    aOffsets[(block * taps) + i] = ((block * span) + sweep.Shifts[i]) * _length;
                    bOffsets[(block * taps) + i] = ((block * plan.Taps) + sweep.Taps[i]) * _length * Block;
                }
            }

            operand += layout.Margin * _length;
            long weightStride = (long)reduceBlocks * plan.Taps * _length * Block;
            for (int block = 0; block < resultBlocks; block++)
            {
                Strips(place, count, operand, aOffsets, packed + (block * weightStride), bOffsets, reduceBlocks * taps, tiles, block);
            }

            epilogue.Wrote(first, count);
            for (int image = 0; pooled is not null && image < count; image++)
            {
                for (int block = 0; block < resultBlocks; block++)
                {
                    RectifiedPool<T, S>.PoolImage(target, place + image, pooled, first + image, block, (T*)tiles);
                }
            }
        }

        /// <summary>A strip of groups after the other. A strip passes with a few products at a time, whose weights so stay in the first-level cache.</summary>
        private void Strips(int place, int count, float* operand, int* aOffsets, float* b, int* bOffsets, int products, float* tiles, int block)
        {
            RowGroup[] groups = sweep.Groups;
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
                    sources[i] = (((long)image * source.Layout.ImageStride) + groups[group].Source) * _length;
                    targets[i] = ((long)(place + image) * target.Layout.ImageStride) + groups[group].Target;
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
                    epilogue.Store(tiles + (i * GroupLength), valid[i], target, block, targets[i], sweep.TargetStep);
                }
            }
        }

        private static int ImagesOfItem(CpuTensor<T, float, S> target, int threads)
        {
            int pixels = target.Shape.Height * target.Shape.Width;
            int fair = (target.Images + (2 * threads) - 1) / (2 * threads);
            return Math.Max(1, Math.Min(Math.Min(256 / pixels, 16), fair));
        }

        private void Multiply(float* upper, float* lower, int* aOffsets, float* b, int* bOffsets, int products, float* tile, bool load)
        {
            switch (step * _length)
            {
                case Block:
                    GemmKernel<V, L, Distance32, Distance1>.Multiply(upper, lower, aOffsets, b, bOffsets, products, inner, tile, load);
                    break;
                case 2 * Block:
                    GemmKernel<V, L, Distance64, Distance1>.Multiply(upper, lower, aOffsets, b, bOffsets, products, inner, tile, load);
                    break;
                default:
                    GemmKernel<V, L, DistanceGiven, Distance1>.Multiply(upper, lower, aOffsets, b, bOffsets, products, inner, tile, load, step * _length);
                    break;
            }
        }
    }

    /// <summary>Positions of a channel block in fp32, [count][32]; of an image of up to 3 channels [count][C], and up to 3 floats more are overwritten.</summary>
    private static void Widen(CpuTensor<T, float, S> source, int block, long first, int count, float* target)
    {
        T* from = source.BlockPointer(block) + (first * source.Layout.Block);
        if (!source.Layout.IsImage)
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
