namespace ActiveInas.Compute.Cpu.Vector;

internal unsafe partial class VectorDevice<T, S, V, L>
{
    private readonly WrittenStatistics _writtenStatistics;

    /// <summary>Statistics of a result while a convolution writes it: whoever writes the last part of a chunk takes those of the chunk, which is still in
    /// the cache. Chunks depend on the shape only, so it does not matter who that is.</summary>
    private protected sealed class WrittenStatistics
    {
        private CpuTensor<T, float, S> _target = null!;
        private ImageChunks _chunks;
        private float* _partials;
        private int _parts;

        /// <summary>Parts of each chunk that nobody has written yet.</summary>
        private int[] _missing = [];

        /// <param name="target">What is about to be written.</param>
        /// <param name="chunks">Its cut.</param>
        /// <param name="partials">[item][mean, squared deviations][32].</param>
        public void Of(CpuTensor<T, float, S> target, ImageChunks chunks, float* partials)
        {
            (_target, _chunks) = (target, chunks);
            _partials = partials;
        }

        /// <summary>Before the first part is written.</summary>
        /// <param name="parts">In how many parts, each with all of its channels, an image is written.</param>
        public void Begin(int parts)
        {
            _parts = parts;
            if (_missing.Length < _chunks.PerBlock)
            {
                _missing = new int[_chunks.PerBlock];
            }

            for (int chunk = 0; chunk < _chunks.PerBlock; chunk++)
            {
                _missing[chunk] = _chunks.ImagesIn(chunk) * parts;
            }
        }

        /// <summary>Some successive parts are written, counted over all images.</summary>
        public void Wrote(int first, int count)
        {
            int ofChunk = _chunks.Images * _parts;
            int end = first + count;
            while (first < end)
            {
                int chunk = first / ofChunk;
                int next = Math.Min(end, (chunk + 1) * ofChunk);
                if (Interlocked.Add(ref _missing[chunk], first - next) == 0)
                {
                    Take(chunk);
                }

                first = next;
            }
        }

        private void Take(int chunk)
        {
            int first = _chunks.First(chunk);
            for (int block = 0; block < _chunks.Blocks; block++)
            {
                float* partial = _partials + (((block * _chunks.PerBlock) + chunk) * 2 * Block);
                NormStatisticsItems.Statistics(_target, block, first, first + _chunks.ImagesIn(chunk), partial);
            }
        }
    }
}
