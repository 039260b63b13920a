namespace ActiveInas.Compute.Cpu.Vector;

internal sealed unsafe partial class DirectConvolution<T, S, V, L>
{
    /// <summary>Positions whose operands, 8 KB each, fit the first-level cache together.</summary>
    private const int ChunkPositions = 64;

    /// <summary>
    /// dW[tap][c][k] = sum over positions of x[position + shift(tap), c] dy[position, k]: the same GEMM with channels as rows and positions
    /// as the inner index. An item owns a block of 32 c x 32 k for some taps and sums over all images itself, so nothing is reduced
    /// between threads.
    /// </summary>
    private readonly struct WeightGradientItems(Workspace work, ConvolutionPlan plan, CpuTensor<T, float, S> x, CpuTensor<T, float, S> dy, float* gradient)
        : IWorkItems
    {
        /// <summary>Parts in which the taps of a block are summed: with few blocks, so many that all threads have work.</summary>
        private readonly int _tapParts = !plan.ReadsImage && plan.Taps == 9 && plan.InBlocks * plan.OutBlocks < 2 * work.Threads ? 3 : 1;

        /// <summary>Rows of y in a chunk.</summary>
        private readonly int _rows = RowsOfChunk(plan.Y.Shape);

        /// <summary>Images of a chunk.</summary>
        private readonly int _images = ImagesOfChunk(plan.Y.Shape);

        public int Items => plan.InBlocks * plan.OutBlocks * _tapParts;

        public void Run(int item, int worker)
        {
            int part = item % _tapParts;
            int block = item / _tapParts;
            int taps = plan.ReadsImage ? 1 : plan.Taps / _tapParts;
            int cBlock = block / plan.OutBlocks;
            int kBlock = block % plan.OutBlocks;
            int sums = taps * Block * Block;
            float* scratch = work.Scratch(worker, sums + XLength() + YLength());
            new Span<float>(scratch, sums).Clear();
            int* aOffsets = stackalloc int[_images * _rows];
            int* bOffsets = stackalloc int[_images * _rows];
            for (int n = 0; n < dy.Images; n += _images)
            {
                int images = Math.Min(_images, dy.Images - n);
                for (int row = 0; row < plan.Y.Shape.Height; row += _rows)
                {
                    int rows = Math.Min(_rows, plan.Y.Shape.Height - row);
                    Chunk(n, images, row, rows, cBlock, kBlock, part * taps, taps, scratch, aOffsets, bOffsets);
                }
            }

            Scatter(scratch, part * taps, taps, cBlock * Block, kBlock * Block);
        }

        private static int RowsOfChunk(TensorShape y) => Math.Clamp(ChunkPositions / y.Width, 1, y.Height);

        private static int ImagesOfChunk(TensorShape y) => RowsOfChunk(y) < y.Height ? 1 : Math.Clamp(ChunkPositions / (y.Height * y.Width), 1, 32);

        private long XLength()
        {
            BlockedLayout layout = plan.X;
            return ((_images * layout.ImageStride) + (2L * layout.Margin) + 8) * Block;
        }

        private long YLength() => (long)_images * plan.Y.ImageStride * Block;

        private void Chunk(
            int n, int images, int row, int rows, int cBlock, int kBlock, int firstTap, int taps, float* sums, int* aOffsets, int* bOffsets)
        {
            BlockedLayout y = plan.Y;
            float* xs = sums + (taps * Block * Block);
            float* dys = xs + XLength();
            int yStart = y.Position(n, row, 0);
            int yEnd = y.Position(n + images - 1, row + rows - 1, y.Shape.Width);
            Lanes<T, V, L>.Widen(dy.BlockPointer(kBlock) + ((long)yStart * Block), dys, (yEnd - yStart) * Block);
            int xStart = WidenX(n, images, row, rows, cBlock, xs);
            int products = 0;
            for (int image = 0; image < images; image++)
            {
                for (int r = 0; r < rows; r++, products++)
                {
                    aOffsets[products] = (plan.X.Position(n + image, (row + r) * plan.Shape.Stride, 0) - xStart) * plan.PositionLength;
                    bOffsets[products] = (y.Position(n + image, row + r, 0) - yStart) * Block;
                }
            }

            if (plan.ReadsImage)
            {
                MultiplyImage(xs, aOffsets, dys, bOffsets, products, sums);
                return;
            }

            for (int tap = 0; tap < taps; tap++)
            {
                float* operand = xs + ((long)plan.Shifts[firstTap + tap] * Block);
                for (int c = 0; c < Block; c += 8)
                {
                    float* tile = sums + (((tap * Block) + c) * Block);
                    if (plan.Shape.Stride == 1)
                    {
                        GemmKernel<V, L, Distance1, Distance32>.Multiply(
                            operand + c, operand + c + 4, aOffsets, dys, bOffsets, products, y.Shape.Width, tile, load: true);
                    }
                    else
                    {
                        GemmKernel<V, L, Distance1, Distance64>.Multiply(
                            operand + c, operand + c + 4, aOffsets, dys, bOffsets, products, y.Shape.Width, tile, load: true);
                    }
                }
            }
        }

        /// <summary>The sums of an image. Rows of a product are four values of a kernel row; what does not fill a four joins across the kernel rows, with a row
        /// too many that nobody reads. <see cref="ImageRow"/> says where they lie.</summary>
        private void MultiplyImage(float* image, int* aOffsets, float* dys, int* bOffsets, int products, float* sums)
        {
            int width = plan.Y.Shape.Width;
            int channels = plan.Shape.InChannels;
            nint column = plan.Shape.Stride * channels;
            int whole = plan.Inner / 4 * 4;
            for (int kernelRow = 0; whole > 0 && kernelRow < plan.Shape.Kernel; kernelRow++, sums += 8 * Block)
            {
                float* upper = image + (plan.Forward.Shifts[kernelRow] * channels);
                float* lower = whole > 4 ? upper + 4 : upper;
                GemmKernel<V, L, Distance1, DistanceGiven>.Multiply(
                    upper, lower, aOffsets, dys, bOffsets, products, width, sums, load: true, column: column);
            }

            for (int value = whole; value < plan.Inner; value += 2, sums += 8 * Block)
            {
                float* upper = image + (plan.Forward.Shifts[0] * channels) + value;
                float* lower = value + 1 < plan.Inner ? upper + 1 : upper;
                GemmKernel<V, L, DistanceGiven, DistanceGiven>.Multiply(
                    upper, lower, aOffsets, dys, bOffsets, products, width, sums, load: true, plan.X.RowStride * channels, column);
            }
        }

        /// <summary>Where the sums of value i of a patch lie, row by row of the kernel.</summary>
        private int ImageRow(int i)
        {
            int kernelRow = i / plan.Inner;
            int value = i % plan.Inner;
            int whole = plan.Inner / 4 * 4;
            int wholeRows = whole > 0 ? 8 * plan.Shape.Kernel : 0;
            return value < whole ? (8 * kernelRow) + value : wholeRows + (4 * (value - whole)) + kernelRow;
        }

        /// <summary>Widens the rows of x that the chunk reads, neighbours included; returns the position that xs[0] holds.</summary>
        private int WidenX(int n, int images, int row, int rows, int cBlock, float* xs)
        {
            BlockedLayout layout = plan.X;
            int reach = layout.RowStride + 1;
            int start = layout.Position(n, row * plan.Shape.Stride, 0);
            int end = layout.Position(n + images - 1, ((row + rows - 1) * plan.Shape.Stride) + 1, 0) + reach;
            Widen(x, cBlock, start - reach, end - start + reach, xs);
            return start - reach;
        }

        private void Scatter(float* sums, int firstTap, int taps, int c, int k)
        {
            int rows = plan.ReadsImage ? plan.Taps * plan.Shape.InChannels : Math.Min(Block, plan.Shape.InChannels - c);
            int columns = Math.Min(Block, plan.Shape.OutChannels - k);
            for (int tap = 0; tap < taps; tap++)
            {
                for (int r = 0; r < rows; r++)
                {
                    long row = plan.ReadsImage ? r : ((long)(firstTap + tap) * plan.Shape.InChannels) + c + r;
                    float* target = gradient + (row * plan.Shape.OutChannels) + k;
                    int from = plan.ReadsImage ? ImageRow(r) : (tap * Block) + r;
                    new Span<float>(sums + (from * Block), columns).CopyTo(new Span<float>(target, columns));
                }
            }
        }
    }
}
