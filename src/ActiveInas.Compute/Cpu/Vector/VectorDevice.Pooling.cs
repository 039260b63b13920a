namespace ActiveInas.Compute.Cpu.Vector;

internal unsafe partial class VectorDevice<T, S, V, L>
{
    private readonly MaxPoolItems _maxPool;
    private readonly AveragePoolItems _averagePool;

    public void MaxPoolForward(Tensor x, Tensor y)
    {
        OperationGuard.MaxPool(x, nameof(x), y, nameof(y));
        if (IsImage(Own(x)))
        {
            _plain.MaxPoolForward(x, y);
            return;
        }

        _maxPool.Run(Own(x), Own(y), null, null, default);
    }

    public void MaxPoolBackward(Tensor x, Tensor y, Tensor dy, Tensor dx)
    {
        OperationGuard.MaxPoolBackward(x, y, dy, dx);
        if (IsImage(Own(x)))
        {
            _plain.MaxPoolBackward(x, y, dy, dx);
            return;
        }

        _maxPool.Run(Own(x), Own(y), Own(dy), Own(dx), default);
    }

    public void BatchNormMaxPool(BatchNorm norm, Tensor x, Tensor y)
    {
        OperationGuard.BatchNorm(norm, x, null, x);
        OperationGuard.MaxPool(x, nameof(x), y, nameof(y));
        if (IsImage(Own(x)))
        {
            _plain.BatchNormMaxPool(norm, x, y);
            return;
        }

        PooledNorm pooled = new(norm, Partials(PaddedChannels(norm)), null);
        BatchFactors(norm, pooled.Factors);
        _maxPool.Run(Own(x), Own(y), null, null, pooled);
    }

    public void BatchNormMaxPoolBackward(BatchNorm norm, Tensor x, Tensor y, Tensor dy, Tensor dx)
    {
        OperationGuard.BatchNorm(norm, x, null, dx);
        OperationGuard.MaxPoolBackward(x, y, dy, dx);
        if (IsImage(Own(x)))
        {
            _plain.BatchNormMaxPoolBackward(norm, x, y, dy, dx);
            return;
        }

        CpuTensor<T, float, S> source = Own(x);
        CpuTensor<T, float, S> gradient = Own(dx);
        ImageChunks chunks = new(source.Layout.ChannelBlocks, source.Images, 1, source.Images);
        int channels = PaddedChannels(norm);
        float* coefficients = Partials((chunks.Items * 2 * Block) + (5 * channels));
        float* factors = coefficients + (4 * channels);
        PooledNorm pooled = new(norm, factors, factors + channels);
        BatchFactors(norm, factors);
        _maxPool.Run(source, Own(y), Own(dy), gradient, pooled);
        CombineGradientSums(norm, source, chunks, pooled.Partials, coefficients, channels);
        _normGradient.Run(_pool, source, null, gradient, chunks, coefficients, channels, gradient, null);
    }

    public void GlobalAveragePoolForward(Tensor x, Matrix embedding)
    {
        OperationGuard.GlobalAveragePool(x, nameof(x), embedding, nameof(embedding));
        if (IsImage(Own(x)))
        {
            _plain.GlobalAveragePoolForward(x, embedding);
            return;
        }

        CpuMatrix<float> target = Own(embedding);
        _averagePool.Run(_pool, Own(x), target.Pointer, backward: false);
        target.Touch();
    }

    public void GlobalAveragePoolBackward(Matrix dEmbedding, Tensor dx)
    {
        OperationGuard.GlobalAveragePool(dx, nameof(dx), dEmbedding, nameof(dEmbedding));
        if (IsImage(Own(dx)))
        {
            _plain.GlobalAveragePoolBackward(dEmbedding, dx);
            return;
        }

        _averagePool.Run(_pool, Own(dx), Own(dEmbedding).Pointer, backward: true);
    }

    /// <summary>A normalisation and rectifier that precede a max-pool and are not kept; the default: none.</summary>
    private readonly struct PooledNorm(BatchNorm norm, float* factors, float* partials)
    {
        /// <summary>With the statistics of the batch.</summary>
        public BatchNorm? Norm { get; } = norm;

        /// <summary>scale / deviation, [channels].</summary>
        public float* Factors { get; } = factors;

        /// <summary>Backward: sums of the gradient and of its product with the normalised input, [channel block][image][2][32].</summary>
        public float* Partials { get; } = partials;
    }

