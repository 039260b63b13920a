namespace ActiveInas.Training;

/// <summary>Where an output pixel comes from, both as offsets from the centre of the image in pixels:
/// source x = Xx x + Xy y + X, source y = Yx x + Yy y + Y.</summary>
internal readonly record struct PositionMap(float Xx, float Xy, float X, float Yx, float Yy, float Y)
{
    /// <summary>Turns by an angle (radians), mirrors and shifts; the shift along x runs in the mirrored image's direction.</summary>
    public static PositionMap Rotation(double angle, bool flip, double y, double x)
    {
        float cos = (float)Math.Cos(angle);
        float sin = (float)Math.Sin(angle);
        float mirror = flip ? -1f : 1f;
        return new PositionMap(mirror * cos, mirror * -sin, mirror * (float)x, sin, cos, (float)y);
    }

    /// <summary>The other map first, then this one.</summary>
    public PositionMap After(PositionMap first) => new(
        (Xx * first.Xx) + (Xy * first.Yx),
        (Xx * first.Xy) + (Xy * first.Yy),
        (Xx * first.X) + (Xy * first.Y) + X,
        (Yx * first.Xx) + (Yy * first.Yx),
        (Yx * first.Xy) + (Yy * first.Yy),
        (Yx * first.X) + (Yy * first.Y) + Y);
}
