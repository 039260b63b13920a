using ActiveInas.Compute.Cpu.Vector;

namespace ActiveInas.Compute.Cpu;

internal sealed unsafe partial class CpuDevice<T, S, V, L>
{
    public void GlobalAveragePoolForward(Tensor x, Matrix embedding)
    {
        OperationGuard.GlobalAveragePool(x, nameof(x), embedding, nameof(embedding));
        if (Own(x).Layout.IsImage)
        {
            _plain.GlobalAveragePoolForward(x, embedding);
            return;
        }

        CpuMatrix<float> target = Own(embedding);
        _work.Pool.Run(new AveragePoolItems(Own(x), target.Pointer, backward: false));
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

        _work.Pool.Run(new AveragePoolItems(Own(dx), Own(dEmbedding).Pointer, backward: true));
    }

    /// <summary>Mean over positions and its backward; items are (image, channel block).</summary>
    private readonly struct AveragePoolItems(CpuTensor<T, float, S> x, float* embeddings, bool backward) : IWorkItems
    {
        public int Items => x.Images * x.Layout.ChannelBlocks;

        public void Run(int item, int worker)
        {
            int image = item / x.Layout.ChannelBlocks;
            int block = item % x.Layout.ChannelBlocks;
            int channels = Math.Min(Block, x.Shape.Channels - (block * Block));
            float share = 1f / (x.Shape.Height * x.Shape.Width);
            float* row = stackalloc float[Block];
            float* embedding = embeddings + ((long)image * x.Shape.Channels) + (block * Block);
            new Span<float>(row, Block).Clear();
            if (backward)
            {
                for (int c = 0; c < channels; c++)
                {
                    row[c] = embedding[c] * share;
                }
            }

            for (int lane = 0; lane < Block; lane += L.Count)
            {
                V value = L.Load(row + lane);
                for (int y = 0; y < x.Shape.Height; y++)
                {
                    T* p = x.BlockPointer(block) + ((long)x.Layout.Position(image, y, 0) * Block) + lane;
                    for (int i = 0; i < x.Shape.Width; i++, p += Block)
                    {
                        if (backward)
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

            if (!backward)
            {
                for (int c = 0; c < channels; c++)
                {
                    embedding[c] = row[c] * share;
                }
            }
        }
    }
}
