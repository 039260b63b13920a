using System.Runtime.CompilerServices;
using ActiveInas.Compute.Cpu.Vector;

namespace ActiveInas.Compute.Cpu.Winograd;

/// <summary>
/// F(4, 3): four outputs of a 3-tap filter by six products in place of twelve, y = A^T [(G g) * (B^T d)], at the points 0, 1, -1, 2, -2 and
/// infinity (Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", arXiv 1509.09308, section 4.3).
/// </summary>
/// <remarks>In fp32 the transforms leave errors of some 1e-6 of the largest value of a tile; activations are rounded to bf16, 4e-3 of each.</remarks>
internal static class FourOutputs
{
    /// <summary>B^T: six inputs.</summary>
    internal readonly unsafe struct Input : ITransform
    {
        public static int From => 6;

        public static int To => 6;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Apply<T, V, L>(T* source, nint step, float* target, nint targetStep)
            where T : unmanaged
            where V : struct
            where L : struct, ILanes<V>
        {
            V two = L.Broadcast(2), four = L.Broadcast(4), minusFour = L.Broadcast(-4), minusFive = L.Broadcast(-5);
            V d0 = Lanes<T, V, L>.Load(source);
            V d1 = Lanes<T, V, L>.Load(source + step);
            V d2 = Lanes<T, V, L>.Load(source + (2 * step));
            V d3 = Lanes<T, V, L>.Load(source + (3 * step));
            V d4 = Lanes<T, V, L>.Load(source + (4 * step));
            V d5 = Lanes<T, V, L>.Load(source + (5 * step));
            V even = L.FusedMultiplyAdd(d2, minusFour, d4);
            V odd = L.FusedMultiplyAdd(d1, minusFour, d3);
            V evenDifference = L.Subtract(d4, d2);
            V oddDifference = L.Multiply(L.Subtract(d3, d1), two);
            L.Store(target, L.FusedMultiplyAdd(d0, four, L.FusedMultiplyAdd(d2, minusFive, d4)));
            L.Store(target + targetStep, L.Add(even, odd));
            L.Store(target + (2 * targetStep), L.Subtract(even, odd));
            L.Store(target + (3 * targetStep), L.Add(evenDifference, oddDifference));
            L.Store(target + (4 * targetStep), L.Subtract(evenDifference, oddDifference));
            L.Store(target + (5 * targetStep), L.FusedMultiplyAdd(d1, four, L.FusedMultiplyAdd(d3, minusFive, d5)));
        }
    }

    /// <summary>G: three taps.</summary>
    internal readonly unsafe struct Filter : ITransform
    {
        public static int From => 3;

        public static int To => 6;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Apply<T, V, L>(T* source, nint step, float* target, nint targetStep)
            where T : unmanaged
            where V : struct
            where L : struct, ILanes<V>
        {
            V sixth = L.Broadcast(-1f / 6), twentyFourth = L.Broadcast(1f / 24);
            V g0 = Lanes<T, V, L>.Load(source);
            V g1 = Lanes<T, V, L>.Load(source + step);
            V g2 = Lanes<T, V, L>.Load(source + (2 * step));
            V outer = L.Add(g0, g2);
            V quarters = L.FusedMultiplyAdd(g2, L.Broadcast(4), g0);
            V twice = L.Add(g1, g1);
            L.Store(target, L.Multiply(g0, L.Broadcast(0.25f)));
            L.Store(target + targetStep, L.Multiply(L.Add(outer, g1), sixth));
            L.Store(target + (2 * targetStep), L.Multiply(L.Subtract(outer, g1), sixth));
            L.Store(target + (3 * targetStep), L.Multiply(L.Add(quarters, twice), twentyFourth));
            L.Store(target + (4 * targetStep), L.Multiply(L.Subtract(quarters, twice), twentyFourth));
            L.Store(target + (5 * targetStep), g2);
        }
    }

