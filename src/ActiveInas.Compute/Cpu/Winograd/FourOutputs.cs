using System.Runtime.CompilerServices;
using ActiveInas.Compute.Cpu.Vector;

namespace ActiveInas.Compute.Cpu.Winograd;

/// <summary>Where the polynomials of F(4, 3) are evaluated, beside 0 and infinity: at plus and minus two values.</summary>
internal interface IPoints
{
    static abstract float Inner { get; }

    static abstract float Outer { get; }
}

/// <summary>1 and 2: the published ones. In fp32 the transforms leave errors of some 1e-6 of the largest value of a tile.</summary>
internal readonly struct IntegerPoints : IPoints
{
    public static float Inner => 1;

    public static float Outer => 2;
}

/// <summary>2/3 and 3/2: transformed values that are rounded to bf16 leave less than half the error that <see cref="IntegerPoints"/> leave.</summary>
internal readonly struct ReciprocalPoints : IPoints
{
    public static float Inner => 2f / 3;

    public static float Outer => 1.5f;
}

/// <summary>
/// F(4, 3): four outputs of a 3-tap filter by six products in place of twelve, y = A^T [(G g) * (B^T d)], at the points 0, p, -p, q, -q and
/// infinity (Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", arXiv 1509.09308, section 4.3, for p = 1 and q = 2).
/// </summary>
internal static class FourOutputs<V, L, P>
    where V : struct
    where L : struct, ILanes<V>
    where P : struct, IPoints
{
    private static float Inner2
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => P.Inner * P.Inner;
    }

    private static float Outer2
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => P.Outer * P.Outer;
    }

    /// <summary>1 / (2 p^2 (q^2 - p^2)).</summary>
    private static float InnerScale
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 1 / (2 * Inner2 * (Outer2 - Inner2));
    }

    /// <summary>1 / (2 q^2 (q^2 - p^2)).</summary>
    private static float OuterScale
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 1 / (2 * Outer2 * (Outer2 - Inner2));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Times(V value, float factor) => factor == 1 ? value : L.Multiply(value, L.Broadcast(factor));

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
        public static void Apply<T, R>(Vectors<T, V, L> d, Vectors<R, V, L> v)
            where T : unmanaged
            where R : unmanaged
        {
            V inner = L.Broadcast(P.Inner), outer = L.Broadcast(P.Outer);
            V minusInner = L.Broadcast(-P.Inner), minusOuter = L.Broadcast(-P.Outer);
            V minusInner2 = L.Broadcast(-Inner2), minusOuter2 = L.Broadcast(-Outer2);
            V product = L.Broadcast(Inner2 * Outer2), minusSum = L.Broadcast(-(Inner2 + Outer2));
            V d0 = d[0], d1 = d[1], d2 = d[2], d3 = d[3], d4 = d[4], d5 = d[5];
            V even = L.FusedMultiplyAdd(d2, minusOuter2, d4);
            V odd = L.FusedMultiplyAdd(d1, minusOuter2, d3);
            V evenOuter = L.FusedMultiplyAdd(d2, minusInner2, d4);
            V oddOuter = L.FusedMultiplyAdd(d1, minusInner2, d3);
            v[0] = L.FusedMultiplyAdd(d0, product, L.FusedMultiplyAdd(d2, minusSum, d4));
            v[1] = L.FusedMultiplyAdd(odd, inner, even);
            v[2] = L.FusedMultiplyAdd(odd, minusInner, even);
            v[3] = L.FusedMultiplyAdd(oddOuter, outer, evenOuter);
            v[4] = L.FusedMultiplyAdd(oddOuter, minusOuter, evenOuter);
            v[5] = L.FusedMultiplyAdd(d1, product, L.FusedMultiplyAdd(d3, minusSum, d5));
        }
    }

    /// <summary>G: three taps.</summary>
    internal readonly struct Filter : ITransform<V, L>
    {
        public static int From => 3;

        public static int To => 6;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Apply<T, R>(Vectors<T, V, L> g, Vectors<R, V, L> u)
            where T : unmanaged
            where R : unmanaged
        {
            V innerScale = L.Broadcast(-InnerScale), outerScale = L.Broadcast(OuterScale);
            V g0 = g[0], g1 = g[1], g2 = g[2];
            V inner = L.FusedMultiplyAdd(g2, L.Broadcast(Inner2), g0);
            V outer = L.FusedMultiplyAdd(g2, L.Broadcast(Outer2), g0);
            u[0] = L.Multiply(g0, L.Broadcast(1 / (Inner2 * Outer2)));
            u[1] = L.Multiply(L.FusedMultiplyAdd(g1, L.Broadcast(P.Inner), inner), innerScale);
            u[2] = L.Multiply(L.FusedMultiplyAdd(g1, L.Broadcast(-P.Inner), inner), innerScale);
            u[3] = L.Multiply(L.FusedMultiplyAdd(g1, L.Broadcast(P.Outer), outer), outerScale);
            u[4] = L.Multiply(L.FusedMultiplyAdd(g1, L.Broadcast(-P.Outer), outer), outerScale);
            u[5] = g2;
        }
    }

    /// <summary>A^T: four outputs.</summary>
    internal readonly struct Output : ITransform<V, L>
    {
        public static int From => 6;

        public static int To => 4;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Apply<T, R>(Vectors<T, V, L> m, Vectors<R, V, L> y)
            where T : unmanaged
            where R : unmanaged
        {
            V m1 = m[1], m2 = m[2], m3 = m[3], m4 = m[4];
            V inner = L.Add(m1, m2);
            V innerDifference = L.Subtract(m1, m2);
            V outer = L.Add(m3, m4);
            V outerDifference = L.Subtract(m3, m4);
            V ratio = L.Broadcast(P.Outer / P.Inner), ratio2 = L.Broadcast(Outer2 / Inner2), ratio3 = L.Broadcast(Outer2 * P.Outer / (Inner2 * P.Inner));
            y[0] = L.Add(L.Add(inner, outer), m[0]);
            y[1] = Times(L.FusedMultiplyAdd(outerDifference, ratio, innerDifference), P.Inner);
            y[2] = Times(L.FusedMultiplyAdd(outer, ratio2, inner), Inner2);
            y[3] = L.FusedMultiplyAdd(L.FusedMultiplyAdd(outerDifference, ratio3, innerDifference), L.Broadcast(Inner2 * P.Inner), m[5]);
        }
    }

    /// <summary>A: the gradients of four outputs.</summary>
    internal readonly struct OutputGradient : ITransform<V, L>
    {
        public static int From => 4;

        public static int To => 6;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Apply<T, R>(Vectors<T, V, L> y, Vectors<R, V, L> w)
            where T : unmanaged
            where R : unmanaged
        {
            V y0 = y[0], y1 = y[1], y2 = y[2], y3 = y[3];
            V even = L.FusedMultiplyAdd(y2, L.Broadcast(Inner2), y0);
            V odd = L.FusedMultiplyAdd(y3, L.Broadcast(Inner2), y1);
            V evenOuter = L.FusedMultiplyAdd(y2, L.Broadcast(Outer2), y0);
            V oddOuter = L.FusedMultiplyAdd(y3, L.Broadcast(Outer2), y1);
            w[0] = y0;
            w[1] = L.FusedMultiplyAdd(odd, L.Broadcast(P.Inner), even);
            w[2] = L.FusedMultiplyAdd(odd, L.Broadcast(-P.Inner), even);
            w[3] = L.FusedMultiplyAdd(oddOuter, L.Broadcast(P.Outer), evenOuter);
            w[4] = L.FusedMultiplyAdd(oddOuter, L.Broadcast(-P.Outer), evenOuter);
            w[5] = y3;
        }
    }

    /// <summary>G^T: the gradients of three taps.</summary>
    internal readonly struct FilterGradient : ITransform<V, L>
    {
        public static int From => 6;

        public static int To => 3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Apply<T, R>(Vectors<T, V, L> u, Vectors<R, V, L> g)
            where T : unmanaged
            where R : unmanaged
        {
            V scale = L.Broadcast(InnerScale), ratio = L.Broadcast(P.Inner / P.Outer), ratio2 = L.Broadcast(Inner2 / Outer2);
            V u1 = u[1], u2 = u[2], u3 = u[3], u4 = u[4];
            V inner = L.Add(u1, u2);
            V outer = L.Add(u3, u4);
            V first = L.Multiply(u[0], L.Broadcast(1 / (Inner2 * Outer2)));
            g[0] = L.FusedMultiplyAdd(L.Subtract(L.Multiply(outer, ratio2), inner), scale, first);
            V difference = L.FusedMultiplyAdd(L.Subtract(u3, u4), ratio, L.Subtract(u2, u1));
            g[1] = L.Multiply(difference, L.Broadcast(InnerScale * P.Inner));
            g[2] = L.FusedMultiplyAdd(L.Subtract(outer, inner), L.Broadcast(InnerScale * Inner2), u[5]);
        }
    }
}
