using ActiveInas.Compute.Cpu.Vector;

namespace ActiveInas.Compute.Cpu.Winograd;

internal sealed unsafe partial class WinogradDevice<T, S, V, L>
{
    /// <summary>Transformed weights, [result block][element][source block][32][32], made anew when the weights have changed.</summary>
    /// <param name="scheme">The algorithm.</param>
    /// <param name="shape">Channels.</param>
    /// <param name="w">Weights.</param>
    /// <param name="transposed">For backward-data: results are input channels, and the taps are turned around.</param>
    private float* Filters(WinogradScheme<T> scheme, ConvolutionShape shape, Parameter w, bool transposed)
    {
        CpuMatrix<float> weights = Own(w.Values);
        if (weights.Companion is not TransformedFilters filters || filters.Key != (scheme, shape))
        {
            weights.Companion = filters = new TransformedFilters((scheme, shape));
        }

        ref TransformedFilters.Direction direction = ref filters.Of(transposed);
        if (direction.Version != weights.Version || direction.Buffer is null)
        {
            int results = Blocks(transposed ? shape.InChannels : shape.OutChannels);
            int sources = Blocks(transposed ? shape.OutChannels : shape.InChannels);
            direction.Buffer ??= new NativeBuffer<float>((long)results * scheme.Elements * sources * BlockLength);
            _filterItems.Run(scheme, shape, weights.Pointer, direction.Buffer.Pointer, results, sources, transposed);
            direction.Version = weights.Version;
        }

        return direction.Buffer.Pointer;
    }

    private static int Blocks(int channels) => (channels + Block - 1) / Block;

    /// <summary>The copies that a matrix of weights carries.</summary>
    private sealed class TransformedFilters((WinogradScheme<T> Scheme, ConvolutionShape Shape) key) : IDisposable
    {
        private Direction _forward = new() { Version = -1 };
        private Direction _backward = new() { Version = -1 };

        public (WinogradScheme<T> Scheme, ConvolutionShape Shape) Key => key;

        public ref Direction Of(bool transposed) => ref transposed ? ref _backward : ref _forward;

        public void Dispose()
        {
            _forward.Buffer?.Dispose();
            _backward.Buffer?.Dispose();
        }

        public struct Direction
        {
            public long Version;
            public NativeBuffer<float>? Buffer;
        }
    }

    /// <summary>Items are pairs of a result block and a source block.</summary>
    private sealed class FilterItems(WinogradDevice<T, S, V, L> device) : IWorkItems
    {
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
            float* taps = device.Scratch(worker, Taps * BlockLength);
            new Span<float>(taps, Taps * BlockLength).Clear();
            for (int tap = 0; tap < Taps; tap++)
            {
                if (_transposed)
                {
                    _weights.Transpose(tap, result * Block, source * Block, taps + ((Taps - 1 - tap) * BlockLength));
                }
                else
                {
                    _weights.Copy(tap, source * Block, result * Block, taps + (tap * BlockLength));
                }
            }

            float* target = _filters + ((((long)result * _scheme.Elements * _sources) + source) * BlockLength);
            for (int row = 0; row < BlockLength; row += Block)
            {
                _scheme.Filter(taps + row, BlockLength, target + row, (nint)_sources * BlockLength);
            }
        }
    }
}
