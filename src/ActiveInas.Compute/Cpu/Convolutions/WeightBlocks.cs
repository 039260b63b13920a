using System.Runtime.CompilerServices;
using ActiveInas.Compute.Cpu.Vector;

namespace ActiveInas.Compute.Cpu.Convolutions;

/// <summary>Master weights [tap][C][K], read in blocks and rounded to the storage type. Channels beyond C or K are not written.</summary>
internal readonly unsafe struct WeightBlocks<T, S, V, L>(float* weights, ConvolutionShape shape)
    where T : unmanaged
    where S : struct, IStorage<T, float>
    where V : struct
    where L : struct, ILanes<V>
{
    private const int Block = BlockedLayout.FullBlock;
    private readonly float* _weights = weights;

    /// <summary>[32 c][32 k] of one tap.</summary>
    public void Copy(int tap, int c, int k, float* target) => CopyRows((tap * shape.InChannels) + c, k, Math.Min(Block, shape.InChannels - c), target);

    /// <summary>[rows][32 k] from master rows that start at (row, k).</summary>
    public void CopyRows(int row, int k, int rows, float* target)
    {
        int columns = Math.Min(Block, shape.OutChannels - k);
        for (int r = 0; r < rows; r++)
        {
            Round(Row(row + r, k), columns, target + (r * Block));
        }
    }

    /// <summary>[32 k][32 c] of one tap.</summary>
    public void Transpose(int tap, int c, int k, float* target)
    {
        int first = (tap * shape.InChannels) + c;
        int rows = Math.Min(Block, shape.InChannels - c);
        int columns = Math.Min(Block, shape.OutChannels - k);
        float* row = stackalloc float[Block];
        for (int r = 0; r < rows; r++)
        {
            Round(Row(first + r, k), columns, row);
            for (int i = 0; i < columns; i++)
            {
                target[(i * Block) + r] = row[i];
            }
        }
    }

    private float* Row(int row, int k) => _weights + ((long)row * shape.OutChannels) + k;

    /// <summary>Up to 32 weights as the storage type has them.</summary>
    [SkipLocalsInit]
    private static void Round(float* source, int count, float* target)
    {
        if (count < Block)
        {
            for (int i = 0; i < count; i++)
            {
                target[i] = S.Load(S.Store(source[i]));
            }

            return;
        }

        T* rounded = stackalloc T[Block];
        for (int lane = 0; lane < Block; lane += L.Count)
        {
            Lanes<T, V, L>.Store(rounded + lane, L.Load(source + lane));
        }

        Lanes<T, V, L>.Widen(rounded, target, Block);
    }
}
