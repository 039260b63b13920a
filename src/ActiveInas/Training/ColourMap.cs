using System.Runtime.Intrinsics;

namespace ActiveInas.Training;

/// <summary>How the colours of an image change.</summary>
/// <param name="Brightness">Factor of every value.</param>
/// <param name="Contrast">Factor of the distance to the image's mean grey.</param>
/// <param name="Saturation">Factor of the distance to a pixel's own grey.</param>
/// <param name="Solarize">Values in the upper share of this size are inverted; 0: none.</param>
internal readonly record struct ColourChange(float Brightness, float Contrast, float Saturation, float Solarize)
{
    /// <summary>Colours stay.</summary>
    public static ColourChange None { get; } = new(1, 1, 1, 0);
}

/// <summary>A change of colours on normalised values: out = clamp(Red r + Green g + Blue b + Offset), then the upper values inverted.</summary>
/// <remarks>Grey is 0.299 r + 0.587 g + 0.114 b (ITU-R BT.601). Order: brightness, contrast, saturation, solarize.</remarks>
internal readonly record struct ColourMap(
    Vector128<float> Red, Vector128<float> Green, Vector128<float> Blue, Vector128<float> Offset, float Black, float White, float Threshold)
{
    private const float RedShare = 0.299f;
    private const float GreenShare = 0.587f;
    private const float BlueShare = 0.114f;

    /// <summary>The map of a change.</summary>
    /// <param name="change">What to do.</param>
    /// <param name="mean">(r, g, b, 0) over the image, normalised.</param>
    /// <param name="black">0, normalised.</param>
    /// <param name="white">255, normalised.</param>
    public static ColourMap For(ColourChange change, Vector128<float> mean, float black, float white)
    {
        // Brightness: v -> black + f (v - black). Contrast: v -> m + c (v - m), m the mean grey after the brightness.
        float factor = change.Brightness * change.Contrast;
        float grey = (RedShare * mean[0]) + (GreenShare * mean[1]) + (BlueShare * mean[2]);
        float brighter = black + (change.Brightness * (grey - black));
        float offset = (change.Contrast * (1 - change.Brightness) * black) + ((1 - change.Contrast) * brighter);

        // Saturation: v -> g + s (v - g); it keeps greys, so the offset passes through.
        float own = factor * change.Saturation;
        float shared = factor - own;
        return new ColourMap(
            Vector128.Create(own + (shared * RedShare), shared * RedShare, shared * RedShare, 0),
            Vector128.Create(shared * GreenShare, own + (shared * GreenShare), shared * GreenShare, 0),
            Vector128.Create(shared * BlueShare, shared * BlueShare, own + (shared * BlueShare), 0),
            Vector128.Create(offset),
            black,
            white,
            white - (change.Solarize * (white - black)));
    }

    /// <summary>Changes pixels in place. values is [pixels, 3].</summary>
    public void Apply(Span<float> values)
    {
        Vector128<float> black = Vector128.Create(Black);
        Vector128<float> white = Vector128.Create(White);
        Vector128<float> threshold = Vector128.Create(Threshold);
        for (int p = 0; p + 2 < values.Length; p += 3)
        {
            Vector128<float> value = (Red * values[p]) + (Green * values[p + 1]) + (Blue * values[p + 2]) + Offset;
            value = Vector128.Min(Vector128.Max(value, black), white);
            value = Vector128.ConditionalSelect(Vector128.GreaterThan(value, threshold), black + white - value, value);
            values[p] = value[0];
            values[p + 1] = value[1];
            values[p + 2] = value[2];
        }
    }
}
