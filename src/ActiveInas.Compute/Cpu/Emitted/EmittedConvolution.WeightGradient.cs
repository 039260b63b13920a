using System.Runtime.Intrinsics;
using Bf16Tensor = ActiveInas.Compute.Cpu.CpuTensor<ActiveInas.Compute.BFloat16, float, ActiveInas.Compute.Cpu.BFloat16Storage>;
using Row = System.Runtime.Intrinsics.Vector512<ushort>;

namespace ActiveInas.Compute.Cpu.Emitted;

internal sealed unsafe partial class EmittedConvolution
{
    public void BackwardWeights(ConvolutionShape shape, Bf16Tensor x, Bf16Tensor dy, CpuMatrix<float> gradient)
    {
        PositionPlan plan = Plan(shape, x.Layout, dy.Layout);
        PairLayout layout = new(plan, dy.Images);
        BFloat16* pairs = _inputPairs.Reserve(layout.InputBlocks * layout.InputBlockLength);
        BFloat16* rows = _gradientRows.Reserve(plan.OutBlocks * layout.GradientBlockLength);
        _pairs.Run(_work.Pool, layout, plan.Gathers ? Prepare(plan, x) : Operand.Of(x), dy, pairs, rows, _columns is null);
        _weightGradient.Run(plan, layout, pairs, rows, gradient);
    }

    /// <summary>The two packed operands of a weight gradient. Images are the reduced index: a product sums 32 images at one pixel of y and the
    /// pixel of x that a tap joins with it, so no product is spent on borders.</summary>
    /// <remarks>
    /// x: [C / 32][images / 32][pixel][16 pairs of images][32 c][2]. dy: [K / 32][images / 32][pixel][32 k][32 images], or
    /// [16 pairs of images][32 k][2] when the kernel reads columns. Images beyond the batch are zero. Of an image of up to 3 channels, x is its patches: one pixel for each of y.
    /// </remarks>
    private readonly record struct PairLayout
    {
        public PairLayout(PositionPlan plan, int images)
        {
            Images = images;
            Groups = (images + (2 * Pairs) - 1) / (2 * Pairs);
            X = plan.Gathers ? plan.Y : plan.X;
            Y = plan.Y;
            InputBlocks = plan.Gathers ? 1 : plan.InBlocks;
        }

        public int Images { get; }

        /// <summary>Groups of 32 images.</summary>
        public int Groups { get; }

        /// <summary>Where the pixels of x lie before they are packed.</summary>
        public BlockedLayout X { get; }

        public BlockedLayout Y { get; }

        public int InputBlocks { get; }

        /// <summary>Elements of a channel block of x.</summary>
        public long InputBlockLength => Panel(X, Groups, 0, 0);

        /// <summary>Elements of a channel block of dy.</summary>
        public long GradientBlockLength => Panel(Y, Groups, 0, 0);

        /// <summary>Elements from the start of a channel block to the panel of a pixel.</summary>
        public static long Panel(BlockedLayout layout, int group, int row, int column)
            => ((((long)group * layout.Shape.Height) + row) * layout.Shape.Width + column) * PanelLength;
    }

    /// <summary>Packs both operands; items are rows of pixels of (channel block of x, group of images), then of dy.</summary>
    private sealed class PairItems : IWorkItems
    {
        private PairLayout _layout;
        private Operand _x;
        private Bf16Tensor _dy = null!;
        private ushort* _pairs;
        private ushort* _rows;
        private bool _transposes;
        private int _inputs;

        public void Run(WorkerPool pool, PairLayout layout, Operand x, Bf16Tensor dy, BFloat16* pairs, BFloat16* rows, bool transposes)
        {
            (_layout, _x, _dy, _transposes) = (layout, x, dy, transposes);
            _pairs = (ushort*)pairs;
            _rows = (ushort*)rows;
            _inputs = layout.InputBlocks * layout.Groups * layout.X.Shape.Height;
            pool.Run(_inputs + (dy.Layout.ChannelBlocks * layout.Groups * layout.Y.Shape.Height), this);
        }

        public void Run(int item, int worker)
        {
            if (item < _inputs)
            {
                PackRow(item, _layout.X, (Row*)_x.Pointer, _x.Stride, _pairs, transposed: false);
            }
            else
            {
                PackRow(item - _inputs, _layout.Y, (Row*)_dy.BlockPointer(0), _dy.Layout.BlockStride, _rows, _transposes);
            }
        }

