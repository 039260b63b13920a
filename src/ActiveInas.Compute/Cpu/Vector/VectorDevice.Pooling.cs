namespace ActiveInas.Compute.Cpu.Vector;

internal unsafe partial class VectorDevice<T, S, V, L>
{
    private readonly MaxPoolItems _maxPool;
    private readonly AveragePoolItems _averagePool;

    public void MaxPoolForward(Tensor x, Tensor y, bool rectified = false)
    {
        OperationGuard.MaxPool(x, nameof(x), y, nameof(y));
        if (IsImage(Own(x)))
        {
            _plain.MaxPoolForward(x, y);
            return;
        }

        if (rectified)
        {
            _rectifiedMaxPool.Run(Own(x), Own(y));
            return;
        }

        _maxPool.Run(Own(x), Own(y), null, null);
    }

    public void MaxPoolBackward(Tensor x, Tensor y, Tensor dy, Tensor dx)
    {
        OperationGuard.MaxPoolBackward(x, y, dy, dx);
        if (IsImage(Own(x)))
        {
            _plain.MaxPoolBackward(x, y, dy, dx);
            return;
        }

        _maxPool.Run(Own(x), Own(y), Own(dy), Own(dx));
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

    /// <summary>Max-pool 3x3, stride 2, padding 1; items are (channel block, image).</summary>
    private sealed class MaxPoolItems(VectorDevice<T, S, V, L> device) : IWorkItems
    {
        private CpuTensor<T, float, S> _x = null!;
        private CpuTensor<T, float, S> _y = null!;
        private CpuTensor<T, float, S>? _dy;
        private CpuTensor<T, float, S>? _dx;

        public void Run(CpuTensor<T, float, S> x, CpuTensor<T, float, S> y, CpuTensor<T, float, S>? dy, CpuTensor<T, float, S>? dx)
        {
            (_x, _y, _dy, _dx) = (x, y, dy, dx);
            device._pool.Run(x.Images * x.Layout.ChannelBlocks, this);
        }

        public void Run(int item, int worker)
        {
            int block = item / _x.Images;
            int image = item % _x.Images;
            T* x = _x.BlockPointer(block) + (_x.Layout.Position(image, 0, 0) * (long)Block);
            if (_dy is null)
            {
                Forward(x, image, block);
            }
            else
            {
                Backward(x, image, block, device.Scratch(worker, (long)_x.Shape.Height * _x.Shape.Width * Block));
            }
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

        /// <summary>Scatters dy into an fp32 image [H][W][32], then rounds it once.</summary>
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
                float* source = sums + (row * width * Block);
                for (int i = 0; i < width * Block; i += L.Count)
                {
                    Lanes<T, V, L>.Store(target + i, L.Load(source + i));
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
