using ActiveInas.Compute.Cpu.Convolutions;
using ActiveInas.Compute.Cpu.Vector;

namespace ActiveInas.Compute.Cpu.Winograd;

internal sealed unsafe partial class WinogradConvolution<T, S, V, L, R>
{
    /// <summary>
    /// The weight gradient, in three steps. Tiles of x and of dy are transformed, a chunk of the batch at a time; each element then sums the products of
    /// its chunk, over all that went before; at the end the sums are transformed to taps. A sum is one chain over the tiles, wherever the
    /// chunks end.
    /// </summary>
    private sealed class FilterGradientItems(WinogradConvolution<T, S, V, L, R> engine) : IWorkItems
    {
        private const int MostTiles = 128;
        private const int TilesOfItem = 8;

        /// <summary>Transformed tiles of a chunk, in floats: about what a last-level cache holds.</summary>
        private const int ChunkLength = 1 << 20;
        private const int SumStep = BlockLength + Stagger;
        private WinogradScheme<T> _scheme = null!;
        private ConvolutionShape _shape;
        private CpuTensor<T, float, S> _x = null!;
        private CpuTensor<T, float, S> _dy = null!;
        private readonly GrowingBuffer<float> _buffer = engine._work.Buffer<float>();
        private R* _inputs;
        private R* _gradients;
        private float* _sums;
        private float* _result;
        private Step _step;
        private int _chunk;
        private int _first;
        private int _count;

        /// <summary>Tiles of a chunk, with those that fill up the last product.</summary>
        private int _filled;

        private enum Step
        {
            Transform,
            Multiply,
            Collect,
        }

        private int InBlocks => _x.Layout.ChannelBlocks;

        private int OutBlocks => _dy.Layout.ChannelBlocks;

        private int InputStep => (InBlocks * _chunk * Block) + Stagger;

        private int GradientStep => (OutBlocks * _chunk * Block) + Stagger;

        public void Run(WinogradScheme<T> scheme, ConvolutionShape shape, CpuTensor<T, float, S> x, CpuTensor<T, float, S> dy, CpuMatrix<float> gradient)
        {
            (_scheme, _shape, _x, _dy) = (scheme, shape, x, dy);
            _result = gradient.Pointer;
            int tiles = new TileGrid(dy, scheme.Outputs).Count;
            int fitting = ChunkLength / (scheme.Elements * (InBlocks + OutBlocks) * Block);
            _chunk = Math.Clamp(fitting / engine._product.TilesOfProduct * engine._product.TilesOfProduct, Math.Max(TilesOfItem, engine._product.TilesOfProduct), MostTiles);
            Reserve();
            if (tiles == 0)
            {
                // No chunk overwrites what an earlier call left.
                new Span<float>(_sums, InBlocks * OutBlocks * scheme.Elements * SumStep).Clear();
            }

            for (_first = 0; _first < tiles; _first += _chunk)
            {
                _count = Math.Min(_chunk, tiles - _first);
                _filled = (_count + engine._product.TilesOfProduct - 1) / engine._product.TilesOfProduct * engine._product.TilesOfProduct;
                RunStep(Step.Transform, (_filled + TilesOfItem - 1) / TilesOfItem);
                RunStep(Step.Multiply, scheme.Elements * InBlocks);
            }

            RunStep(Step.Collect, InBlocks * OutBlocks);
            gradient.Touch();
        }

        public void Run(int item, int worker)
        {
            switch (_step)
            {
                case Step.Transform:
                    Transform(item, worker);
                    break;
                case Step.Multiply:
                    Multiply(item / InBlocks, item % InBlocks);
                    break;
                default:
                    Collect(item / OutBlocks, item % OutBlocks, worker);
                    break;
            }
        }

        private void RunStep(Step step, int items)
        {
            _step = step;
            engine._work.Pool.Run(items, this);
        }

