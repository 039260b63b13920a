using ActiveInas.Compute.Cpu.Convolutions;
using ActiveInas.Compute.Cpu.Vector;

namespace ActiveInas.Compute.Cpu.Winograd;

internal sealed unsafe partial class WinogradConvolution<T, S, V, L, R>
{
    /// <summary>Transformed weights of the forward pass, [block of K][element][block of C][32 c][32 k] (rows joined where products read them so), made anew when the weights have changed.</summary>
    private R* Filters(WinogradScheme<T> scheme, ConvolutionShape shape, CpuMatrix<float> weights)
    {
        if (weights.Companion is not PackedWeights filters || filters.Key != (shape, scheme.Outputs))
        {
            weights.Companion = filters = new PackedWeights(
                (shape, scheme.Outputs), Length(scheme, Blocks(shape.OutChannels), Blocks(shape.InChannels)));
        }

        if (filters.Version != weights.Version)
        {
            R* target = (R*)filters.Values.Pointer;
            _work.Pool.Run(new FilterItems(this, scheme, shape, weights.Pointer, target, Blocks(shape.OutChannels), Blocks(shape.InChannels), transposed: false));
            filters.Version = weights.Version;
        }

        return (R*)filters.Values.Pointer;
    }

    /// <summary>The same for backward-data, taps turned around, [block of C][element][block of K][32 k][32 c]; valid until the next call.</summary>
    private R* TurnedFilters(WinogradScheme<T> scheme, ConvolutionShape shape, CpuMatrix<float> weights)
    {
        R* filters = (R*)_work.TurnedWeights(Length(scheme, Blocks(shape.InChannels), Blocks(shape.OutChannels)));
        _work.Pool.Run(new FilterItems(this, scheme, shape, weights.Pointer, filters, Blocks(shape.InChannels), Blocks(shape.OutChannels), transposed: true));
        return filters;
    }

    /// <summary>In floats.</summary>
    private static long Length(WinogradScheme<T> scheme, int results, int sources)
        => (long)results * scheme.Elements * FilterStep(sources) * sizeof(R) / sizeof(float);

    /// <summary>Elements from the weights of an element to those of the next.</summary>
    private static int FilterStep(int sources) => (sources * BlockLength) + Stagger;

    private static int Blocks(int channels) => (channels + Block - 1) / Block;

    /// <summary>Items are pairs of a result block and a source block.</summary>
    private readonly struct FilterItems(
        WinogradConvolution<T, S, V, L, R> engine, WinogradScheme<T> scheme, ConvolutionShape shape, float* weights, R* filters, int results, int sources,
        bool transposed) : IWorkItems
    {
        private const int TapStep = BlockLength + Stagger;
        private readonly WeightBlocks<T, S, V, L> _weights = new(weights, shape);

        public int Items => results * sources;

        public void Run(int item, int worker)
        {
            int result = item / sources;
            int source = item % sources;
            float* taps = engine._work.Scratch(worker, (Taps * TapStep) + (2 * scheme.Elements * Block));
            float* rows = taps + (Taps * TapStep);
            new Span<float>(taps, Taps * TapStep).Clear();
            for (int tap = 0; tap < Taps; tap++)
            {
                if (transposed)
                {
                    _weights.Transpose(tap, result * Block, source * Block, taps + ((Taps - 1 - tap) * TapStep));
                }
                else
                {
                    _weights.Copy(tap, source * Block, result * Block, taps + (tap * TapStep));
                }
            }

            int step = FilterStep(sources);
            R* target = filters + ((long)result * scheme.Elements * step) + (source * BlockLength);
            for (int row = 0; row < BlockLength; row += 2 * Block)
            {
                RowPair pair = engine._product.RowsOf(target + row, step, rows, scheme.Elements);
                scheme.Filter(taps + row, TapStep, pair.Even, pair.Step);
                scheme.Filter(taps + row + Block, TapStep, pair.Odd, pair.Step);
                engine._product.Join(pair, scheme.Elements, target + row, step);
            }
        }
    }
}