    /// <summary>A^T: four outputs.</summary>
    internal readonly unsafe struct Output : ITransform
    {
        public static int From => 6;

        public static int To => 4;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Apply<T, V, L>(T* source, nint step, float* target, nint targetStep)
            where T : unmanaged
            where V : struct
            where L : struct, ILanes<V>
        {
            V m1 = Lanes<T, V, L>.Load(source + step);
            V m2 = Lanes<T, V, L>.Load(source + (2 * step));
            V m3 = Lanes<T, V, L>.Load(source + (3 * step));
            V m4 = Lanes<T, V, L>.Load(source + (4 * step));
            V ones = L.Add(m1, m2);
            V oneDifference = L.Subtract(m1, m2);
            V twos = L.Add(m3, m4);
            V twoDifference = L.Subtract(m3, m4);
            L.Store(target, L.Add(L.Add(ones, twos), Lanes<T, V, L>.Load(source)));
            L.Store(target + targetStep, L.FusedMultiplyAdd(twoDifference, L.Broadcast(2), oneDifference));
            L.Store(target + (2 * targetStep), L.FusedMultiplyAdd(twos, L.Broadcast(4), ones));
            L.Store(
                target + (3 * targetStep),
                L.Add(L.FusedMultiplyAdd(twoDifference, L.Broadcast(8), oneDifference), Lanes<T, V, L>.Load(source + (5 * step))));
        }
    }

    /// <summary>A: the gradients of four outputs.</summary>
    internal readonly unsafe struct OutputGradient : ITransform
    {
        public static int From => 4;

        public static int To => 6;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Apply<T, V, L>(T* source, nint step, float* target, nint targetStep)
            where T : unmanaged
            where V : struct
            where L : struct, ILanes<V>
        {
            V four = L.Broadcast(4);
            V y0 = Lanes<T, V, L>.Load(source);
            V y1 = Lanes<T, V, L>.Load(source + step);
            V y2 = Lanes<T, V, L>.Load(source + (2 * step));
            V y3 = Lanes<T, V, L>.Load(source + (3 * step));
            V even = L.Add(y0, y2);
            V odd = L.Add(y1, y3);
            V evenTwos = L.FusedMultiplyAdd(y2, four, y0);
            V oddTwos = L.Multiply(L.FusedMultiplyAdd(y3, four, y1), L.Broadcast(2));
            L.Store(target, y0);
            L.Store(target + targetStep, L.Add(even, odd));
            L.Store(target + (2 * targetStep), L.Subtract(even, odd));
            L.Store(target + (3 * targetStep), L.Add(evenTwos, oddTwos));
            L.Store(target + (4 * targetStep), L.Subtract(evenTwos, oddTwos));
            L.Store(target + (5 * targetStep), y3);
        }
    }

    /// <summary>G^T: the gradients of three taps.</summary>
    internal readonly unsafe struct FilterGradient : ITransform
    {
        public static int From => 6;

        public static int To => 3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Apply<T, V, L>(T* source, nint step, float* target, nint targetStep)
            where T : unmanaged
            where V : struct
            where L : struct, ILanes<V>
        {
            V sixth = L.Broadcast(1f / 6);
            V u1 = Lanes<T, V, L>.Load(source + step);
            V u2 = Lanes<T, V, L>.Load(source + (2 * step));
            V u3 = Lanes<T, V, L>.Load(source + (3 * step));
            V u4 = Lanes<T, V, L>.Load(source + (4 * step));
            V ones = L.Add(u1, u2);
            V twos = L.Add(u3, u4);
            V small = L.Multiply(twos, L.Broadcast(0.25f));
            V first = L.Multiply(Lanes<T, V, L>.Load(source), L.Broadcast(0.25f));
            L.Store(target, L.FusedMultiplyAdd(L.Subtract(small, ones), sixth, first));
            V difference = L.FusedMultiplyAdd(L.Subtract(u3, u4), L.Broadcast(0.5f), L.Subtract(u2, u1));
            L.Store(target + targetStep, L.Multiply(difference, sixth));
            L.Store(target + (2 * targetStep), L.FusedMultiplyAdd(L.Subtract(twos, ones), sixth, Lanes<T, V, L>.Load(source + (5 * step))));
        }
    }
}
