using ActiveInas.Compute.Cpu.Convolutions;
using ActiveInas.Compute.Cpu.Vector;

namespace ActiveInas.Compute.Cpu.Winograd;

internal sealed unsafe partial class WinogradConvolution<T, S, V, L, R>
{
    /// <summary>Forward and backward-data: items are runs of tiles. An item transforms its inputs once, multiplies them by the transformed weights of
    /// one block of results after the other, and transforms these back while they are in the cache.</summary>
    private sealed class TileItems(WinogradConvolution<T, S, V, L, R> engine) : IWorkItems
    {
        private const int MostTiles = 32;

        /// <summary>Inputs and sums of a run, in floats. With few channels the second-level cache holds them; with many, the weights that every run reads again
        /// are what must not come too often.</summary>
        private const int RunLength = 352 << 10;
        private WinogradScheme<T> _scheme = null!;
        private CpuTensor<T, float, S> _source = null!;
        private CpuTensor<T, float, S> _target = null!;
        private Epilogue<T, S, V, L> _epilogue;
        private R* _filters;
        private int _run;

        private int SourceBlocks => _source.Layout.ChannelBlocks;

        private int InputStep => (SourceBlocks * _run * Block) + Stagger;

        private int SumStep => (_run * Block) + Stagger;

        /// <param name="scheme">The algorithm.</param>
        /// <param name="source">x, or dy.</param>
        /// <param name="filters">[result block][element][source block][32][32].</param>
        /// <param name="target">y, or dx.</param>
        /// <param name="epilogue">What becomes of the sums.</param>
        public void Run(WinogradScheme<T> scheme, CpuTensor<T, float, S> source, R* filters, CpuTensor<T, float, S> target, Epilogue<T, S, V, L> epilogue)
        {
            (_scheme, _source, _target, _epilogue) = (scheme, source, target, epilogue);
            _filters = filters;
            TileGrid grid = new(target, scheme.Outputs);
            int tiles = grid.Count;
            int fitting = RunLength / (scheme.Elements * (SourceBlocks + 1) * Block);
            int fair = (tiles + (2 * engine._work.Threads) - 1) / (2 * engine._work.Threads);
            _run = RoundUp(Math.Clamp(Math.Min(fitting, fair), 1, MostTiles));
            epilogue.Begin(grid.PerImage);
            engine._work.Pool.Run((tiles + _run - 1) / _run, this);
        }

        public void Run(int item, int worker)
        {
            TileGrid sources = new(_source, _scheme.Outputs);
            int first = item * _run;
            int count = Math.Min(_run, sources.Count - first);
            long inputs = (long)_scheme.Elements * InputStep * sizeof(R) / sizeof(float);
            long sums = (long)_scheme.Elements * SumStep;
            float* scratch = engine._work.Scratch(worker, inputs + sums + (_scheme.Inputs * _scheme.Inputs * Block));
            R* input = (R*)scratch;
            float* copy = scratch + inputs + sums;
            for (int tile = 0; tile < count; tile++)
            {
                for (int block = 0; block < SourceBlocks; block++)
                {
                    T* from = sources.Read(first + tile, block, _scheme.Above, _scheme.Inputs, (T*)copy, out nint rowStep);
                    engine._product.TransformInput(_scheme, from, rowStep, input + (((block * _run) + tile) * Block), InputStep);
                }
            }

            for (int block = 0; block < _target.Layout.ChannelBlocks; block++)
            {
                Multiply(input, block, count, scratch + inputs);
                Store(scratch + inputs, block, first, count, copy);
            }

            _epilogue.Wrote(first, count);
        }

        private static int RoundUp(int tiles) => (tiles + ITileProduct<T, R>.Rows - 1) / ITileProduct<T, R>.Rows * ITileProduct<T, R>.Rows;

        private void Multiply(R* input, int block, int count, float* sums)
        {
            int filterStep = FilterStep(SourceBlocks);
            R* filters = _filters + ((long)block * _scheme.Elements * filterStep);
            for (int element = 0; element < _scheme.Elements; element++)
            {
                engine._product.MultiplyTiles(input, _run * Block, filters, SourceBlocks, count, sums);
                input += InputStep;
                sums += SumStep;
                filters += filterStep;
            }
        }

        private void Store(float* sums, int block, int first, int count, float* results)
        {
            TileGrid targets = new(_target, _scheme.Outputs);
            BlockedLayout layout = _target.Layout;
            for (int tile = 0; tile < count; tile++)
            {
                _scheme.Output(sums + (tile * Block), SumStep, results);
                (int image, int row, int column) = targets.Place(first + tile);
                int rows = Math.Min(_scheme.Outputs, layout.Shape.Height - row);
                int columns = Math.Min(_scheme.Outputs, layout.Shape.Width - column);
                for (int r = 0; r < rows; r++)
                {
                    _epilogue.Store(results + (r * _scheme.Outputs * Block), columns, _target, block, layout.Position(image, row + r, column), 1);
                }
            }
        }
    }
}
