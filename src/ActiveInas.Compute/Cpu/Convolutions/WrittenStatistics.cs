using ActiveInas.Compute.Cpu.Vector;

namespace ActiveInas.Compute.Cpu.Convolutions;

/// <summary>Statistics of a tensor in chunks of its images, while a convolution writes it: whoever writes the last part of a chunk takes those of the
/// chunk, which is still in the cache. Chunks depend on the shape only, so it does not matter who that is.</summary>
/// <param name="threads">Of the device.</param>
internal sealed unsafe class WrittenStatistics<T, S, V, L>(int threads)
    where T : unmanaged
    where S : struct, IStorage<T, float>
    where V : struct
    where L : struct, ILanes<V>
{
    private const int Block = BlockedLayout.FullBlock;
    private CpuTensor<T, float, S> _target = null!;
    private ImageChunks _chunks;
    private float* _partials;
    private int _parts;
    private bool _wait;

    /// <summary>Parts of each chunk that nobody has written yet.</summary>
    private int[] _missing = [];

    /// <param name="target">What is about to be written.</param>
    /// <param name="chunks">Its cut.</param>
    /// <param name="partials">[channel block][chunk][mean, squared deviations][32].</param>
    public void Of(CpuTensor<T, float, S> target, ImageChunks chunks, float* partials)
    {
        (_target, _chunks, _wait) = (target, chunks, false);
        _partials = partials;
    }

    /// <summary>Before the first part is written, by a convolution that writes parts of images with all of their channels.</summary>
    /// <param name="parts">In how many parts an image is written.</param>
    public void Begin(int parts)
    {
        // A few chunks of many channels: work for all threads only when the convolution is done.
        _wait = _chunks.PerBlock < 2 * threads;
        if (_wait)
        {
            return;
        }

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
        if (_wait)
        {
            return;
        }

        int ofChunk = _chunks.Images * _parts;
        int end = first + count;
        while (first < end)
        {
            int chunk = first / ofChunk;
            int next = Math.Min(end, (chunk + 1) * ofChunk);
            if (Interlocked.Add(ref _missing[chunk], first - next) == 0)
            {
                for (int block = 0; block < _chunks.Blocks; block++)
                {
                    Take(block, chunk);
                }
            }

            first = next;
        }
    }

    /// <summary>A channel block of a chunk is written, by a convolution whose work items are that.</summary>
    public void Take(int block, int chunk)
    {
        int first = _chunks.First(chunk);
        Take(_target, block, first, first + _chunks.ImagesIn(chunk), _partials + (((block * _chunks.PerBlock) + chunk) * 2 * Block));
    }

    /// <summary>When all is written: takes what had to wait.</summary>
    public void End(WorkerPool pool)
    {
        if (_wait)
        {
            pool.Run(new TakeItems(this));
        }
    }

    /// <summary>Mean and squared deviations from it of one channel block of some images, [2][32].</summary>
    private static void Take(CpuTensor<T, float, S> x, int channelBlock, int first, int last, float* partial)
    {
        BlockedLayout layout = x.Layout;
        int width = layout.Shape.Width;
        T* block = x.BlockPointer(channelBlock);
        V share = L.Broadcast(1f / ((last - first) * layout.Shape.Height * width));
        for (int lane = 0; lane < Block; lane += 2 * L.Count)
        {
            V sum0 = L.Zero, sum1 = L.Zero;
            for (int n = first; n < last; n++)
            {
                for (int row = 0; row < layout.Shape.Height; row++)
                {
                    T* p = block + ((long)layout.Position(n, row, 0) * Block) + lane;
                    for (int i = 0; i < width; i++, p += Block)
                    {
                        sum0 = L.Add(sum0, Lanes<T, V, L>.Load(p));
                        sum1 = L.Add(sum1, Lanes<T, V, L>.Load(p + L.Count));
                    }
                }
            }

            V mean0 = L.Multiply(sum0, share), mean1 = L.Multiply(sum1, share);
            V squares0 = L.Zero, squares1 = L.Zero;
            for (int n = first; n < last; n++)
            {
                for (int row = 0; row < layout.Shape.Height; row++)
                {
                    T* p = block + ((long)layout.Position(n, row, 0) * Block) + lane;
                    for (int i = 0; i < width; i++, p += Block)
                    {
                        V deviation0 = L.Subtract(Lanes<T, V, L>.Load(p), mean0);
                        V deviation1 = L.Subtract(Lanes<T, V, L>.Load(p + L.Count), mean1);
                        squares0 = L.FusedMultiplyAdd(deviation0, deviation0, squares0);
                        squares1 = L.FusedMultiplyAdd(deviation1, deviation1, squares1);
                    }
                }
            }

            L.Store(partial + lane, mean0);
            L.Store(partial + lane + L.Count, mean1);
            L.Store(partial + Block + lane, squares0);
            L.Store(partial + Block + lane + L.Count, squares1);
        }
    }

    /// <summary>Items are (channel block, chunk).</summary>
    private readonly struct TakeItems(WrittenStatistics<T, S, V, L> statistics) : IWorkItems
    {
        public int Items => statistics._chunks.Items;

        public void Run(int item, int worker) => statistics.Take(item / statistics._chunks.PerBlock, item % statistics._chunks.PerBlock);
    }
}
