using System.Runtime.CompilerServices;
using ActiveInas.Compute.Cpu.Vector;

namespace ActiveInas.Compute.Cpu.Winograd;

/// <summary>A fixed linear map of <see cref="From"/> vectors to <see cref="To"/> vectors: one matrix of a bilinear algorithm, written out as
/// additions and multiplications.</summary>
internal unsafe interface ITransform
{
    static abstract int From { get; }

    static abstract int To { get; }

    /// <param name="source">The first vector.</param>
    /// <param name="step">Elements from a vector to the next.</param>
    /// <param name="target">Where the first result goes.</param>
    /// <param name="targetStep">Elements from a result to the next.</param>
    static abstract void Apply<T, V, L>(T* source, nint step, float* target, nint targetStep)
        where T : unmanaged
        where V : struct
        where L : struct, ILanes<V>;
}

/// <summary>A linear map in both directions of a square: X of From x From vectors becomes M X M^T, of To x To.</summary>
internal static unsafe class Square<M>
    where M : struct, ITransform
{
    /// <param name="source">X[0, 0], 32 channels.</param>
    /// <param name="rowStep">Elements from a row of X to the next.</param>
    /// <param name="columnStep">Elements from a column to the next.</param>
    /// <param name="target">Where M X M^T goes, row by row.</param>
    /// <param name="elementStep">Elements from one result to the next.</param>
    public static void Apply<T, V, L>(T* source, nint rowStep, nint columnStep, float* target, nint elementStep)
        where T : unmanaged
        where V : struct
        where L : struct, ILanes<V>
    {
        for (int lane = 0; lane < 32; lane += L.Count)
        {
            Lane<T, V, L>(source + lane, rowStep, columnStep, target + lane, elementStep);
        }
    }

    [SkipLocalsInit]
    private static void Lane<T, V, L>(T* source, nint rowStep, nint columnStep, float* target, nint elementStep)
        where T : unmanaged
        where V : struct
        where L : struct, ILanes<V>
    {
        float* between = stackalloc float[M.To * M.From * L.Count];
        for (int column = 0; column < M.From; column++)
        {
            M.Apply<T, V, L>(source + (column * columnStep), rowStep, between + (column * L.Count), M.From * L.Count);
        }

        for (int row = 0; row < M.To; row++)
        {
            M.Apply<float, V, L>(between + (row * M.From * L.Count), L.Count, target + (row * M.To * elementStep), elementStep);
        }
    }
}
