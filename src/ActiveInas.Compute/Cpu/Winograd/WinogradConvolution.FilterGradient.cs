using ActiveInas.Compute.Cpu.Convolutions;
using ActiveInas.Compute.Cpu.Vector;

namespace ActiveInas.Compute.Cpu.Winograd;

internal sealed unsafe partial class WinogradConvolution<T, S, V, L, R>
{
    private const int MostTilesOfChunk = 128;

    /// <summary>Transformed tiles of a chunk, in floats: about what a last-level cache holds.</summary>
    private const int ChunkLength = 1 << 20;

    /// <summary>
    /// The weight gradient, in three steps. Tiles of x and of dy are transformed, a chunk of the batch at a time; each element then sums the products of
    /// its chunk, over all that went before; at the end the sums are transformed to taps. A sum is one chain over the tiles, wherever the
    /// chunks end.
    /// </summary>
    public void BackwardWeights(ConvolutionShape shape, CpuTensor<T, float, S> x, CpuTensor<T, float, S> dy, CpuMatrix<float> gradient)
    {
        WinogradScheme<T> scheme = SchemeOf(x.Shape)!;
        int filling = _product.TilesOfProduct;
        int tiles = new TileGrid(dy, scheme.Outputs).Count;
        int fitting = ChunkLength / (scheme.Elements * (x.Layout.ChannelBlocks + dy.Layout.ChannelBlocks) * Block);
        int chunk = Math.Clamp(fitting / filling * filling, Math.Max(TransformItems.TilesOfItem, filling), MostTilesOfChunk);
        GradientMemory memory = new(_gradientBuffer, scheme, x, dy, chunk);
        if (tiles == 0)
        {
            // No chunk overwrites what an earlier call left.
            memory.ClearSums();
        }

        for (int first = 0; first < tiles; first += chunk)
        {
            int count = Math.Min(chunk, tiles - first);
            int filled = (count + filling - 1) / filling * filling;
            _work.Pool.Run(new TransformItems(this, memory, scheme, x, dy, first, count, filled));
            _work.Pool.Run(new MultiplyItems(_product, memory, filled, load: first > 0));
        }

        _work.Pool.Run(new CollectItems(_work, memory, scheme, shape, gradient.Pointer));
        gradient.Touch();
    }

    /// <summary>Where a weight gradient keeps what it makes: transformed tiles of a chunk, inputs [element][block of C][tile][32] and gradients
    /// [element][block of K][tile][32], and the sums of all chunks, [block of C][block of K][element][32 c][32 k].</summary>
    private readonly struct GradientMemory
    {
        public const int SumStep = BlockLength + Stagger;
        private readonly R* _inputs;
        private readonly R* _gradients;
        private readonly float* _sums;
        private readonly int _chunk;

        public GradientMemory(GrowingBuffer<float> buffer, WinogradScheme<T> scheme, CpuTensor<T, float, S> x, CpuTensor<T, float, S> dy, int chunk)
        {
            (Elements, InBlocks, OutBlocks, _chunk) = (scheme.Elements, x.Layout.ChannelBlocks, dy.Layout.ChannelBlocks, chunk);
            long inputs = (long)Elements * InputStep * sizeof(R) / sizeof(float);
            long gradients = (long)Elements * GradientStep * sizeof(R) / sizeof(float);
            float* start = buffer.Reserve(inputs + gradients + ((long)InBlocks * OutBlocks * Elements * SumStep));
            _inputs = (R*)start;
            _gradients = (R*)(start + inputs);
            _sums = start + inputs + gradients;
        }

        public int Elements { get; }

        public int InBlocks { get; }

        public int OutBlocks { get; }

        /// <summary>From an element of the inputs to the next.</summary>
        public int InputStep => (InBlocks * _chunk * Block) + Stagger;

        /// <summary>From an element of the gradients to the next.</summary>
        public int GradientStep => (OutBlocks * _chunk * Block) + Stagger;

        public R* Inputs(int element, int block, int tile) => _inputs + ((long)element * InputStep) + (((block * _chunk) + tile) * Block);

        public R* Gradients(int element, int block, int tile) => _gradients + ((long)element * GradientStep) + (((block * _chunk) + tile) * Block);

        /// <summary>Of the first element; the others follow a <see cref="SumStep"/> apart.</summary>
        public float* Sums(int inBlock, int outBlock) => _sums + ((((long)inBlock * OutBlocks) + outBlock) * Elements * SumStep);

        public void ClearSums() => new Span<float>(_sums, InBlocks * OutBlocks * Elements * SumStep).Clear();
    }

