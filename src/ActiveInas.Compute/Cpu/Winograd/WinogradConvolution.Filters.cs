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
            _filterItems.Run(scheme, shape, weights.Pointer, (R*)filters.Values.Pointer, Blocks(shape.OutChannels), Blocks(shape.InChannels), transposed: false);
            filters.Version = weights.Version;
        }

        return (R*)filters.Values.Pointer;
    }

    /// <summary>The same for backward-data, taps turned around, [block of C][element][block of K][32 k][32 c]; valid until the next call.</summary>
    private R* TurnedFilters(WinogradScheme<T> scheme, ConvolutionShape shape, CpuMatrix<float> weights)
    {
        R* filters = (R*)_work.TurnedWeights(Length(scheme, Blocks(shape.InChannels), Blocks(shape.OutChannels)));
        _filterItems.Run(scheme, shape, weights.Pointer, filters, Blocks(shape.InChannels), Blocks(shape.OutChannels), transposed: true);
        return filters;
    }

    /// <summary>In floats.</summary>
    private static long Length(WinogradScheme<T> scheme, int results, int sources)
        => (long)results * scheme.Elements * FilterStep(sources) * sizeof(R) / sizeof(float);

    /// <summary>Elements from the weights of an element to those of the next.</summary>
    private static int FilterStep(int sources) => (sources * BlockLength) + Stagger;

    private static int Blocks(int channels) => (channels + Block - 1) / Block;

    /// <summary>Items are pairs of a result block and a source block.</summary>
    private sealed class FilterItems(WinogradConvolution<T, S, V, L, R> engine) : IWorkItems
    {
        private const int TapStep = BlockLength + Stagger;
        private WinogradScheme<T> _scheme = null!;
        private WeightBlocks<T, S, V, L> _weights;
        private R* _filters;
        private int _sources;
        private bool _transposed;

        public void Run(WinogradScheme<T> scheme, ConvolutionShape shape, float* weights, R* filters, int results, int sources, bool transposed)
        {
            (_scheme, _sources, _transposed) = (scheme, sources, transposed);
            _weights = new WeightBlocks<T, S, V, L>(weights, shape);
            _filters = filters;
            engine._work.Pool.Run(results * sources, this);
        }

        public void Run(int item, int worker)
        {
            int result = item / _sources;
            int source = item % _sources;
            float* taps = engine._work.Scratch(worker, (Taps * TapStep) + (2 * _scheme.Elements * Block));
            float* rows = taps + (Taps * TapStep);
            new Span<float>(taps, Taps * TapStep).Clear();
            for (int tap = 0; tap < Taps; tap++)
            {
                if (_transposed)
                {
                    _weights.Transpose(tap, result * Block, source * Block, taps + ((Taps - 1 - tap) * TapStep));
                }
                else
                {
                    _weights.Copy(tap, source * Block, result * Block, taps + (tap * TapStep));
                }
            }

            int step = FilterStep(_sources);
            R* target = _filters + ((long)result * _scheme.Elements * step) + (source * BlockLength);
            for (int row = 0; row < BlockLength; row += 2 * Block)
            {
                RowPair pair = engine._product.RowsOf(target + row, step, rows, _scheme.Elements);
                _scheme.Filter(taps + row, TapStep, pair.Even, pair.Step);
                _scheme.Filter(taps + row + Block, TapStep, pair.Odd, pair.Step);
                engine._product.Join(pair, _scheme.Elements, target + row, step);
            }
        }
    }
}
