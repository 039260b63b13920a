using System.Runtime.CompilerServices;
using ActiveInas.Compute.Cpu.Vector;

namespace ActiveInas.Compute.Cpu.Winograd;

/// <summary>A fixed linear map of <see cref="From"/> vectors to <see cref="To"/> vectors: one matrix of a bilinear algorithm, written out as
/// additions and multiplications.</summary>
internal interface ITransform<V, L>
    where V : struct
    where L : struct, ILanes<V>
{
    static abstract int From { get; }

    static abstract int To { get; }

    static abstract void Apply<T, R>(Vectors<T, V, L> source, Vectors<R, V, L> target)
        where T : unmanaged
        where R : unmanaged;
}

/// <summary>Vectors of fp32 values in memory of T, step elements from one to the next.</summary>
internal readonly unsafe struct Vectors<T, V, L>(T* first, nint step)
    where T : unmanaged
    where V : struct
    where L : struct, ILanes<V>
{
    public V this[int i]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Lanes<T, V, L>.Load(first + (i * step));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        set => Lanes<T, V, L>.Store(first + (i * step), value);
    }
}

/// <summary>A linear map in both directions of a square: X of From x From vectors becomes M X M^T, of To x To.</summary>
internal static unsafe class Square<M, V, L>
    where M : struct, ITransform<V, L>
    where V : struct
    where L : struct, ILanes<V>
{
    /// <param name="source">X[0, 0], 32 channels.</param>
    /// <param name="rowStep">Elements from a row of X to the next.</param>
    /// <param name="columnStep">Elements from a column to the next.</param>
    /// <param name="target">Where M X M^T goes, row by row.</param>
    /// <param name="elementStep">Elements from one result to the next.</param>
    public static void Apply<T, R>(T* source, nint rowStep, nint columnStep, R* target, nint elementStep)
        where T : unmanaged
        where R : unmanaged
    {
        for (int lane = 0; lane < 32; lane += L.Count)
        {
            Lane(source + lane, rowStep, columnStep, target + lane, elementStep);
        }
    }

    [SkipLocalsInit]
    private static void Lane<T, R>(T* source, nint rowStep, nint columnStep, R* target, nint elementStep)
        where T : unmanaged
        where R : unmanaged
    {
        float* between = stackalloc float[M.To * M.From * L.Count];
        for (int column = 0; column < M.From; column++)
        {
            M.Apply<T, float>(new(source + (column * columnStep), rowStep), new(between + (column * L.Count), M.From * L.Count));
        }

        for (int row = 0; row < M.To; row++)
        {
            M.Apply<float, R>(new(between + (row * M.From * L.Count), L.Count), new(target + (row * M.To * elementStep), elementStep));
        }
    }
}