    /// <summary>The first step; items are runs of tiles of a chunk.</summary>
    /// <param name="engine">Memory, and what the products want.</param>
    /// <param name="memory">Where the tiles go.</param>
    /// <param name="scheme">The algorithm.</param>
    /// <param name="x">Input.</param>
    /// <param name="dy">Gradient of the output.</param>
    /// <param name="first">Tile of the batch with which the chunk begins.</param>
    /// <param name="count">Tiles of the chunk.</param>
    /// <param name="filled">The same, with those of zeros that fill up the last product.</param>
    private readonly struct TransformItems(
        WinogradConvolution<T, S, V, L, R> engine, GradientMemory memory, WinogradScheme<T> scheme, CpuTensor<T, float, S> x, CpuTensor<T, float, S> dy,
        int first, int count, int filled) : IWorkItems
    {
        public const int TilesOfItem = 8;

        public int Items => (filled + TilesOfItem - 1) / TilesOfItem;

        public void Run(int item, int worker)
        {
            int copied = scheme.Inputs * scheme.Inputs * Block;
            T* copy = (T*)engine._work.Scratch(worker, copied + (2 * scheme.Elements * Block));
            float* rows = (float*)copy + copied;
            TileGrid inputs = new(x, scheme.Outputs);
            TileGrid gradients = new(dy, scheme.Outputs);
            int last = Math.Min((item + 1) * TilesOfItem, filled);
            for (int tile = item * TilesOfItem; tile < last; tile += 2)
            {
                for (int block = 0; block < memory.InBlocks; block++)
                {
                    Two(inputs, tile, block, memory.Inputs(0, block, tile), memory.InputStep, copy, rows, isGradient: false);
                }

                for (int block = 0; block < memory.OutBlocks; block++)
                {
                    Two(gradients, tile, block, memory.Gradients(0, block, tile), memory.GradientStep, copy, rows, isGradient: true);
                }
            }
        }

        private void Two(TileGrid grid, int tile, int block, R* target, int step, T* copy, float* rows, bool isGradient)
        {
            RowPair pair = engine._product.RowsOf(target, step, rows, scheme.Elements);
            One(grid, tile, block, pair.Even, pair.Step, copy, isGradient);
            if (tile + 1 < filled)
            {
                One(grid, tile + 1, block, pair.Odd, pair.Step, copy, isGradient);
            }

            engine._product.Join(pair, scheme.Elements, target, step);
        }

        private void One(TileGrid grid, int tile, int block, float* target, nint step, T* copy, bool isGradient)
        {
            if (tile >= count)
            {
                for (int element = 0; element < scheme.Elements; element++)
                {
                    new Span<float>(target + (element * step), Block).Clear();
                }
            }
            else if (isGradient)
            {
                T* from = grid.Read(first + tile, block, 0, scheme.Outputs, copy, out nint rowStep);
                scheme.OutputGradient(from, rowStep, target, step);
            }
            else
            {
                T* from = grid.Read(first + tile, block, scheme.Above, scheme.Inputs, copy, out nint rowStep);
                scheme.Input(from, rowStep, target, step);
            }
        }
    }

    /// <summary>The second step; items are (element, block of C).</summary>
    private readonly struct MultiplyItems(ITileProduct<T, R> product, GradientMemory memory, int filled, bool load) : IWorkItems
    {
        public int Items => memory.Elements * memory.InBlocks;

        public void Run(int item, int worker)
        {
            int element = item / memory.InBlocks;
            int inBlock = item % memory.InBlocks;
            for (int outBlock = 0; outBlock < memory.OutBlocks; outBlock++)
            {
                float* sums = memory.Sums(inBlock, outBlock) + (element * GradientMemory.SumStep);
                product.MultiplyGradients(memory.Inputs(element, inBlock, 0), memory.Gradients(element, outBlock, 0), filled, sums, load);
            }
        }
    }

    /// <summary>The last step; items are (block of C, block of K).</summary>
    private readonly struct CollectItems(Workspace work, GradientMemory memory, WinogradScheme<T> scheme, ConvolutionShape shape, float* gradient) : IWorkItems
    {
        public int Items => memory.InBlocks * memory.OutBlocks;

        public void Run(int item, int worker)
        {
            int inBlock = item / memory.OutBlocks;
            int outBlock = item % memory.OutBlocks;
            float* taps = work.Scratch(worker, Taps * Block);
            int rows = Math.Min(Block, shape.InChannels - (inBlock * Block));
            int columns = Math.Min(Block, shape.OutChannels - (outBlock * Block));
            for (int row = 0; row < rows; row++)
            {
                scheme.FilterGradient(memory.Sums(inBlock, outBlock) + (row * Block), GradientMemory.SumStep, taps);
                for (int tap = 0; tap < Taps; tap++)
                {
                    float* target = gradient + ((((long)tap * shape.InChannels) + (inBlock * Block) + row) * shape.OutChannels) + (outBlock * Block);
                    new Span<float>(taps + (tap * Block), columns).CopyTo(new Span<float>(target, columns));
                }
            }
        }
    }
}
