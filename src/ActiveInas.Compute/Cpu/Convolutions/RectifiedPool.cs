using System.Runtime.Intrinsics;

namespace ActiveInas.Compute.Cpu.Convolutions;

/// <summary>Max-pool 3x3, stride 2, padding 1, of what a rectifier left.</summary>
/// <remarks>No value is negative, so that bits compare as the values do: windows are searched as unsigned integers, without widening. Zeros around the image
/// never win over what is there.</remarks>
internal static unsafe class RectifiedPool<T, S>
    where T : unmanaged
    where S : struct, IStorage<T, float>
{
    private const int Block = BlockedLayout.FullBlock;

    /// <summary>[positions of a row of windows][32].</summary>
    public static int RowLengthOf(CpuTensor<T, float, S> y) => ((2 * y.Shape.Width) + 1) * Block;

    /// <summary>A channel block of an image, from x where it lies: the zeros of the layout surround it.</summary>
    /// <param name="x">What a rectifier left.</param>
    /// <param name="from">Image of x.</param>
    /// <param name="y">Where it goes.</param>
    /// <param name="to">Image of y.</param>
    /// <param name="block">Channel block.</param>
    /// <param name="columns">Scratch, <see cref="RowLengthOf"/>.</param>
    public static void PoolImage(CpuTensor<T, float, S> x, int from, CpuTensor<T, float, S> y, int to, int block, T* columns)
    {
        long rowStride = (long)x.Layout.RowStride * Block;
        T* top = x.BlockPointer(block) + ((long)x.Layout.Position(from, -1, -1) * Block);
        for (int row = 0; row < y.Shape.Height; row++, top += 2 * rowStride)
        {
            PoolRow(y, to, block, row, top, top + rowStride, top + (2 * rowStride), columns);
        }
    }

    /// <summary>A row of windows from the three rows of the image that it reaches, left border on.</summary>
    public static void PoolRow(CpuTensor<T, float, S> y, int image, int block, int row, T* top, T* middle, T* bottom, T* columns)
    {
        T* target = y.BlockPointer(block) + ((long)y.Layout.Position(image, row, 0) * Block);
        if (sizeof(T) == sizeof(ushort))
        {
            PoolRow<ushort>(top, middle, bottom, columns, target, y.Shape.Width);
        }
        else
        {
            PoolRow<uint>(top, middle, bottom, columns, target, y.Shape.Width);
        }
    }

    private static void PoolRow<U>(T* top, T* middle, T* bottom, T* columns, T* target, int width)
        where U : unmanaged
    {
        int length = ((2 * width) + 1) * Block;
        for (int i = 0; i < length; i += Vector256<U>.Count)
        {
            Vector256.Max(Vector256.Max(Load<U>(top + i), Load<U>(middle + i)), Load<U>(bottom + i)).Store((U*)(columns + i));
        }

        for (int column = 0; column < width; column++, target += Block, columns += 2 * Block)
        {
            for (int i = 0; i < Block; i += Vector256<U>.Count)
            {
                Vector256.Max(Vector256.Max(Load<U>(columns + i), Load<U>(columns + Block + i)), Load<U>(columns + (2 * Block) + i)).Store((U*)(target + i));
            }
        }
    }

    private static Vector256<U> Load<U>(T* source)
        where U : unmanaged
        => Vector256.Load((U*)source);
}
