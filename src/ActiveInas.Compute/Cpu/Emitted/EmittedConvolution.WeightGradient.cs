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
        Operand operand = plan.Gathers ? Prepare(plan, x) : Operand.Of(x);
        _work.Pool.Run(new PairItems(layout, operand, dy, (ushort*)pairs, (ushort*)rows, transposes: _columns is null));
        _work.Pool.Run(new WeightGradientItems(this, plan, layout, (byte*)pairs, (byte*)rows, gradient.Pointer));
        gradient.Touch();
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
    private readonly struct PairItems(PairLayout layout, Operand x, Bf16Tensor dy, ushort* pairs, ushort* rows, bool transposes) : IWorkItems
    {
        public int Items => Inputs + (dy.Layout.ChannelBlocks * layout.Groups * layout.Y.Shape.Height);

        private int Inputs => layout.InputBlocks * layout.Groups * layout.X.Shape.Height;

        public void Run(int item, int worker)
        {
            if (item < Inputs)
            {
                PackRow(item, layout.X, (Row*)x.Pointer, x.Stride, pairs, transposed: false);
            }
            else
            {
                PackRow(item - Inputs, layout.Y, (Row*)dy.BlockPointer(0), dy.Layout.BlockStride, rows, transposes);
            }
        }

        private void PackRow(int item, BlockedLayout from, Row* source, long blockStride, ushort* target, bool transposed)
        {
            int row = item % from.Shape.Height;
            int group = item / from.Shape.Height % layout.Groups;
            int block = item / from.Shape.Height / layout.Groups;
            int images = Math.Min(2 * Pairs, layout.Images - (group * 2 * Pairs));
            source += (block * (blockStride / Block)) + from.Position(group * 2 * Pairs, row, 0);
            target += (block * PairLayout.Panel(from, layout.Groups, 0, 0)) + PairLayout.Panel(from, group, row, 0);
            Row* pair = stackalloc Row[2];
            Vector512<uint>* lines = stackalloc Vector512<uint>[2 * Pairs];
            for (int column = 0; column < from.Shape.Width; column++, source++, target += PanelLength)
            {
                for (int i = 0; i < Pairs; i++)
                {
                    Row even = 2 * i < images ? source[2 * i * from.ImageStride] : Row.Zero;
                    Row odd = (2 * i) + 1 < images ? source[((2 * i) + 1) * from.ImageStride] : Row.Zero;
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
    private readonly struct WeightGradientItems(
        EmittedConvolution engine, PositionPlan plan, PairLayout layout, byte* pairs, byte* rows, float* gradient) : IWorkItems
    {
        /// <summary>Pixels whose operands stay in the first-level cache from tap to tap: 16 KB of dy, 20 KB of x with the neighbours, and the sums of three
        /// taps. With twice as many, nearly every tile would come from the second-level cache.</summary>
        private const int ChunkPixels = 8;

        /// <summary>Pixels of a call when there is one tap and nothing to keep.</summary>
        private const int SingleTapPixels = 64;
        private const int TileLength = Block * Block;

        private readonly int _tapParts = !plan.Gathers && plan.Taps == 9 && layout.InputBlocks * plan.OutBlocks < 2 * engine._work.Threads ? 3 : 1;

        public int Items => layout.InputBlocks * plan.OutBlocks * _tapParts;

        public void Run(int item, int worker)
        {
            int part = item % _tapParts;
            int block = item / _tapParts;
            int taps = plan.Gathers ? 1 : plan.Taps / _tapParts;
            int cBlock = block / plan.OutBlocks;
            int kBlock = block % plan.OutBlocks;
            float* sums = engine._work.Scratch(worker, (long)taps * TileLength);
            new Span<float>(sums, taps * TileLength).Clear();
            int pixels = layout.Groups * layout.Y.Shape.Height * layout.Y.Shape.Width;
            int chunk = taps == 1 ? SingleTapPixels : ChunkPixels;
            long* aOffsets = stackalloc long[chunk];
            long* bOffsets = stackalloc long[chunk];
            ProductArguments arguments = new()
            {
                AOffsets = aOffsets,
                B = pairs + (cBlock * layout.InputBlockLength * sizeof(ushort)),
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
                        Multiply(&arguments, rows + (kBlock * layout.GradientBlockLength * sizeof(ushort)), sums + (tap * TileLength));
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
            (int height, int width) = (layout.Y.Shape.Height, layout.Y.Shape.Width);
            (int sourceHeight, int sourceWidth) = (layout.X.Shape.Height, layout.X.Shape.Width);
            int stride = plan.Gathers ? 1 : plan.Shape.Stride;
            (int down, int right) = plan.Gathers ? (0, 0) : plan.Offset(tap);
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

        private void Multiply(ProductArguments* arguments, byte* block, float* sums)
        {
            ProductKernel kernel = engine._kernel;
            for (int k = 0; k < Block; k += kernel.Rows)
            {
                arguments->Upper = block + (k * arguments->RowStride);
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
            int rows = plan.Gathers ? plan.Taps * plan.Shape.InChannels : Math.Min(Block, plan.Shape.InChannels - c);
            int columns = Math.Min(Block, plan.Shape.OutChannels - k);
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

                    long row = ((long)tap * plan.Shape.InChannels) + c + r;
                    Panels.Transpose(lines, (uint*)gradient + (row * plan.Shape.OutChannels) + k + i, plan.Shape.OutChannels);
                }

                return;
            }

            for (int r = 0; r < rows; r++)
            {
                float* target = gradient + ((((long)tap * plan.Shape.InChannels) + c + r) * plan.Shape.OutChannels) + k;
                for (int i = 0; i < columns; i++)
                {
                    target[i] = sums[(i * Block) + r];
                }
            }
        }
    }
}
