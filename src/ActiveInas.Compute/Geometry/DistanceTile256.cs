using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ActiveInas.Compute.Geometry;

/// <summary>AVX2 and FMA: the running sums of one distance are two registers, and a tile of 2 x 2 distances has 8 of them.</summary>
internal readonly unsafe struct DistanceTile256 : IDistanceTile
{
    private const int Lanes = PlainDistance.Lanes;
    private const int Half = Lanes / 2;

    public static void Sixteen(
        float* p0, float* p1, float* p2, float* p3, float* c0, float* c1, float* c2, float* c3, int length, float* distances)
    {
        TwoByTwo(p0, p1, c0, c1, length, distances);
        TwoByTwo(p0, p1, c2, c3, length, distances + 2);
        TwoByTwo(p2, p3, c0, c1, length, distances + 8);
        TwoByTwo(p2, p3, c2, c3, length, distances + 10);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Four(float* p, float* c0, float* c1, float* c2, float* c3, int length, float* distances)
    {
        Vector256<float> l0 = default, l1 = default, l2 = default, l3 = default, h0 = default, h1 = default, h2 = default, h3 = default;
        for (nint k = 0; k < length; k += Lanes)
        {
            Vector256<float> point = Vector256.Load(p + k);
            l0 = Add(point - Vector256.Load(c0 + k), l0);
            l1 = Add(point - Vector256.Load(c1 + k), l1);
            l2 = Add(point - Vector256.Load(c2 + k), l2);
            l3 = Add(point - Vector256.Load(c3 + k), l3);
            point = Vector256.Load(p + k + Half);
            h0 = Add(point - Vector256.Load(c0 + k + Half), h0);
            h1 = Add(point - Vector256.Load(c1 + k + Half), h1);
            h2 = Add(point - Vector256.Load(c2 + k + Half), h2);
            h3 = Add(point - Vector256.Load(c3 + k + Half), h3);
        }

        LaneFold.Fold(l0 + h0, l1 + h1, l2 + h2, l3 + h3).Store(distances);
    }

    public static float Squared(float* p, float* c, int length)
    {
        Vector256<float> low = default, high = default;
        for (nint k = 0; k < length; k += Lanes)
        {
            low = Add(Vector256.Load(p + k) - Vector256.Load(c + k), low);
            high = Add(Vector256.Load(p + k + Half) - Vector256.Load(c + k + Half), high);
        }

        return LaneFold.Fold(low + high, default, default, default).ToScalar();
    }

    public static float Dot(float* p, float* c, int length)
    {
        Vector256<float> low = default, high = default;
        for (nint k = 0; k < length; k += Lanes)
        {
            low = Vector256.FusedMultiplyAdd(Vector256.Load(p + k), Vector256.Load(c + k), low);
            high = Vector256.FusedMultiplyAdd(Vector256.Load(p + k + Half), Vector256.Load(c + k + Half), high);
        }

        return LaneFold.Fold(low + high, default, default, default).ToScalar();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void FourDots(float* p0, float* p1, float* p2, float* p3, float* c, int length, float* dots)
    {
        Vector256<float> l0 = default, l1 = default, l2 = default, l3 = default, h0 = default, h1 = default, h2 = default, h3 = default;
        for (nint k = 0; k < length; k += Lanes)
        {
            Vector256<float> centre = Vector256.Load(c + k);
            l0 = Vector256.FusedMultiplyAdd(Vector256.Load(p0 + k), centre, l0);
            l1 = Vector256.FusedMultiplyAdd(Vector256.Load(p1 + k), centre, l1);
            l2 = Vector256.FusedMultiplyAdd(Vector256.Load(p2 + k), centre, l2);
            l3 = Vector256.FusedMultiplyAdd(Vector256.Load(p3 + k), centre, l3);
            centre = Vector256.Load(c + k + Half);
            h0 = Vector256.FusedMultiplyAdd(Vector256.Load(p0 + k + Half), centre, h0);
            h1 = Vector256.FusedMultiplyAdd(Vector256.Load(p1 + k + Half), centre, h1);
            h2 = Vector256.FusedMultiplyAdd(Vector256.Load(p2 + k + Half), centre, h2);
            h3 = Vector256.FusedMultiplyAdd(Vector256.Load(p3 + k + Half), centre, h3);
        }

        LaneFold.Fold(l0 + h0, l1 + h1, l2 + h2, l3 + h3).Store(dots);
    }

    /// <summary>distances[0..1] of the first point, distances[4..5] of the second.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TwoByTwo(float* p, float* q, float* c, float* d, int length, float* distances)
    {
        Vector256<float> pcl = default, pch = default, pdl = default, pdh = default, qcl = default, qch = default, qdl = default, qdh = default;
        for (nint k = 0; k < length; k += Lanes)
        {
            Vector256<float> a = Vector256.Load(c + k);
            Vector256<float> b = Vector256.Load(d + k);
            Vector256<float> x = Vector256.Load(p + k);
            Vector256<float> y = Vector256.Load(q + k);
            pcl = Add(x - a, pcl);
            pdl = Add(x - b, pdl);
            qcl = Add(y - a, qcl);
            qdl = Add(y - b, qdl);
            a = Vector256.Load(c + k + Half);
            b = Vector256.Load(d + k + Half);
            x = Vector256.Load(p + k + Half);
            y = Vector256.Load(q + k + Half);
            pch = Add(x - a, pch);
            pdh = Add(x - b, pdh);
            qch = Add(y - a, qch);
            qdh = Add(y - b, qdh);
        }

        Vector128<float> folded = LaneFold.Fold(pcl + pch, pdl + pdh, qcl + qch, qdl + qdh);
        folded.GetLower().Store(distances);
        folded.GetUpper().Store(distances + 4);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Add(Vector256<float> difference, Vector256<float> sum)
        => Vector256.FusedMultiplyAdd(difference, difference, sum);
}
