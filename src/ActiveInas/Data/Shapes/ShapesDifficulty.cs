namespace ActiveInas.Data.Shapes;

/// <summary>Everything that decides how hard the generated set is. Lengths are pixels of a 32x32 image, colours 0..1.</summary>
internal sealed record ShapesDifficulty
{
    /// <summary>Smallest circumradius of a shape.</summary>
    public double MinimumRadius { get; init; } = 9;

    /// <summary>Largest circumradius.</summary>
    public double MaximumRadius { get; init; } = 13;

    /// <summary>The centre lies uniformly within this of the image's centre, on each axis.</summary>
    public double CenterRange { get; init; } = 3;

    /// <summary>Rotation uniform in +- this.</summary>
    public double RotationDegrees { get; init; } = 12;

    /// <summary>Width over height is uniform in 1 / (1 + this) .. 1 + this.</summary>
    public double Stretch { get; init; } = 0.15;

    /// <summary>The outline wobbles by +- this share of the radius.</summary>
    public double Wobble { get; init; } = 0.05;

    /// <summary>Share of images whose shape is half-way between two classes and whose label is either one at random: the cap on what
    /// any classifier can reach is 1 - AmbiguousShare / 2.</summary>
    public double AmbiguousShare { get; init; } = 0.13;

    /// <summary>Smallest distance between the shape's colour and the background's, per channel on average. Either may be the
    /// brighter.</summary>
    public double MinimumContrast { get; init; } = 0.3;

    /// <summary>Largest amplitude of the stripes on shape and background.</summary>
    public double TextureAmplitude { get; init; } = 0.06;

    /// <summary>Largest change of the background's colour from its centre to an edge.</summary>
    public double GradientAmplitude { get; init; } = 0.12;

    /// <summary>Most small blobs and strokes behind and over the shape.</summary>
    public int Distractors { get; init; } = 2;

    /// <summary>Largest half-length of a distractor.</summary>
    public double DistractorRadius { get; init; } = 4;

    /// <summary>Standard deviation of the noise of each pixel and channel.</summary>
    public double Noise { get; init; } = 0.04;
}