        /// <summary>Inputs [element][block of C][tile][32], gradients [element][block of K][tile][32], sums [block of C][block of K][element][32 c][32 k].</summary>
        private void Reserve()
        {
            long inputs = (long)_scheme.Elements * InputStep * sizeof(R) / sizeof(float);
            long gradients = (long)_scheme.Elements * GradientStep * sizeof(R) / sizeof(float);
            long length = inputs + gradients + ((long)InBlocks * OutBlocks * _scheme.Elements * SumStep);
            float* start = _buffer.Reserve(length);
            _inputs = (R*)start;
            _gradients = (R*)(start + inputs);
            _sums = start + inputs + gradients;
        }

        private float* Sums(int inBlock, int outBlock) => _sums + (((long)inBlock * OutBlocks) + outBlock) * _scheme.Elements * SumStep;

        private void Transform(int item, int worker)
        {
            int copied = _scheme.Inputs * _scheme.Inputs * Block;
            T* copy = (T*)engine._work.Scratch(worker, copied + (2 * _scheme.Elements * Block));
            float* rows = (float*)copy + copied;
            TileGrid inputs = new(_x, _scheme.Outputs);
            TileGrid gradients = new(_dy, _scheme.Outputs);
            int last = Math.Min((item + 1) * TilesOfItem, _filled);
            for (int tile = item * TilesOfItem; tile < last; tile += 2)
            {
                for (int block = 0; block < InBlocks; block++)
                {
                    Transform(inputs, tile, block, _inputs + (((block * _chunk) + tile) * Block), InputStep, copy, rows, isGradient: false);
                }

                for (int block = 0; block < OutBlocks; block++)
                {
                    Transform(gradients, tile, block, _gradients + (((block * _chunk) + tile) * Block), GradientStep, copy, rows, isGradient: true);
                }
            }
        }

        /// <summary>Two tiles.</summary>
        private void Transform(TileGrid grid, int tile, int block, R* target, int step, T* copy, float* rows, bool isGradient)
        {
            RowPair pair = engine._product.RowsOf(target, step, rows, _scheme.Elements);
            TransformOne(grid, tile, block, pair.Even, pair.Step, copy, isGradient);
            if (tile + 1 < _filled)
            {
                TransformOne(grid, tile + 1, block, pair.Odd, pair.Step, copy, isGradient);
            }

            engine._product.Join(pair, _scheme.Elements, target, step);
        }

        private void TransformOne(TileGrid grid, int tile, int block, float* target, nint step, T* copy, bool isGradient)
        {
            if (tile >= _count)
            {
                for (int element = 0; element < _scheme.Elements; element++)
                {
                    new Span<float>(target + (element * step), Block).Clear();
                }
            }
            else if (isGradient)
            {
                T* from = grid.Read(_first + tile, block, 0, _scheme.Outputs, copy, out nint rowStep);
                _scheme.OutputGradient(from, rowStep, target, step);
            }
            else
            {
                T* from = grid.Read(_first + tile, block, _scheme.Above, _scheme.Inputs, copy, out nint rowStep);
                _scheme.Input(from, rowStep, target, step);
            }
        }

        private void Multiply(int element, int inBlock)
        {
            R* inputs = _inputs + ((long)element * InputStep) + (inBlock * _chunk * Block);
            for (int outBlock = 0; outBlock < OutBlocks; outBlock++)
            {
                R* gradients = _gradients + ((long)element * GradientStep) + (outBlock * _chunk * Block);
                engine._product.MultiplyGradients(inputs, gradients, _filled, Sums(inBlock, outBlock) + (element * SumStep), load: _first > 0);
            }
        }

        private void Collect(int inBlock, int outBlock, int worker)
        {
            float* taps = engine._work.Scratch(worker, Taps * Block);
            int rows = Math.Min(Block, _shape.InChannels - (inBlock * Block));
            int columns = Math.Min(Block, _shape.OutChannels - (outBlock * Block));
            for (int row = 0; row < rows; row++)
            {
                _scheme.FilterGradient(Sums(inBlock, outBlock) + (row * Block), SumStep, taps);
                for (int tap = 0; tap < Taps; tap++)
                {
                    float* target = _result + ((((long)tap * _shape.InChannels) + (inBlock * Block) + row) * _shape.OutChannels) + (outBlock * Block);
                    new Span<float>(taps + (tap * Block), columns).CopyTo(new Span<float>(target, columns));
                }
            }
        }
    }
}
