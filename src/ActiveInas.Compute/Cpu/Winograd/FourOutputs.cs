using System.Runtime.CompilerServices;
using ActiveInas.Compute.Cpu.Vector;

namespace ActiveInas.Compute.Cpu.Winograd;

/// <summary>
/// F(4, 3): four outputs of a 3-tap filter by six products in place of twelve, y = A^T [(G g) * (B^T d)], at the points 0, 1, -1, 2, -2 and
/// infinity (Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", arXiv 1509.09308, section 4.3).
/// </summary>
/// <remarks>In fp32 the transforms leave errors of some 1e-6 of the largest value of a tile; activations are rounded to bf16, 4e-3 of each.</remarks>
internal static class FourOutputs<V, L>
    where V : struct
    where L : struct, ILanes<V>
{
    /// <summary>The five matrices, for tensors of T.</summary>
    public static WinogradScheme<T> Scheme<T>()
        where T : unmanaged
        => new WinogradScheme<T, V, L, Input, Filter, Output, OutputGradient, FilterGradient>();

    /// <summary>B^T: six inputs.</summary>
    internal readonly struct Input : ITransform<V, L>
    {
        public static int From => 6;

        public static int To => 6;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Apply<T>(Vectors<T, V, L> d, Vectors<float, V, L> v)
            where T : unmanaged
        {
            V two = L.Broadcast(2), four = L.Broadcast(4), minusFour = L.Broadcast(-4), minusFive = L.Broadcast(-5);
            V d0 = d[0], d1 = d[1], d2 = d[2], d3 = d[3], d4 = d[4], d5 = d[5];
            V even = L.FusedMultiplyAdd(d2, minusFour, d4);
            V odd = L.FusedMultiplyAdd(d1, minusFour, d3);
            V evenDifference = L.Subtract(d4, d2);
            V oddDifference = L.Multiply(L.Subtract(d3, d1), two);
            v[0] = L.FusedMultiplyAdd(d0, four, L.FusedMultiplyAdd(d2, minusFive, d4));
            v[1] = L.Add(even, odd);
            v[2] = L.Subtract(even, odd);
            v[3] = L.Add(evenDifference, oddDifference);
            v[4] = L.Subtract(evenDifference, oddDifference);
            v[5] = L.FusedMultiplyAdd(d1, four, L.FusedMultiplyAdd(d3, minusFive, d5));
        }
    }

    /// <summary>G: three taps.</summary>
    internal readonly struct Filter : ITransform<V, L>
    {
        public static int From => 3;

        public static int To => 6;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Apply<T>(Vectors<T, V, L> g, Vectors<float, V, L> u)
            where T : unmanaged
        {
            V sixth = L.Broadcast(-1f / 6), twentyFourth = L.Broadcast(1f / 24);
            V g0 = g[0], g1 = g[1], g2 = g[2];
            V outer = L.Add(g0, g2);
            V quarters = L.FusedMultiplyAdd(g2, L.Broadcast(4), g0);
            V twice = L.Add(g1, g1);
            u[0] = L.Multiply(g0, L.Broadcast(0.25f));
            u[1] = L.Multiply(L.Add(outer, g1), sixth);
            u[2] = L.Multiply(L.Subtract(outer, g1), sixth);
            u[3] = L.Multiply(L.Add(quarters, twice), twentyFourth);
            u[4] = L.Multiply(L.Subtract(quarters, twice), twentyFourth);
            u[5] = g2;
        }
    }

    /// <summary>A^T: four outputs.</summary>
    internal readonly struct Output : ITransform<V, L>
    {
        public static int From => 6;

        public static int To => 4;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Apply<T>(Vectors<T, V, L> m, Vectors<float, V, L> y)
            where T : unmanaged
        {
            V m1 = m[1], m2 = m[2], m3 = m[3], m4 = m[4];
            V ones = L.Add(m1, m2);
            V oneDifference = L.Subtract(m1, m2);
            V twos = L.Add(m3, m4);
            V twoDifference = L.Subtract(m3, m4);
            y[0] = L.Add(L.Add(ones, twos), m[0]);
            y[1] = L.FusedMultiplyAdd(twoDifference, L.Broadcast(2), oneDifference);
            y[2] = L.FusedMultiplyAdd(twos, L.Broadcast(4), ones);
            y[3] = L.Add(L.FusedMultiplyAdd(twoDifference, L.Broadcast(8), oneDifference), m[5]);
        }
    }

    /// <summary>A: the gradients of four outputs.</summary>
    internal readonly struct OutputGradient : ITransform<V, L>
    {
        public static int From => 4;

        public static int To => 6;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Apply<T>(Vectors<T, V, L> y, Vectors<float, V, L> w)
            where T : unmanaged
        {
            V four = L.Broadcast(4);
            V y0 = y[0], y1 = y[1], y2 = y[2], y3 = y[3];
            V even = L.Add(y0, y2);
            V odd = L.Add(y1, y3);
            V evenTwos = L.FusedMultiplyAdd(y2, four, y0);
            V oddTwos = L.Multiply(L.FusedMultiplyAdd(y3, four, y1), L.Broadcast(2));
            w[0] = y0;
            w[1] = L.Add(even, odd);
            w[2] = L.Subtract(even, odd);
            w[3] = L.Add(evenTwos, oddTwos);
            w[4] = L.Subtract(evenTwos, oddTwos);
            w[5] = y3;
        }
    }

    /// <summary>G^T: the gradients of three taps.</summary>
    internal readonly struct FilterGradient : ITransform<V, L>
    {
        public static int From => 6;

        public static int To => 3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Apply<T>(Vectors<T, V, L> u, Vectors<float, V, L> g)
            where T : unmanaged
        {
            V sixth = L.Broadcast(1f / 6);
            V u1 = u[1], u2 = u[2], u3 = u[3], u4 = u[4];
            V ones = L.Add(u1, u2);
            V twos = L.Add(u3, u4);
            V small = L.Multiply(twos, L.Broadcast(0.25f));
            V first = L.Multiply(u[0], L.Broadcast(0.25f));
            g[0] = L.FusedMultiplyAdd(L.Subtract(small, ones), sixth, first);
            V difference = L.FusedMultiplyAdd(L.Subtract(u3, u4), L.Broadcast(0.5f), L.Subtract(u2, u1));
            g[1] = L.Multiply(difference, sixth);
            g[2] = L.FusedMultiplyAdd(L.Subtract(twos, ones), sixth, u[5]);
        }
    }
}
