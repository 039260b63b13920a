namespace ActiveInas.Data.Shapes;

/// <summary>The ten outlines as signed distances, negative inside, in units of the radius.</summary>
/// <remarks>Tee, cup and zig are made of the same bars and have the same corners (six outward, two inward): telling them apart takes a view
/// of the whole shape, as telling disk, ring and crescent does.</remarks>
internal static class ShapeOutline
{
    private const float Bar = 0.27f;

    /// <summary>Class names in label order.</summary>
    public static IReadOnlyList<string> Names { get; } =
        ["crescent", "cross", "cup", "disk", "ring", "square", "star", "tee", "triangle", "zig"];

    /// <summary>Signed distance of (x, y) to outline <paramref name="shape"/>.</summary>
    public static float Distance(int shape, float x, float y) => shape switch
    {
        0 => MathF.Max(Length(x, y) - 0.95f, 0.72f - Length(x - 0.5f, y)),
        1 => MathF.Min(Box(x, y, 0, 0, 0.95f, Bar), Box(x, y, 0, 0, Bar, 0.95f)),
        2 => MathF.Min(Box(x, y, 0, 0.63f, 0.9f, Bar), MathF.Min(Box(x, y, -0.63f, 0, Bar, 0.9f), Box(x, y, 0.63f, 0, Bar, 0.9f))),
        3 => Length(x, y) - 0.88f,
        4 => MathF.Abs(Length(x, y) - 0.7f) - 0.24f,
        5 => Box(x, y, 0, 0, 0.78f, 0.78f),
        6 => Star(x, y),
        7 => MathF.Min(Box(x, y, 0, -0.63f, 0.9f, Bar), Box(x, y, 0, 0, Bar, 0.9f)),
        8 => MathF.Max(y - 0.55f, MathF.Max((0.866f * x) - (0.5f * y), (-0.866f * x) - (0.5f * y)) - 0.55f),
        _ => MathF.Min(
            Box(x, y, 0, 0, Bar, 0.9f), MathF.Min(Box(x, y, -0.315f, -0.63f, 0.585f, Bar), Box(x, y, 0.315f, 0.63f, 0.585f, Bar))),
    };

    private static float Length(float x, float y) => MathF.Sqrt((x * x) + (y * y));

    private static float Box(float x, float y, float centerX, float centerY, float halfWidth, float halfHeight) =>
        MathF.Max(MathF.Abs(x - centerX) - halfWidth, MathF.Abs(y - centerY) - halfHeight);

    /// <summary>Five points of radius 1.1 around an inner radius of 0.45: fold into one tenth, then the distance to its edge.</summary>
    private static float Star(float x, float y)
    {
        const float Outer = 1.1f;
        const float Inner = 0.45f;
        const float Sector = MathF.PI / 5;
        float angle = MathF.Abs(MathF.IEEERemainder(MathF.Atan2(x, -y), 2 * Sector));
        (float foldedX, float foldedY) = (Length(x, y) * MathF.Cos(angle), Length(x, y) * MathF.Sin(angle));
        float edgeX = (Inner * MathF.Cos(Sector)) - Outer;
        float edgeY = Inner * MathF.Sin(Sector);
        return (((foldedX - Outer) * edgeY) - (foldedY * edgeX)) / Length(edgeX, edgeY);
    }
}
