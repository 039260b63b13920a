using System.Diagnostics;

namespace ActiveInas.Compute.Geometry;

/// <summary>The inner loops of <see cref="DistanceKernel"/> at one vector width, all in the order of <see cref="PlainDistance"/>.</summary>
/// <remarks>Invariant of every pointer: it points at <c>length</c> readable floats, and length is a multiple of 16.</remarks>
internal unsafe interface IDistanceTile
{
    /// <summary>distances[4 i + j] = ||p_i - c_j||^2 for four points and four centres.</summary>
    static abstract void Sixteen(float* p0, float* p1, float* p2, float* p3, float* c0, float* c1, float* c2, float* c3, int length, float* distances);

    /// <summary>distances[j] = ||p - c_j||^2 for one point and four centres.</summary>
    static abstract void Four(float* p, float* c0, float* c1, float* c2, float* c3, int length, float* distances);

    /// <summary>||p - c||^2.</summary>
    static abstract float Squared(float* p, float* c, int length);

    /// <summary>p . c.</summary>
    static abstract float Dot(float* p, float* c, int length);

    /// <summary>dots[i] = p_i . c for four points.</summary>
    static abstract void FourDots(float* p0, float* p1, float* p2, float* p3, float* c, int length, float* dots);
}

/// <summary>The plain twin of the other tiles.</summary>
internal readonly unsafe struct PlainTile : IDistanceTile
{
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

    public static float Squared(float* p, float* c, int length)
    {
        Debug.Assert(length % PlainDistance.Lanes == 0, "Rows are padded to whole vectors.");
        return PlainDistance.Squared(new(p, length), new(c, length));
    }

    public static float Dot(float* p, float* c, int length) => PlainDistance.Dot(new(p, length), new(c, length));

    public static void FourDots(float* p0, float* p1, float* p2, float* p3, float* c, int length, float* dots)
    {
        dots[0] = Dot(p0, c, length);
        dots[1] = Dot(p1, c, length);
        dots[2] = Dot(p2, c, length);
        dots[3] = Dot(p3, c, length);
    }
}
