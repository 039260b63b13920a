using System.Runtime.CompilerServices;
using ActiveInas.Compute.Cpu.Vector;

namespace ActiveInas.Compute.Cpu.Winograd;

/// <summary>
/// Both outputs of a 3-tap filter over two inputs between zeros, by three products in place of four: y0 = g1 d0 + g2 d1 and y1 = g0 d0 + g1 d1
/// share g1 (d0 + d1). A Toeplitz matrix of 2 x 2, the smallest step of Karatsuba's method.
/// </summary>
internal static class TwoOutputs
{
    /// <summary>d1, d0 + d1, d0.</summary>
    internal readonly unsafe struct Input : ITransform
    {
        public static int From => 2;

        public static int To => 3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Apply<T, V, L>(T* source, nint step, float* target, nint targetStep)
            where T : unmanaged
            where V : struct
            where L : struct, ILanes<V>
        {
            V d0 = Lanes<T, V, L>.Load(source);
            V d1 = Lanes<T, V, L>.Load(source + step);
            L.Store(target, d1);
            L.Store(target + targetStep, L.Add(d0, d1));
            L.Store(target + (2 * targetStep), d0);
        }
    }

    /// <summary>g2 - g1, g1, g0 - g1.</summary>
    internal readonly unsafe struct Filter : ITransform
    {
        public static int From => 3;

        public static int To => 3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Apply<T, V, L>(T* source, nint step, float* target, nint targetStep)
            where T : unmanaged
            where V : struct
            where L : struct, ILanes<V>
        {
            V g1 = Lanes<T, V, L>.Load(source + step);
            L.Store(target, L.Subtract(Lanes<T, V, L>.Load(source + (2 * step)), g1));
            L.Store(target + targetStep, g1);
            L.Store(target + (2 * targetStep), L.Subtract(Lanes<T, V, L>.Load(source), g1));
        }
    }

    /// <summary>m0 + m1, m1 + m2.</summary>
    internal readonly unsafe struct Output : ITransform
    {
        public static int From => 3;

        public static int To => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Apply<T, V, L>(T* source, nint step, float* target, nint targetStep)
            where T : unmanaged
            where V : struct
            where L : struct, ILanes<V>
        {
            V m1 = Lanes<T, V, L>.Load(source + step);
            L.Store(target, L.Add(Lanes<T, V, L>.Load(source), m1));
            L.Store(target + targetStep, L.Add(m1, Lanes<T, V, L>.Load(source + (2 * step))));
        }
    }

    /// <summary>The gradients of two outputs: y0, y0 + y1, y1.</summary>
    internal readonly unsafe struct OutputGradient : ITransform
    {
        public static int From => 2;

        public static int To => 3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Apply<T, V, L>(T* source, nint step, float* target, nint targetStep)
            where T : unmanaged
            where V : struct
            where L : struct, ILanes<V>
        {
            V y0 = Lanes<T, V, L>.Load(source);
            V y1 = Lanes<T, V, L>.Load(source + step);
            L.Store(target, y0);
            L.Store(target + targetStep, L.Add(y0, y1));
            L.Store(target + (2 * targetStep), y1);
        }
    }

    /// <summary>The gradients of three taps: u2, u1 - u0 - u2, u0.</summary>
    internal readonly unsafe struct FilterGradient : ITransform
    {
        public static int From => 3;

        public static int To => 3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Apply<T, V, L>(T* source, nint step, float* target, nint targetStep)
            where T : unmanaged
            where V : struct
            where L : struct, ILanes<V>
        {
            V u0 = Lanes<T, V, L>.Load(source);
            V u2 = Lanes<T, V, L>.Load(source + (2 * step));
            L.Store(target, u2);
            L.Store(target + targetStep, L.Subtract(Lanes<T, V, L>.Load(source + step), L.Add(u0, u2)));
            L.Store(target + (2 * targetStep), u0);
        }
    }
}