        private void PackRow(int item, BlockedLayout layout, Row* source, long blockStride, ushort* target, bool transposed)
        {
            int row = item % layout.Shape.Height;
            int group = item / layout.Shape.Height % _layout.Groups;
            int block = item / layout.Shape.Height / _layout.Groups;
            int images = Math.Min(2 * Pairs, _layout.Images - (group * 2 * Pairs));
            source += (block * (blockStride / Block)) + layout.Position(group * 2 * Pairs, row, 0);
            target += (block * PairLayout.Panel(layout, _layout.Groups, 0, 0)) + PairLayout.Panel(layout, group, row, 0);
            Row* pair = stackalloc Row[2];
            Vector512<uint>* lines = stackalloc Vector512<uint>[2 * Pairs];
            for (int column = 0; column < layout.Shape.Width; column++, source++, target += PanelLength)
            {
                for (int i = 0; i < Pairs; i++)
                {
                    Row even = 2 * i < images ? source[2 * i * layout.ImageStride] : Row.Zero;
                    Row odd = (2 * i) + 1 < images ? source[((2 * i) + 1) * layout.ImageStride] : Row.Zero;
                    if (transposed)
                    {
                        Panels.Interleave(even, odd, (ushort*)pair);
                        lines[i] = pair[0].AsUInt32();
                        lines[Pairs + i] = pair[1].AsUInt32();
                    }
                    else
                    {
                        Panels.Interleave(even, odd, target + (i * 2 * Block));
                    }
                }

                if (transposed)
                {
                    Panels.Transpose(lines, (uint*)target, Pairs);
                    Panels.Transpose(lines + Pairs, (uint*)target + (Pairs * Pairs), Pairs);
                }
            }
        }
    }

    /// <summary>
    /// dW[tap][c][k] = sum over images and pixels of x[pixel joined by tap, c] dy[pixel, k], as products with k as rows, c as columns and images as
    /// the reduced index. An item owns a block of 32 c x 32 k for some taps and sums over all images itself, so nothing is reduced
    /// between threads.
    /// </summary>
    private sealed class WeightGradientItems(EmittedConvolution engine) : IWorkItems
    {
        /// <summary>Pixels whose operands stay in the first-level cache from tap to tap: 16 KB of dy, 20 KB of x with the neighbours, and the sums of three
        /// taps. With twice as many, nearly every tile would come from the second-level cache.</summary>
        private const int ChunkPixels = 8;

        /// <summary>Pixels of a call when there is one tap and nothing to keep.</summary>
        private const int SingleTapPixels = 64;
        private const int TileLength = Block * Block;
        private PositionPlan _plan = null!;
        private PairLayout _layout;
        private byte* _pairs;
        private byte* _rows;
        private float* _gradient;
        private int _tapParts;

        public void Run(PositionPlan plan, PairLayout layout, BFloat16* pairs, BFloat16* rows, CpuMatrix<float> gradient)
        {
            (_plan, _layout) = (plan, layout);
            _pairs = (byte*)pairs;
            _rows = (byte*)rows;
            _gradient = gradient.Pointer;
            int blocks = layout.InputBlocks * plan.OutBlocks;
            _tapParts = !plan.Gathers && plan.Taps == 9 && blocks < 2 * engine._work.Threads ? 3 : 1;
            engine._work.Pool.Run(blocks * _tapParts, this);
            gradient.Touch();
        }

        public void Run(int item, int worker)
        {
            int part = item % _tapParts;
            int block = item / _tapParts;
            int taps = _plan.Gathers ? 1 : _plan.Taps / _tapParts;
            int cBlock = block / _plan.OutBlocks;
            int kBlock = block % _plan.OutBlocks;
            float* sums = engine._work.Scratch(worker, (long)taps * TileLength);
            new Span<float>(sums, taps * TileLength).Clear();
            int pixels = _layout.Groups * _layout.Y.Shape.Height * _layout.Y.Shape.Width;
            int chunk = taps == 1 ? SingleTapPixels : ChunkPixels;
            long* aOffsets = stackalloc long[chunk];
            long* bOffsets = stackalloc long[chunk];
            ProductArguments arguments = new()
            {
                AOffsets = aOffsets,
                B = _pairs + (cBlock * _layout.InputBlockLength * sizeof(ushort)),
                BOffsets = bOffsets,
                RowStride = engine._columns is null ? RowBytes : sizeof(uint),
                Load = 1,
            };
            engine._kernel.Enter();
            for (int pixel = 0; pixel < pixels; pixel += chunk)
            {
                for (int tap = 0; tap < taps; tap++)
                {
                    arguments.Count = Join((part * taps) + tap, pixel, Math.Min(pixel + chunk, pixels), aOffsets, bOffsets);
                    if (arguments.Count > 0)
                    {
                        Multiply(&arguments, _rows + (kBlock * _layout.GradientBlockLength * sizeof(ushort)), sums + (tap * TileLength));
                    }
                }
            }

            engine._kernel.Leave();
            for (int tap = 0; tap < taps; tap++)
            {
                Scatter(sums + (tap * TileLength), (part * taps) + tap, cBlock * Block, kBlock * Block);
            }
        }

