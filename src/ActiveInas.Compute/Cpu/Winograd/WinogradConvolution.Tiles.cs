using ActiveInas.Compute.Cpu.Convolutions;
using ActiveInas.Compute.Cpu.Vector;

namespace ActiveInas.Compute.Cpu.Winograd;

internal sealed unsafe partial class WinogradConvolution<T, S, V, L, R>
{
    private const int MostTilesOfRun = 32;

    /// <summary>Inputs and sums of a run of tiles, in floats. With few channels the second-level cache holds them; with many, the weights that every run reads
    /// again are what must not come too often.</summary>
    private const int RunLength = 352 << 10;

    /// <summary>Forward and backward-data.</summary>
    /// <param name="scheme">The algorithm.</param>
    /// <param name="source">x, or dy.</param>
    /// <param name="filters">[result block][element][source block][32][32].</param>
    /// <param name="target">y, or dx.</param>
    /// <param name="epilogue">What becomes of the sums.</param>
    private void RunTiles(WinogradScheme<T> scheme, CpuTensor<T, float, S> source, R* filters, CpuTensor<T, float, S> target, Epilogue<T, S, V, L> epilogue)
    {
        const int rows = ITileProduct<T, R>.Rows;
        TileGrid grid = new(target, scheme.Outputs);
        int fitting = RunLength / (scheme.Elements * (source.Layout.ChannelBlocks + 1) * Block);
        int fair = (grid.Count + (2 * _work.Threads) - 1) / (2 * _work.Threads);
        int run = (Math.Clamp(Math.Min(fitting, fair), 1, MostTilesOfRun) + rows - 1) / rows * rows;
        epilogue.Begin(grid.PerImage);
        _work.Pool.Run(new TileItems(this, scheme, source, filters, target, epilogue, run));
    }

    /// <summary>Items are runs of so many tiles. An item transforms its inputs once, multiplies them by the transformed weights of one block of results after
    /// the other, and transforms these back while they are in the cache.</summary>
    private readonly struct TileItems(
        WinogradConvolution<T, S, V, L, R> engine, WinogradScheme<T> scheme, CpuTensor<T, float, S> source, R* filters, CpuTensor<T, float, S> target,
        Epilogue<T, S, V, L> epilogue, int run) : IWorkItems
    {
        private readonly TileGrid _sources = new(source, scheme.Outputs);
        private readonly TileGrid _targets = new(target, scheme.Outputs);

        public int Items => (_targets.Count + run - 1) / run;

        private int SourceBlocks => source.Layout.ChannelBlocks;

        private int InputStep => (SourceBlocks * run * Block) + Stagger;

        private int SumStep => (run * Block) + Stagger;

        public void Run(int item, int worker)
        {
            int first = item * run;
            int count = Math.Min(run, _sources.Count - first);
            long inputs = (long)scheme.Elements * InputStep * sizeof(R) / sizeof(float);
            long sums = (long)scheme.Elements * SumStep;
            float* scratch = engine._work.Scratch(worker, inputs + sums + (scheme.Inputs * scheme.Inputs * Block));
            R* input = (R*)scratch;
            float* copy = scratch + inputs + sums;
            for (int tile = 0; tile < count; tile++)
            {
                for (int block = 0; block < SourceBlocks; block++)
                {
                    T* from = _sources.Read(first + tile, block, scheme.Above, scheme.Inputs, (T*)copy, out nint rowStep);
                    engine._product.TransformInput(scheme, from, rowStep, input + (((block * run) + tile) * Block), InputStep);
                }
            }

            for (int block = 0; block < target.Layout.ChannelBlocks; block++)
            {
                Multiply(input, block, count, scratch + inputs);
                Store(scratch + inputs, block, first, count, copy);
            }

            epilogue.Wrote(first, count);
        }

        private void Multiply(R* input, int block, int count, float* sums)
        {
            int filterStep = FilterStep(SourceBlocks);
            R* ofBlock = filters + ((long)block * scheme.Elements * filterStep);
            for (int element = 0; element < scheme.Elements; element++)
            {
                engine._product.MultiplyTiles(input, run * Block, ofBlock, SourceBlocks, count, sums);
                input += InputStep;
                sums += SumStep;
                ofBlock += filterStep;
            }
        }

        private void Store(float* sums, int block, int first, int count, float* results)
        {
            BlockedLayout layout = target.Layout;
            for (int tile = 0; tile < count; tile++)
            {
                scheme.Output(sums + (tile * Block), SumStep, results);
                (int image, int row, int column) = _targets.Place(first + tile);
                int rows = Math.Min(scheme.Outputs, layout.Shape.Height - row);
                int columns = Math.Min(scheme.Outputs, layout.Shape.Width - column);
                for (int r = 0; r < rows; r++)
                {
                    epilogue.Store(results + (r * scheme.Outputs * Block), columns, target, block, layout.Position(image, row + r, column), 1);
                }
            }
        }
    }
}
