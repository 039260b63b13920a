using ActiveInas.Compute;

namespace ActiveInas.Training;

/// <summary>A square of an image that is covered; side 0: none. It may reach over the edges.</summary>
internal readonly record struct CoveredSquare(int Y, int X, int Side);

/// <summary>What was drawn at random for one image of one step.</summary>
/// <remarks>
/// <para>Positions: source = M (crop (operations (target))), offsets from the centre; M mirrors, turns and shifts.</para>
/// <para>Crop: a share of the area uniform in [CropArea, 1], the logarithm of the aspect ratio uniform in +-log(4/3), anywhere inside the
/// image (Szegedy et al., arXiv 1409.4842).</para>
/// <para>Operations: so many, drawn with replacement from identity, rotate, shear and translate on either axis, brightness, contrast,
/// saturation, solarize; each at a strength uniform in [0, Magnitude] of RandAugment's ranges, either sign (Cubuk et al., arXiv
/// 1909.13719; uniform strengths: Müller and Hutter, arXiv 2103.10158). Deviation: no posterize, sharpness, equalize and autocontrast, so
/// that an image needs one pass.</para>
/// <para>Cutout: a square of CutoutShare of the shorter side whose centre is anywhere (DeVries and Taylor, arXiv 1708.04552).</para>
/// </remarks>
internal readonly record struct ImageDraw
{
    private const double LargestRatio = 4.0 / 3;
    private const double LargestAngle = Math.PI / 6;
    private const double LargestShear = 0.3;
    private const double LargestTranslation = 0.3;
    private const double LargestColourChange = 0.9;
    private const int OperationKinds = 10;

    /// <summary>Mirrored about the vertical axis.</summary>
    public bool Flip { get; private init; }

    /// <summary>Shift in pixels; X runs in the mirrored image's direction.</summary>
    public double ShiftY { get; private init; }

    /// <summary>Shift in pixels, in the mirrored image's direction.</summary>
    public double ShiftX { get; private init; }

    /// <summary>Where an output pixel comes from.</summary>
    public PositionMap Position { get; private init; }

    /// <summary>Null: colours stay.</summary>
    public ColourChange? Colour { get; private init; }

    /// <summary>What is covered.</summary>
    public CoveredSquare Covered { get; private init; }

    /// <summary>Whether rows can be copied.</summary>
    public bool IsWholePixel { get; private init; }

    /// <summary>Draws for a row of a step's batch. What a recipe leaves out draws no numbers, except that mirroring, shift and rotation always do.</summary>
    public static ImageDraw For(AugmentationRecipe recipe, ulong seed, long step, int row, int height, int width)
    {
        ulong key = SplitMix.Mix(seed + (0x9E3779B97F4A7C15ul * ((ulong)step + 1)));
        key = SplitMix.Mix(key + (0xD1B54A32D192ED03ul * ((ulong)(uint)row + 1)));
        var random = new SeededRandom(key);
        bool flip = random.NextDouble() < recipe.FlipProbability;
        double y = recipe.ShiftShare * height * ((2 * random.NextDouble()) - 1);
        double x = recipe.ShiftShare * width * ((2 * random.NextDouble()) - 1);
        y += random.NextInt((2 * recipe.ShiftPixels) + 1) - recipe.ShiftPixels;
        x += random.NextInt((2 * recipe.ShiftPixels) + 1) - recipe.ShiftPixels;
        double angle = recipe.RotationDegrees * ((2 * random.NextDouble()) - 1) * (Math.PI / 180);
        PositionMap position = PositionMap.Rotation(angle, flip, y, x);
        bool crops = recipe.CropArea is < 1;
        if (crops)
        {
            position = position.After(Crop(ref random, recipe.CropArea!.Value, height, width));
        }

        ColourChange? colour = null;
        int operations = recipe.Operations ?? 0;
        for (int i = 0; i < operations; i++)
        {
            Operate(ref random, recipe.Magnitude ?? 0, height, width, ref position, ref colour);
        }

        return new ImageDraw
        {
            Flip = flip,
            ShiftY = y,
            ShiftX = x,
            Position = position,
            Colour = colour,
            Covered = Cutout(ref random, recipe.CutoutShare ?? 0, height, width),
            IsWholePixel = !crops && operations == 0 && angle == 0 && y == Math.Truncate(y) && x == Math.Truncate(x),
        };
    }

    private static PositionMap Crop(ref SeededRandom random, double smallest, int height, int width)
    {
        double area = smallest + ((1 - smallest) * random.NextDouble());
        double ratio = Math.Pow(LargestRatio, (2 * random.NextDouble()) - 1);
        double tall = Math.Min(1, Math.Sqrt(area / ratio));
        double wide = Math.Min(1, Math.Sqrt(area * ratio));
        double y = (1 - tall) * height * (random.NextDouble() - 0.5);
        double x = (1 - wide) * width * (random.NextDouble() - 0.5);
        return new PositionMap((float)wide, 0, (float)x, 0, (float)tall, (float)y);
    }

    private static void Operate(
        ref SeededRandom random, double magnitude, int height, int width, ref PositionMap position, ref ColourChange? colour)
    {
        int kind = random.NextInt(OperationKinds);
        double strength = magnitude * random.NextDouble();
        double signed = random.NextDouble() < 0.5 ? -strength : strength;
        ColourChange before = colour ?? ColourChange.None;
        switch (kind)
        {
            case 1:
                position = position.After(PositionMap.Rotation(LargestAngle * signed, false, 0, 0));
                break;
            case 2:
                position = position.After(new PositionMap(1, (float)(LargestShear * signed), 0, 0, 1, 0));
                break;
            case 3:
                position = position.After(new PositionMap(1, 0, 0, (float)(LargestShear * signed), 1, 0));
                break;
            case 4:
                position = position.After(new PositionMap(1, 0, (float)(LargestTranslation * width * signed), 0, 1, 0));
                break;
            case 5:
                position = position.After(new PositionMap(1, 0, 0, 0, 1, (float)(LargestTranslation * height * signed)));
                break;
            case 6:
                colour = before with { Brightness = before.Brightness * (float)(1 + (LargestColourChange * signed)) };
                break;
            case 7:
                colour = before with { Contrast = before.Contrast * (float)(1 + (LargestColourChange * signed)) };
                break;
            case 8:
                colour = before with { Saturation = before.Saturation * (float)(1 + (LargestColourChange * signed)) };
                break;
            case 9:
                colour = before with { Solarize = Math.Max(before.Solarize, (float)strength) };
                break;
            default:
                break;
        }
    }

    private static CoveredSquare Cutout(ref SeededRandom random, double share, int height, int width)
    {
        int side = (int)Math.Round(share * Math.Min(height, width), MidpointRounding.AwayFromZero);
        return side == 0 ? default : new CoveredSquare(random.NextInt(height) - (side / 2), random.NextInt(width) - (side / 2), side);
    }
}
