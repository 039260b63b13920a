using ActiveInas.Compute.Cpu.Vector;

namespace ActiveInas.Compute.Cpu;

internal sealed unsafe partial class CpuDevice<T, S, V, L>
{
    private readonly AveragePoolItems _averagePool;

    public void GlobalAveragePoolForward(Tensor x, Matrix embedding)
    {
        OperationGuard.GlobalAveragePool(x, nameof(x), embedding, nameof(embedding));
        if (Own(x).Layout.IsImage)
        {
            _plain.GlobalAveragePoolForward(x, embedding);
            return;
        }

        CpuMatrix<float> target = Own(embedding);
        _averagePool.Run(_work.Pool, Own(x), target.Pointer, backward: false);
        target.Touch();
    }

    public void GlobalAveragePoolBackward(Matrix dEmbedding, Tensor dx)
    {
        OperationGuard.GlobalAveragePool(dx, nameof(dx), dEmbedding, nameof(dEmbedding));
        if (Own(dx).Layout.IsImage)
        {
            _plain.GlobalAveragePoolBackward(dEmbedding, dx);
            return;
        }

        _averagePool.Run(_work.Pool, Own(dx), Own(dEmbedding).Pointer, backward: true);
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
