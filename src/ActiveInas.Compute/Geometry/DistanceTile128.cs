using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ActiveInas.Compute.Geometry;

/// <summary>The portable 128-bit vectors: the running sums of one distance are four registers.</summary>
internal readonly unsafe struct DistanceTile128 : IDistanceTile
{
    private const int Lanes = PlainDistance.Lanes;

    public static void Sixteen(
        float* p0, float* p1, float* p2, float* p3, float* c0, float* c1, float* c2, float* c3, int length, float* distances)
    {
        Four(p0, c0, c1, c2, c3, length, distances);
        Four(p1, c0, c1, c2, c3, length, distances + 4);
        Four(p2, c0, c1, c2, c3, length, distances + 8);
        Four(p3, c0, c1, c2, c3, length, distances + 12);
    }

    public static void Four(float* p, float* c0, float* c1, float* c2, float* c3, int length, float* distances)
    {
        distances[0] = Squared(p, c0, length);
        distances[1] = Squared(p, c1, length);
        distances[2] = Squared(p, c2, length);
        distances[3] = Squared(p, c3, length);
    }

    public static void FourDots(float* p0, float* p1, float* p2, float* p3, float* c, int length, float* dots)
    {
        dots[0] = Dot(p0, c, length);
        dots[1] = Dot(p1, c, length);
        dots[2] = Dot(p2, c, length);
        dots[3] = Dot(p3, c, length);
    }

    public static float Squared(float* p, float* c, int length)
    {
        Vector128<float> s0 = default, s1 = default, s2 = default, s3 = default;
        for (nint k = 0; k < length; k += Lanes)
        {
            s0 = Add(Vector128.Load(p + k) - Vector128.Load(c + k), s0);
            s1 = Add(Vector128.Load(p + k + 4) - Vector128.Load(c + k + 4), s1);
            s2 = Add(Vector128.Load(p + k + 8) - Vector128.Load(c + k + 8), s2);
            s3 = Add(Vector128.Load(p + k + 12) - Vector128.Load(c + k + 12), s3);
        }

        return Fold(s0, s1, s2, s3);
    }

    public static float Dot(float* p, float* c, int length)
    {
        Vector128<float> s0 = default, s1 = default, s2 = default, s3 = default;
        for (nint k = 0; k < length; k += Lanes)
        {
            s0 = Vector128.FusedMultiplyAdd(Vector128.Load(p + k), Vector128.Load(c + k), s0);
            s1 = Vector128.FusedMultiplyAdd(Vector128.Load(p + k + 4), Vector128.Load(c + k + 4), s1);
            s2 = Vector128.FusedMultiplyAdd(Vector128.Load(p + k + 8), Vector128.Load(c + k + 8), s2);
            s3 = Vector128.FusedMultiplyAdd(Vector128.Load(p + k + 12), Vector128.Load(c + k + 12), s3);
        }

        return Fold(s0, s1, s2, s3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Add(Vector128<float> difference, Vector128<float> sum)
        => Vector128.FusedMultiplyAdd(difference, difference, sum);

    // j with j + 8, then j with j + 4; then within the register.
    private static float Fold(Vector128<float> s0, Vector128<float> s1, Vector128<float> s2, Vector128<float> s3)
    {
        Vector128<float> four = (s0 + s2) + (s1 + s3);
        return (four[0] + four[2]) + (four[1] + four[3]);
    }
}