    /// <summary>Max-pool 3x3, stride 2, padding 1; items are (channel block, image).</summary>
    private sealed class MaxPoolItems(VectorDevice<T, S, V, L> device) : IWorkItems
    {
        private CpuTensor<T, float, S> _x = null!;
        private CpuTensor<T, float, S> _y = null!;
        private CpuTensor<T, float, S>? _dy;
        private CpuTensor<T, float, S>? _dx;
        private PooledNorm _norm;

        public void Run(CpuTensor<T, float, S> x, CpuTensor<T, float, S> y, CpuTensor<T, float, S>? dy, CpuTensor<T, float, S>? dx, PooledNorm norm)
        {
            (_x, _y, _dy, _dx, _norm) = (x, y, dy, dx, norm);
            device._pool.Run(x.Images * x.Layout.ChannelBlocks, this);
        }

        public void Run(int item, int worker)
        {
            int block = item / _x.Images;
            int image = item % _x.Images;
            long pixels = (long)_x.Shape.Height * _x.Shape.Width * Block;
            long activated = (long)_x.Layout.ImageStride * Block;
            float* scratch = device.Scratch(worker, pixels + activated);
            T* x = _norm.Norm is null ? _x.BlockPointer(block) + (_x.Layout.Position(image, 0, 0) * (long)Block) : Activate(image, block, (T*)(scratch + pixels));
            if (_dy is null)
            {
                Forward(x, image, block);
                return;
            }

            Backward(x, image, block, scratch);
            if (_norm.Norm is { } norm)
            {
                NormGradientSumItems.Sums(
                    _x, null, _dx!, block, image, image + 1, Own(norm.BatchMean).Pointer, Own(norm.BatchInverseDeviation).Pointer,
                    _norm.Partials + (item * 2 * Block));
            }
        }

        /// <summary>relu(BN(x)) of an image, rounded, with the layout of x.</summary>
        private T* Activate(int image, int block, T* target)
        {
            float* parameters = stackalloc float[3 * Block];
            CopyChannels(Own(_norm.Norm!.BatchMean).Pointer, block, _x.Shape.Channels, parameters, -1f);
            CopyChannels(_norm.Factors, block, _x.Shape.Channels, parameters + Block, 1f);
            CopyChannels(Own(_norm.Norm.Shift.Values).Pointer, block, _x.Shape.Channels, parameters + (2 * Block), 1f);
            for (int row = 0; row < _x.Shape.Height; row++)
            {
                T* source = _x.BlockPointer(block) + ((long)_x.Layout.Position(image, row, 0) * Block);
                NormApplyItems.Row(source, null, target + ((long)_x.Layout.Position(0, row, 0) * Block), parameters, _x.Shape.Width, relu: true);
            }

            return target;
        }

        private void Forward(T* x, int image, int block)
        {
            int height = _x.Shape.Height;
            int width = _x.Shape.Width;
            int rowStride = _x.Layout.RowStride * Block;
            for (int row = 0; row < _y.Shape.Height; row++)
            {
                int top = Math.Max(0, (2 * row) - 1);
                int bottom = Math.Min(height - 1, (2 * row) + 1);
                T* target = _y.BlockPointer(block) + ((long)_y.Layout.Position(image, row, 0) * Block);
                T* source = x + ((long)top * rowStride);
                for (int column = 0; column < _y.Shape.Width; column++, target += Block)
                {
                    int left = Math.Max(0, (2 * column) - 1);
                    int right = Math.Min(width - 1, (2 * column) + 1);
                    for (int lane = 0; lane < Block; lane += L.Count)
                    {
                        T* p = source + (left * Block) + lane;
                        V value = Lanes<T, V, L>.Load(p);
                        for (int y = top; y <= bottom; y++, p += rowStride)
                        {
                            for (int i = 0; i <= right - left; i++)
                            {
                                value = L.Max(value, Lanes<T, V, L>.Load(p + (i * Block)));
                            }
                        }

                        Lanes<T, V, L>.Store(target + lane, value);
                    }
                }
            }
        }

