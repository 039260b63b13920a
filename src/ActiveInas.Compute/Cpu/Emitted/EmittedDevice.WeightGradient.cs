using System.Runtime.Intrinsics;
using ActiveInas.Compute.Cpu.Vector;
using Bf16Tensor = ActiveInas.Compute.Cpu.CpuTensor<ActiveInas.Compute.BFloat16, float, ActiveInas.Compute.Cpu.BFloat16Storage>;
using Row = System.Runtime.Intrinsics.Vector512<ushort>;

namespace ActiveInas.Compute.Cpu.Emitted;

internal sealed unsafe partial class EmittedDevice
{
    public override void ConvolutionBackwardWeights(ConvolutionShape shape, Tensor x, Tensor dy, Parameter w)
    {
        Bf16Tensor source = Own(x);
        Bf16Tensor gradient = Own(dy);
        if (IsImage(gradient))
        {
            base.ConvolutionBackwardWeights(shape, x, dy, w);
            return;
        }

        OperationGuard.Convolution(shape, x, nameof(x), w, dy, nameof(dy));
        EmittedPlan plan = Plan(shape, source.Layout, gradient.Layout);
        PairLayout layout = new(plan, gradient.Images);
        BFloat16* pairs = Reserve(ref _inputPairs, layout.InputPanels * layout.InputPanelLength);
        BFloat16* rows = Reserve(ref _gradientRows, plan.OutBlocks * layout.GradientPanelLength);
        _pairs.Run(_pool, plan, layout, plan.Gathers ? Prepare(plan, source) : Operand.Of(source), gradient, pairs, rows);
        _weightGradient.Run(plan, layout, pairs, rows, Own(w.Gradient));
    }

    /// <summary>The two packed operands of a weight gradient, over positions without border columns: H' + 1 rows an image, the last one zero, of
    /// W' positions, rounded up to even.</summary>
    /// <remarks>
    /// x: [parity of the row][kx][C / 32][row before the first, rows][pairs][32 c][2]: a copy for each kx, so that a tap is a copy and a shift by
    /// whole rows. dy: [K / 32][products][32 k][32 positions]; zero beyond the last image. Stride 1 has one parity.
    /// </remarks>
    private readonly record struct PairLayout
    {
        private readonly int _stride;
        private readonly int _padding;
        private readonly int _inBlocks;

        public PairLayout(EmittedPlan plan, int images)
        {
            Kernel = plan.Gathers ? 1 : plan.Shape.Kernel;
            _stride = plan.Gathers ? 1 : plan.Shape.Stride;
            _padding = (Kernel - 1) / 2;
            _inBlocks = plan.Gathers ? 1 : plan.InBlocks;
            RowPairs = (plan.Y.Shape.Width + 1) / 2;
            ImagePairs = RowPairs * (plan.Y.Shape.Height + 1);
            Products = ((images * ImagePairs) + Pairs - 1) / Pairs;
            RowParities = Kernel == 1 ? 1 : _stride;
            InputPairs = RowPairs + (Products * Pairs) + RowPairs;
        }

        /// <summary>Taps in a row of the kernel.</summary>
        public int Kernel { get; }

        /// <summary>Pairs in a row.</summary>
        public int RowPairs { get; }

        /// <summary>Pairs from an image to the next.</summary>
        public int ImagePairs { get; }

        /// <summary>Products that cover the batch.</summary>
        public int Products { get; }

        /// <summary>Copies of x for rows of different parity.</summary>
        public int RowParities { get; }

        /// <summary>Pairs of a panel of x.</summary>
        public int InputPairs { get; }

        public int InputPanels => RowParities * Kernel * _inBlocks;

        public long InputPanelLength => (long)InputPairs * 2 * Block;

        public long GradientPanelLength => (long)Products * PanelLength;

        /// <summary>Row parity, column offset and channel block of a panel.</summary>
        public (int Parity, int Column, int Block) Panel(int panel)
            => (panel / (Kernel * _inBlocks), (panel / _inBlocks % Kernel) - _padding, panel % _inBlocks);

        /// <summary>Elements from the start of x to the pairs that a tap multiplies with the first product.</summary>
        public long InputOffset(int tap, int block)
        {
            int row = (tap / Kernel) - _padding;
            int parity = RowParities == 1 ? 0 : row & 1;
            int shift = RowParities == 1 ? row : (row - parity) / 2;
            long panel = (((parity * Kernel) + (tap % Kernel)) * _inBlocks) + block;
            return (panel * InputPanelLength) + ((long)(1 + shift) * RowPairs * 2 * Block);
        }
    }

