using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ActiveInas.Compute.Geometry;

/// <summary>AVX-512: a running sum is a lane of one register, and a tile of 4 x 4 distances has 16 registers of sums.</summary>
internal readonly unsafe struct DistanceTile512 : IDistanceTile
{
    private const int Lanes = PlainDistance.Lanes;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Sixteen(
        float* p0, float* p1, float* p2, float* p3, float* c0, float* c1, float* c2, float* c3, int length, float* distances)
    {
        Vector512<float> s00 = default, s01 = default, s02 = default, s03 = default;
        Vector512<float> s10 = default, s11 = default, s12 = default, s13 = default;
        Vector512<float> s20 = default, s21 = default, s22 = default, s23 = default;
        Vector512<float> s30 = default, s31 = default, s32 = default, s33 = default;
        for (nint k = 0; k < length; k += Lanes)
        {
            Vector512<float> a = Vector512.Load(c0 + k);
            Vector512<float> b = Vector512.Load(c1 + k);
            Vector512<float> c = Vector512.Load(c2 + k);
            Vector512<float> d = Vector512.Load(c3 + k);
            Vector512<float> p = Vector512.Load(p0 + k);
            s00 = Add(p - a, s00);
            s01 = Add(p - b, s01);
            s02 = Add(p - c, s02);
            s03 = Add(p - d, s03);
            p = Vector512.Load(p1 + k);
            s10 = Add(p - a, s10);
            s11 = Add(p - b, s11);
            s12 = Add(p - c, s12);
            s13 = Add(p - d, s13);
            p = Vector512.Load(p2 + k);
            s20 = Add(p - a, s20);
            s21 = Add(p - b, s21);
            s22 = Add(p - c, s22);
            s23 = Add(p - d, s23);
            p = Vector512.Load(p3 + k);
            s30 = Add(p - a, s30);
            s31 = Add(p - b, s31);
            s32 = Add(p - c, s32);
            s33 = Add(p - d, s33);
        }

        Fold(s00, s01, s02, s03).Store(distances);
        Fold(s10, s11, s12, s13).Store(distances + 4);
        Fold(s20, s21, s22, s23).Store(distances + 8);
        Fold(s30, s31, s32, s33).Store(distances + 12);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Four(float* p, float* c0, float* c1, float* c2, float* c3, int length, float* distances)
    {
        Vector512<float> s0 = default, s1 = default, s2 = default, s3 = default;
        for (nint k = 0; k < length; k += Lanes)
        {
            Vector512<float> point = Vector512.Load(p + k);
            s0 = Add(point - Vector512.Load(c0 + k), s0);
            s1 = Add(point - Vector512.Load(c1 + k), s1);
            s2 = Add(point - Vector512.Load(c2 + k), s2);
            s3 = Add(point - Vector512.Load(c3 + k), s3);
        }

        Fold(s0, s1, s2, s3).Store(distances);
    }

    public static float Squared(float* p, float* c, int length)
    {
        Vector512<float> sum = default;
        for (nint k = 0; k < length; k += Lanes)
        {
            sum = Add(Vector512.Load(p + k) - Vector512.Load(c + k), sum);
        }

        return LaneFold.Fold(sum.GetLower() + sum.GetUpper(), default, default, default).ToScalar();
    }

    public static float Dot(float* p, float* c, int length)
    {
        Vector512<float> sum = default;
        for (nint k = 0; k < length; k += Lanes)
        {
            sum = Vector512.FusedMultiplyAdd(Vector512.Load(p + k), Vector512.Load(c + k), sum);
        }

        return LaneFold.Fold(sum.GetLower() + sum.GetUpper(), default, default, default).ToScalar();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void FourDots(float* p0, float* p1, float* p2, float* p3, float* c, int length, float* dots)
    {
        Vector512<float> s0 = default, s1 = default, s2 = default, s3 = default;
        for (nint k = 0; k < length; k += Lanes)
        {
            Vector512<float> centre = Vector512.Load(c + k);
            s0 = Vector512.FusedMultiplyAdd(Vector512.Load(p0 + k), centre, s0);
            s1 = Vector512.FusedMultiplyAdd(Vector512.Load(p1 + k), centre, s1);
            s2 = Vector512.FusedMultiplyAdd(Vector512.Load(p2 + k), centre, s2);
            s3 = Vector512.FusedMultiplyAdd(Vector512.Load(p3 + k), centre, s3);
        }

        Fold(s0, s1, s2, s3).Store(dots);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Add(Vector512<float> difference, Vector512<float> sum)
        => Vector512.FusedMultiplyAdd(difference, difference, sum);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Fold(Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d)
        => LaneFold.Fold(a.GetLower() + a.GetUpper(), b.GetLower() + b.GetUpper(), c.GetLower() + c.GetUpper(), d.GetLower() + d.GetUpper());
}
