using System.Runtime.Intrinsics;
using ActiveInas.Compute.Cpu.Vector;
using Bf16Tensor = ActiveInas.Compute.Cpu.CpuTensor<ActiveInas.Compute.BFloat16, float, ActiveInas.Compute.Cpu.BFloat16Storage>;

namespace ActiveInas.Compute.Cpu.Emitted;

internal sealed unsafe partial class EmittedDevice
{
    /// <summary>Positions that a product of the weight gradient reduces.</summary>
    private const int ProductPositions = 2 * Pairs;

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
        _pairs.Run(_pool, plan, layout, Prepare(plan, source), gradient, pairs, rows);
        _weightGradient.Run(plan, layout, pairs, rows, Own(w.Gradient));
    }

    /// <summary>Sizes of the two packed operands of a weight gradient.</summary>
    /// <remarks>
    /// x: [plane][C / 32][parity][rows][32 c][2]: row r of parity p holds positions 2 r + p - Margin and the next one, so that every shift starts
    /// at a row. dy: [K / 32][products][32 k][32 positions]. Positions outside the batch are zero in both.
    /// </remarks>
    private readonly record struct PairLayout
    {
        public PairLayout(EmittedPlan plan, int images)
        {
            Positions = images * plan.Y.ImageStride;
            Products = (Positions + ProductPositions - 1) / ProductPositions;
            Parities = plan.Taps == 1 || plan.Gathers ? 1 : 2;
            Margin = Parities == 1 ? 0 : (plan.Y.RowStride + 2) / 2 * 2;
            Rows = (Products * Pairs) + Margin + 1;
            InputPanels = plan.Gathers ? 1 : plan.Planes * plan.InBlocks;
        }

        /// <summary>Positions of y in use.</summary>
        public int Positions { get; }

        /// <summary>Products that cover them.</summary>
        public int Products { get; }

        /// <summary>1 when no tap is shifted, else 2.</summary>
        public int Parities { get; }

        /// <summary>Positions before the first one; even, and at least the largest shift.</summary>
        public int Margin { get; }

        /// <summary>Rows of a parity.</summary>
        public int Rows { get; }

        /// <summary>Panels of x.</summary>
        public int InputPanels { get; }

        /// <summary>Elements of a panel of x.</summary>
        public long InputPanelLength => (long)Parities * Rows * 2 * Block;

        /// <summary>Elements of a panel of dy.</summary>
        public long GradientPanelLength => (long)Products * ProductPositions * Block;

        /// <summary>Bytes from the start of a panel to the pairs of a product that is shifted.</summary>
        public long InputOffset(int product, int shift)
        {
            int position = (product * ProductPositions) + shift + Margin;
            return (((position & 1) * (long)Rows) + (position >> 1)) * 2 * RowBytes;
        }
    }

    /// <summary>Packs both operands; items are pieces of panels of x, then of dy.</summary>
    private sealed class PairItems : IWorkItems
    {
        private const int Piece = 512;
        private PairLayout _layout;
        private Operand _x;
        private Bf16Tensor _dy = null!;
        private ushort* _pairs;
        private ushort* _rows;
        private int _inputPieces;
        private int _gradientPieces;

        public void Run(WorkerPool pool, EmittedPlan plan, PairLayout layout, Operand x, Bf16Tensor dy, BFloat16* pairs, BFloat16* rows)
        {
            (_layout, _x, _dy) = (layout, x, dy);
            _pairs = (ushort*)pairs;
            _rows = (ushort*)rows;
            _inputPieces = (layout.Rows + Piece - 1) / Piece;
            _gradientPieces = ((layout.Products * Pairs) + Piece - 1) / Piece;
            pool.Run((layout.InputPanels * _inputPieces) + (plan.OutBlocks * _gradientPieces), this);
        }

        public void Run(int item, int worker)
        {
            int inputs = _layout.InputPanels * _inputPieces;
            if (item >= inputs)
            {
                Gradient((item - inputs) / _gradientPieces, (item - inputs) % _gradientPieces * (Piece / Pairs));
            }
            else
            {
                Input(item / _inputPieces, item % _inputPieces * Piece);
            }
        }

        private void Input(int panel, int firstRow)
        {
            int end = Math.Min(firstRow + Piece, _layout.Rows);
            ushort* source = (ushort*)_x.Pointer + (panel * _x.Stride);
            for (int parity = 0; parity < _layout.Parities; parity++)
            {
                ushort* target = _pairs + (panel * _layout.InputPanelLength) + (((long)parity * _layout.Rows) + firstRow) * 2 * Block;
                for (int row = firstRow; row < end; row++, target += 2 * Block)
                {
                    int position = (2 * row) + parity - _layout.Margin;
                    Panels.Interleave(Row(source, position), Row(source, position + 1), target);
                }
            }
        }

        private void Gradient(int block, int firstProduct)
        {
            int end = Math.Min(firstProduct + (Piece / Pairs), _layout.Products);
            ushort* source = (ushort*)_dy.BlockPointer(block);
            uint* target = (uint*)(_rows + (block * _layout.GradientPanelLength)) + ((long)firstProduct * Pairs * Block);
            Vector512<uint>* lines = stackalloc Vector512<uint>[2 * Pairs];
            Vector512<uint>* low = stackalloc Vector512<uint>[Pairs];
            for (int product = firstProduct; product < end; product++, target += Pairs * Block)
            {
                for (int pair = 0; pair < Pairs; pair++)
                {
                    int position = (product * ProductPositions) + (2 * pair);
                    Panels.Interleave(Row(source, position), Row(source, position + 1), (ushort*)(lines + (2 * pair)));
                }

                for (int half = 0; half < 2; half++)
                {
                    for (int pair = 0; pair < Pairs; pair++)
                    {
                        low[pair] = lines[(2 * pair) + half];
                    }

                    Panels.Transpose(low, target + (half * 16 * Pairs), Pairs);
                }
            }
        }

        private Vector512<ushort> Row(ushort* source, int position)
            => (uint)position < (uint)_layout.Positions ? Vector512.Load(source + ((long)position * Block)) : Vector512<ushort>.Zero;
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
            long* aOffsets = stackalloc long[ProductsPerCall];
            long* bOffsets = stackalloc long[ProductsPerCall];
            ProductArguments arguments = new() { AOffsets = aOffsets, BOffsets = bOffsets, RowStride = RowBytes, Load = 1 };
            device._kernel.Enter();
            for (int product = 0; product < _layout.Products; product += ProductsPerCall)
            {
                arguments.Count = Math.Min(ProductsPerCall, _layout.Products - product);
                for (int tap = 0; tap < taps; tap++)
                {
                    int plane = _plan.Forward.Planes[(part * taps) + tap];
                    int shift = _plan.Forward.Shifts[(part * taps) + tap];
                    for (int i = 0; i < arguments.Count; i++)
                    {
                        aOffsets[i] = (long)i * PanelLength * sizeof(ushort);
                        bOffsets[i] = _layout.InputOffset(product + i, shift);
                    }

                    arguments.B = _pairs + ((((long)plane * _plan.InBlocks) + cBlock) * _layout.InputPanelLength * sizeof(ushort));
                    Multiply(&arguments, _rows + (((kBlock * _layout.GradientPanelLength) + ((long)product * PanelLength)) * sizeof(ushort)), sums + (tap * TileLength));
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