    /// <summary>Packs both operands; items are (panel of x, run of images), then (panel of dy, run of products).</summary>
    private sealed class PairItems : IWorkItems
    {
        private const int ProductsPerItem = 32;
        private EmittedPlan _plan = null!;
        private PairLayout _layout;
        private Operand _x;
        private BlockedLayout _xLayout;
        private int _stride;
        private Bf16Tensor _dy = null!;
        private ushort* _pairs;
        private ushort* _rows;
        private int _runs;
        private int _productRuns;

        public void Run(WorkerPool pool, EmittedPlan plan, PairLayout layout, Operand x, Bf16Tensor dy, BFloat16* pairs, BFloat16* rows)
        {
            (_plan, _layout, _x, _dy) = (plan, layout, x, dy);
            (_xLayout, _stride) = plan.Gathers ? (plan.Y, 1) : (plan.X, plan.Shape.Stride);
            _pairs = (ushort*)pairs;
            _rows = (ushort*)rows;
            _runs = (dy.Images + plan.ImagesPerRun - 1) / plan.ImagesPerRun;
            _productRuns = (layout.Products + ProductsPerItem - 1) / ProductsPerItem;
            pool.Run((layout.InputPanels * _runs) + (plan.OutBlocks * _productRuns), this);
        }

        public void Run(int item, int worker)
        {
            int inputs = _layout.InputPanels * _runs;
            if (item < inputs)
            {
                Input(item / _runs, item % _runs);
            }
            else
            {
                Gradient((item - inputs) / _productRuns, (item - inputs) % _productRuns * ProductsPerItem);
            }
        }

        private void Input(int panel, int run)
        {
            (int parity, int column, int block) = _layout.Panel(panel);
            int rowLength = _layout.RowPairs * 2 * Block;
            ushort* start = _pairs + (panel * _layout.InputPanelLength);
            ushort* target = start + rowLength;
            if (run == 0)
            {
                new Span<ushort>(start, rowLength).Clear();
            }

            int end = Math.Min((run + 1) * _plan.ImagesPerRun, _dy.Images);
            for (int n = run * _plan.ImagesPerRun; n < end; n++)
            {
                ushort* row = target + ((long)n * _layout.ImagePairs * 2 * Block);
                for (int r = 0; r < _plan.Y.Shape.Height; r++, row += rowLength)
                {
                    int xRow = (r * _stride) + parity;
                    if (xRow < _xLayout.Shape.Height)
                    {
                        ushort* source = (ushort*)_x.Pointer + (block * _x.Stride) + ((long)(_xLayout.Position(n, xRow, 0) + column) * Block);
                        InterleaveRow(source, _stride * Block, row);
                    }
                    else
                    {
                        new Span<ushort>(row, rowLength).Clear();
                    }
                }

                new Span<ushort>(row, rowLength).Clear();
            }

            if (end == _dy.Images)
            {
                long used = (long)end * _layout.ImagePairs * 2 * Block;
                new Span<ushort>(target + used, (int)(_layout.InputPanelLength - rowLength - used)).Clear();
            }
        }

        /// <summary>A row of W' positions, <paramref name="step"/> elements apart, as pairs.</summary>
        private void InterleaveRow(ushort* source, int step, ushort* target)
        {
            int width = _plan.Y.Shape.Width;
            for (int column = 0; column < width; column += 2, source += 2 * step, target += 2 * Block)
            {
                Row odd = column + 1 < width ? Vector512.Load(source + step) : Row.Zero;
                Panels.Interleave(Vector512.Load(source), odd, target);
            }
        }

        private void Gradient(int block, int firstProduct)
        {
            int end = Math.Min(firstProduct + ProductsPerItem, _layout.Products);
            ushort* source = (ushort*)_dy.BlockPointer(block);
            uint* target = (uint*)(_rows + (block * _layout.GradientPanelLength) + ((long)firstProduct * PanelLength));
            Row* pair = stackalloc Row[2];
            Vector512<uint>* lines = stackalloc Vector512<uint>[2 * Pairs];
            int width = _plan.Y.Shape.Width;
            for (int product = firstProduct; product < end; product++, target += PanelLength / 2)
            {
                for (int i = 0; i < Pairs; i++)
                {
                    int index = (product * Pairs) + i;
                    int image = index / _layout.ImagePairs;
                    int row = index % _layout.ImagePairs / _layout.RowPairs;
                    int column = index % _layout.RowPairs * 2;
                    bool inside = image < _dy.Images && row < _plan.Y.Shape.Height;
                    ushort* from = source + ((long)_plan.Y.Position(image, row, column) * Block);
                    Row even = inside ? Vector512.Load(from) : Row.Zero;
                    Row odd = inside && column + 1 < width ? Vector512.Load(from + Block) : Row.Zero;
                    Panels.Interleave(even, odd, (ushort*)pair);
                    lines[i] = pair[0].AsUInt32();
                    lines[Pairs + i] = pair[1].AsUInt32();
                }

                Panels.Transpose(lines, target, Pairs);
                Panels.Transpose(lines + Pairs, target + (Pairs * Pairs), Pairs);
            }
        }
    }