        /// <summary>Scatters dy into an fp32 image [H][W][32], then rounds it once; after a rectifier only where x &gt; 0.</summary>
        private void Backward(T* x, int image, int block, float* sums)
        {
            int height = _x.Shape.Height;
            int width = _x.Shape.Width;
            int rowStride = _x.Layout.RowStride * Block;
            new Span<float>(sums, height * width * Block).Clear();
            for (int row = 0; row < _y.Shape.Height; row++)
            {
                int top = Math.Max(0, (2 * row) - 1);
                int bottom = Math.Min(height - 1, (2 * row) + 1);
                long start = (long)_y.Layout.Position(image, row, 0) * Block;
                T* y = _y.BlockPointer(block) + start;
                T* dy = _dy!.BlockPointer(block) + start;
                for (int column = 0; column < _y.Shape.Width; column++, y += Block, dy += Block)
                {
                    int left = Math.Max(0, (2 * column) - 1);
                    int right = Math.Min(width - 1, (2 * column) + 1);
                    T* window = x + ((long)top * rowStride) + (left * Block);
                    Window(window, y, dy, sums + (((top * width) + left) * Block), bottom - top + 1, right - left + 1, width);
                }
            }

            for (int row = 0; row < height; row++)
            {
                T* target = _dx!.BlockPointer(block) + ((long)_dx.Layout.Position(image, row, 0) * Block);
                T* mask = x + ((long)row * rowStride);
                float* source = sums + (row * width * Block);
                for (int i = 0; i < width * Block; i += L.Count)
                {
                    V value = L.Load(source + i);
                    Lanes<T, V, L>.Store(target + i, _norm.Norm is null ? value : L.WherePositive(Lanes<T, V, L>.Load(mask + i), value));
                }
            }
        }

        private void Window(T* x, T* y, T* dy, float* sums, int rows, int columns, int width)
        {
            int rowStride = _x.Layout.RowStride * Block;
            for (int lane = 0; lane < Block; lane += L.Count)
            {
                V maximum = Lanes<T, V, L>.Load(y + lane);
                V gradient = Lanes<T, V, L>.Load(dy + lane);
                V free = L.AllBits;
                for (int row = 0; row < rows; row++)
                {
                    for (int column = 0; column < columns; column++)
                    {
                        float* sum = sums + ((((row * width) + column) * Block) + lane);
                        V taken = L.TakeWhereEqual(Lanes<T, V, L>.Load(x + (row * rowStride) + (column * Block) + lane), maximum, gradient, ref free);
                        L.Store(sum, L.Add(L.Load(sum), taken));
                    }
                }
            }
        }
    }

    /// <summary>Mean over positions and its backward; items are (image, channel block).</summary>
    private sealed class AveragePoolItems : IWorkItems
    {
        private CpuTensor<T, float, S> _x = null!;
        private float* _embedding;
        private bool _backward;

        public void Run(WorkerPool pool, CpuTensor<T, float, S> x, float* embedding, bool backward)
        {
            (_x, _backward) = (x, backward);
            _embedding = embedding;
            pool.Run(x.Images * x.Layout.ChannelBlocks, this);
        }

        public void Run(int item, int worker)
        {
            int image = item / _x.Layout.ChannelBlocks;
            int block = item % _x.Layout.ChannelBlocks;
            int channels = Math.Min(Block, _x.Shape.Channels - (block * Block));
            float share = 1f / (_x.Shape.Height * _x.Shape.Width);
            float* row = stackalloc float[Block];
            float* embedding = _embedding + ((long)image * _x.Shape.Channels) + (block * Block);
            new Span<float>(row, Block).Clear();
            if (_backward)
            {
                for (int c = 0; c < channels; c++)
                {
                    row[c] = embedding[c] * share;
                }
            }

            for (int lane = 0; lane < Block; lane += L.Count)
            {
                V value = L.Load(row + lane);
                for (int y = 0; y < _x.Shape.Height; y++)
                {
                    T* p = _x.BlockPointer(block) + ((long)_x.Layout.Position(image, y, 0) * Block) + lane;
                    for (int i = 0; i < _x.Shape.Width; i++, p += Block)
                    {
                        if (_backward)
                        {
                            Lanes<T, V, L>.Store(p, value);
                        }
                        else
                        {
                            value = L.Add(value, Lanes<T, V, L>.Load(p));
                        }
                    }
                }

                L.Store(row + lane, value);
            }

            if (!_backward)
            {
                for (int c = 0; c < channels; c++)
                {
                    embedding[c] = row[c] * share;
                }
            }
        }
    }
}
