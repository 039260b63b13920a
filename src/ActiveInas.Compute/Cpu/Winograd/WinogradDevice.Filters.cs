using ActiveInas.Compute.Cpu.Vector;

namespace ActiveInas.Compute.Cpu.Winograd;

internal sealed unsafe partial class WinogradDevice<T, S, V, L>
{
    /// <summary>Transformed weights of the forward pass, [block of K][element][block of C][32 c][32 k], made anew when the weights have changed.</summary>
    private float* Filters(WinogradScheme<T> scheme, ConvolutionShape shape, Parameter w)
    {
        CpuMatrix<float> weights = Own(w.Values);
        if (weights.Companion is not PackedWeights filters || filters.Key != (shape, scheme.Outputs))
        {
            weights.Companion = filters = new PackedWeights(
                (shape, scheme.Outputs), Length(scheme, Blocks(shape.OutChannels), Blocks(shape.InChannels)));
        }

        if (filters.Version != weights.Version)
        {
            _filterItems.Run(scheme, shape, weights.Pointer, filters.Values.Pointer, Blocks(shape.OutChannels), Blocks(shape.InChannels), transposed: false);
            filters.Version = weights.Version;
        }

        return filters.Values.Pointer;
    }

    /// <summary>The same for backward-data, taps turned around, [block of C][element][block of K][32 k][32 c]; valid until the next call.</summary>
    private float* TurnedFilters(WinogradScheme<T> scheme, ConvolutionShape shape, Parameter w)
    {
        float* filters = BackwardWeights(Length(scheme, Blocks(shape.InChannels), Blocks(shape.OutChannels)));
        _filterItems.Run(scheme, shape, Own(w.Values).Pointer, filters, Blocks(shape.InChannels), Blocks(shape.OutChannels), transposed: true);
        return filters;
    }

    private static long Length(WinogradScheme<T> scheme, int results, int sources) => (long)results * scheme.Elements * FilterStep(sources);

    /// <summary>Floats from the weights of an element to those of the next.</summary>
    private static int FilterStep(int sources) => (sources * BlockLength) + Stagger;

    private static int Blocks(int channels) => (channels + Block - 1) / Block;

    /// <summary>Items are pairs of a result block and a source block.</summary>
    private sealed class FilterItems(WinogradDevice<T, S, V, L> device) : IWorkItems
    {
        private const int TapStep = BlockLength + Stagger;
        private WinogradScheme<T> _scheme = null!;
        private WeightBlocks _weights;
        private float* _filters;
        private int _sources;
        private bool _transposed;

        public void Run(WinogradScheme<T> scheme, ConvolutionShape shape, float* weights, float* filters, int results, int sources, bool transposed)
        {
            (_scheme, _sources, _transposed) = (scheme, sources, transposed);
            _weights = new WeightBlocks(weights, shape);
            _filters = filters;
            device._pool.Run(results * sources, this);
        }

        public void Run(int item, int worker)
        {
            int result = item / _sources;
            int source = item % _sources;
            float* taps = device.Scratch(worker, Taps * TapStep);
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
            float* target = _filters + ((long)result * _scheme.Elements * step) + (source * BlockLength);
            for (int row = 0; row < BlockLength; row += Block)
            {
                _scheme.Filter(taps + row, TapStep, target + row, step);
            }
        }
    }
}