        /// <summary>Writes the panels of the pixels first..end, counted over all groups of images, that a tap joins; returns their number. Tiles multiply
        /// a pair of panels in the time of a division or two.</summary>
        private int Join(int tap, int first, int end, long* aOffsets, long* bOffsets)
        {
            (int height, int width) = (_layout.Y.Shape.Height, _layout.Y.Shape.Width);
            (int sourceHeight, int sourceWidth) = (_layout.X.Shape.Height, _layout.X.Shape.Width);
            int stride = _plan.Gathers ? 1 : _plan.Shape.Stride;
            (int down, int right) = _plan.Gathers ? (0, 0) : _plan.Offset(tap);
            (int line, int column) = Math.DivRem(first, width);
            (int group, int row) = Math.DivRem(line, height);
            int count = 0;
            for (int i = first; i < end; i++)
            {
                (int sourceRow, int sourceColumn) = ((row * stride) + down, (column * stride) + right);
                if ((uint)sourceRow < (uint)sourceHeight && (uint)sourceColumn < (uint)sourceWidth)
                {
                    aOffsets[count] = (long)i * PanelLength * sizeof(ushort);
                    bOffsets[count++] = ((((long)group * sourceHeight) + sourceRow) * sourceWidth + sourceColumn) * PanelLength * sizeof(ushort);
                }

                if (++column == width)
                {
                    column = 0;
                    row++;
                    if (row == height)
                    {
                        row = 0;
                        group++;
                    }
                }
            }

            return count;
        }

        private void Multiply(ProductArguments* arguments, byte* rows, float* sums)
        {
            ProductKernel kernel = engine._kernel;
            for (int k = 0; k < Block; k += kernel.Rows)
            {
                arguments->Upper = rows + (k * arguments->RowStride);
                arguments->Lower = arguments->Upper + (kernel.GroupRows * arguments->RowStride);
                arguments->C = sums + (k * Block);
                if (engine._columns is null)
                {
                    kernel.Multiply(arguments);
                }
                else
                {
                    engine._columns.MultiplyColumns(arguments);
                }
            }
        }

        /// <summary>[32 k][32 c] to the rows of the gradient.</summary>
        private void Scatter(float* sums, int tap, int c, int k)
        {
            int rows = _plan.Gathers ? _plan.Taps * _plan.Shape.InChannels : Math.Min(Block, _plan.Shape.InChannels - c);
            int columns = Math.Min(Block, _plan.Shape.OutChannels - k);
            if (rows == Block && columns == Block)
            {
                Vector512<uint>* lines = stackalloc Vector512<uint>[16];
                for (int quarter = 0; quarter < 4; quarter++)
                {
                    int r = quarter / 2 * 16;
                    int i = quarter % 2 * 16;
                    for (int line = 0; line < 16; line++)
                    {
                        lines[line] = Vector512.Load((uint*)sums + ((i + line) * Block) + r);
                    }

                    long row = ((long)tap * _plan.Shape.InChannels) + c + r;
                    Panels.Transpose(lines, (uint*)_gradient + (row * _plan.Shape.OutChannels) + k + i, _plan.Shape.OutChannels);
                }

                return;
            }

            for (int r = 0; r < rows; r++)
            {
                float* target = _gradient + ((((long)tap * _plan.Shape.InChannels) + c + r) * _plan.Shape.OutChannels) + k;
                for (int i = 0; i < columns; i++)
                {
                    target[i] = sums[(i * Block) + r];
                }
            }
        }
    }
}