    /// <summary>
    /// dW[tap][c][k] = sum over positions of x[position + shift(tap), c] dy[position, k], as products with k as rows, c as columns and positions
    /// as the reduced index. An item owns a block of 32 c x 32 k for some taps and sums over all images itself, so nothing is reduced
    /// between threads.
    /// </summary>
    private sealed class WeightGradientItems(EmittedDevice device) : IWorkItems
    {
        private const int ProductsPerCall = 16;
        private const int TileLength = Block * Block;
        private EmittedPlan _plan = null!;
        private PairLayout _layout;
        private byte* _pairs;
        private byte* _rows;
        private float* _gradient;
        private int _tapParts;

        public void Run(EmittedPlan plan, PairLayout layout, BFloat16* pairs, BFloat16* rows, CpuMatrix<float> gradient)
        {
            (_plan, _layout) = (plan, layout);
            _pairs = (byte*)pairs;
            _rows = (byte*)rows;
            _gradient = gradient.Pointer;
            int blocks = plan.Gathers ? plan.OutBlocks : plan.InBlocks * plan.OutBlocks;
            _tapParts = !plan.Gathers && plan.Taps == 9 && blocks < 2 * device.Threads ? 3 : 1;
            device._pool.Run(blocks * _tapParts, this);
            gradient.Touch();
        }

        public void Run(int item, int worker)
        {
            int part = item % _tapParts;
            int block = item / _tapParts;
            int taps = _plan.Gathers ? 1 : _plan.Taps / _tapParts;
            int cBlock = _plan.Gathers ? 0 : block / _plan.OutBlocks;
            int kBlock = block % _plan.OutBlocks;
            float* sums = device.Scratch(worker, (long)taps * TileLength);
            new Span<float>(sums, taps * TileLength).Clear();
            long* offsets = stackalloc long[ProductsPerCall];
            for (int i = 0; i < ProductsPerCall; i++)
            {
                offsets[i] = (long)i * PanelLength * sizeof(ushort);
            }

            ProductArguments arguments = new() { AOffsets = offsets, BOffsets = offsets, RowStride = RowBytes, Load = 1 };
            device._kernel.Enter();
            for (int product = 0; product < _layout.Products; product += ProductsPerCall)
            {
                arguments.Count = Math.Min(ProductsPerCall, _layout.Products - product);
                for (int tap = 0; tap < taps; tap++)
                {
                    arguments.B = _pairs + ((_layout.InputOffset((part * taps) + tap, cBlock) + ((long)product * PanelLength)) * sizeof(ushort));
                    byte* rows = _rows + (((kBlock * _layout.GradientPanelLength) + ((long)product * PanelLength)) * sizeof(ushort));
                    Multiply(&arguments, rows, sums + (tap * TileLength));
                }
            }

            device._kernel.Leave();
            for (int tap = 0; tap < taps; tap++)
            {
                Scatter(sums + (tap * TileLength), (part * taps) + tap, cBlock * Block, kBlock * Block);
            }
        }

        private void Multiply(ProductArguments* arguments, byte* rows, float* sums)
        {
            int groupBytes = device._kernel.GroupRows * RowBytes;
            for (int k = 0; k < Block; k += device._kernel.Rows)
            {
                arguments->Upper = rows + (k * RowBytes);
                arguments->Lower = arguments->Upper + groupBytes;
                arguments->C = sums + (k * Block);
                device._kernel.Multiply(arguments);
            }
        }

        /// <summary>[32 k][32 c] to the rows of the gradient.</summary>
        private void Scatter(float* sums, int tap, int c, int k)
        {
            int rows = _plan.Gathers ? _plan.Taps * _plan.Shape.InChannels : Math.Min(Block, _plan.Shape.InChannels - c);
            int columns = Math.Min(Block, _plan.Shape.OutChannels - k);
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
