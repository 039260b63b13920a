using System.Runtime.CompilerServices;
using ActiveInas.Compute.Cpu.Vector;

namespace ActiveInas.Compute.Cpu.Winograd;

/// <summary>
/// Both outputs of a 3-tap filter over two inputs between zeros, by three products in place of four: y0 = g1 d0 + g2 d1 and y1 = g0 d0 + g1 d1
/// share g1 (d0 + d1). A Toeplitz matrix of 2 x 2, the smallest step of Karatsuba's method.
/// </summary>
internal static class TwoOutputs<V, L>
    where V : struct
    where L : struct, ILanes<V>
{
    /// <summary>The five matrices, for tensors of T.</summary>
    public static WinogradScheme<T> Scheme<T>()
        where T : unmanaged
        => new WinogradScheme<T, V, L, Input, Filter, Output, OutputGradient, FilterGradient>();

    /// <summary>d1, d0 + d1, d0.</summary>
    internal readonly struct Input : ITransform<V, L>
    {
        public static int From => 2;

        public static int To => 3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Apply<T, R>(Vectors<T, V, L> d, Vectors<R, V, L> v)
            where T : unmanaged
            where R : unmanaged
        {
            V d0 = d[0], d1 = d[1];
            v[0] = d1;
            v[1] = L.Add(d0, d1);
            v[2] = d0;
        }
    }

    /// <summary>g2 - g1, g1, g0 - g1.</summary>
    internal readonly struct Filter : ITransform<V, L>
    {
        public static int From => 3;

        public static int To => 3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Apply<T, R>(Vectors<T, V, L> g, Vectors<R, V, L> u)
            where T : unmanaged
            where R : unmanaged
        {
            V g1 = g[1];
            u[0] = L.Subtract(g[2], g1);
            u[1] = g1;
            u[2] = L.Subtract(g[0], g1);
        }
    }

    /// <summary>m0 + m1, m1 + m2.</summary>
    internal readonly struct Output : ITransform<V, L>
    {
        public static int From => 3;

        public static int To => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Apply<T, R>(Vectors<T, V, L> m, Vectors<R, V, L> y)
            where T : unmanaged
            where R : unmanaged
        {
            V m1 = m[1];
            y[0] = L.Add(m[0], m1);
            y[1] = L.Add(m1, m[2]);
        }
    }

    /// <summary>The gradients of two outputs: y0, y0 + y1, y1.</summary>
    internal readonly struct OutputGradient : ITransform<V, L>
    {
        public static int From => 2;

        public static int To => 3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Apply<T, R>(Vectors<T, V, L> y, Vectors<R, V, L> w)
            where T : unmanaged
            where R : unmanaged
        {
            V y0 = y[0], y1 = y[1];
            w[0] = y0;
            w[1] = L.Add(y0, y1);
            w[2] = y1;
        }
    }

    /// <summary>The gradients of three taps: u2, u1 - u0 - u2, u0.</summary>
    internal readonly struct FilterGradient : ITransform<V, L>
    {
        public static int From => 3;

        public static int To => 3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Apply<T, R>(Vectors<T, V, L> u, Vectors<R, V, L> g)
            where T : unmanaged
            where R : unmanaged
        {
            V u0 = u[0], u2 = u[2];
            g[0] = u2;
            g[1] = L.Subtract(u[1], L.Add(u0, u2));
            g[2] = u0;
        }
    }
}
