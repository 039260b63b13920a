using System.Runtime.InteropServices;

namespace ActiveInas.Data.Shapes;

/// <summary>Draws one image: background, distractors, the shape, distractors over it, noise. Nothing but the outline depends on the
/// class.</summary>
internal struct ShapeRenderer(ShapesDifficulty difficulty, ulong seed)
{
    /// <summary>H and W.</summary>
    public const int Side = 32;

    private SeededRandom _random = new(seed);

    /// <summary>Draws an image of a class.</summary>
    /// <param name="label">The class.</param>
    /// <param name="canvas">Work space, [32, 32, 3].</param>
    /// <param name="image">Gets [32, 32, 3].</param>
    public void Render(int label, Span<float> canvas, Span<byte> image)
    {
        Color background = RandomColor();
        Color foreground = ContrastingColor(background);
        DrawBackground(background, canvas);
        int distractors = _random.NextInt(difficulty.Distractors + 1);
        for (int i = 0; i < distractors / 2; i++)
        {
            DrawDistractor(canvas);
        }

        DrawShape(label, foreground, canvas);
        for (int i = distractors / 2; i < distractors; i++)
        {
            DrawDistractor(canvas);
        }

        AddNoise(canvas, image);
    }

    private void DrawBackground(Color color, Span<float> canvas)
    {
        Texture stripes = RandomTexture();
        float slopeX = Uniform(difficulty.GradientAmplitude) / (Side / 2);
        float slopeY = Uniform(difficulty.GradientAmplitude) / (Side / 2);
        for (int y = 0; y < Side; y++)
        {
            for (int x = 0; x < Side; x++)
            {
                float light = stripes.At(x, y) + (slopeX * (x - (Side / 2))) + (slopeY * (y - (Side / 2)));
                Span<float> pixel = canvas.Slice(((y * Side) + x) * 3, 3);
                pixel[0] = color.Red + light;
                pixel[1] = color.Green + light;
                pixel[2] = color.Blue + light;
            }
        }
    }

    private void DrawShape(int label, Color color, Span<float> canvas)
    {
        float ambiguous = _random.NextDouble() < difficulty.AmbiguousShare ? 0.5f : 0f;
        int other = (label + 1 + _random.NextInt(ShapeOutline.Names.Count - 1)) % ShapeOutline.Names.Count;
        Texture stripes = RandomTexture();
        float radius = (float)(difficulty.MinimumRadius + ((difficulty.MaximumRadius - difficulty.MinimumRadius) * _random.NextDouble()));
        float centerX = ((Side - 1) / 2f) + Uniform(difficulty.CenterRange);
        float centerY = ((Side - 1) / 2f) + Uniform(difficulty.CenterRange);
        float angle = Uniform(difficulty.RotationDegrees * Math.PI / 180);
        float stretch = MathF.Sqrt(MathF.Pow(1 + (float)difficulty.Stretch, Uniform(1)));
        (float sin, float cos) = MathF.SinCos(angle);
        float phase = Uniform(Math.PI);
        float lobes = 2 + _random.NextInt(4);
        for (int y = 0; y < Side; y++)
        {
            for (int x = 0; x < Side; x++)
            {
                float turnedX = ((cos * (x - centerX)) + (sin * (y - centerY))) / (radius * stretch);
                float turnedY = ((cos * (y - centerY)) - (sin * (x - centerX))) * stretch / radius;
                if (MathF.Max(MathF.Abs(turnedX), MathF.Abs(turnedY)) > 1.4f)
                {
                    continue;
                }

                float distance = ShapeOutline.Distance(label, turnedX, turnedY);
                if (ambiguous > 0)
                {
                    distance += ambiguous * (ShapeOutline.Distance(other, turnedX, turnedY) - distance);
                }

                distance += (float)difficulty.Wobble * MathF.Sin((lobes * (turnedX + (0.7f * turnedY))) + phase);
                Blend(canvas, x, y, color, stripes.At(x, y), Math.Clamp(0.5f - (distance * radius), 0f, 1f));
            }
        }
    }

    /// <summary>A short stroke or a blob in a colour of its own.</summary>
    private void DrawDistractor(Span<float> canvas)
    {
        Color color = RandomColor();
        float centerX = (float)_random.NextDouble() * Side;
        float centerY = (float)_random.NextDouble() * Side;
        (float sin, float cos) = MathF.SinCos(Uniform(Math.PI));
        float length = 1 + ((float)(_random.NextDouble() * (difficulty.DistractorRadius - 1)));
        float thickness = 0.7f + ((float)_random.NextDouble() * 1.3f);
        int reach = (int)MathF.Ceiling(length + thickness + 1);
        for (int y = Math.Max(0, (int)centerY - reach); y <= Math.Min(Side - 1, (int)centerY + reach); y++)
        {
            for (int x = Math.Max(0, (int)centerX - reach); x <= Math.Min(Side - 1, (int)centerX + reach); x++)
            {
                float along = (cos * (x - centerX)) + (sin * (y - centerY));
                float across = (cos * (y - centerY)) - (sin * (x - centerX));
                float beyond = MathF.Max(0, MathF.Abs(along) - length);
                float distance = MathF.Sqrt((beyond * beyond) + (across * across)) - thickness;
                Blend(canvas, x, y, color, 0, Math.Clamp(0.5f - distance, 0f, 1f));
            }
        }
    }

    /// <summary>Noise: four 16-bit uniforms of one draw, summed (variance 1/3 in units of the range), close enough to normal.</summary>
    private void AddNoise(Span<float> canvas, Span<byte> image)
    {
        float scale = (float)(difficulty.Noise * Math.Sqrt(3));
        for (int i = 0; i < canvas.Length; i++)
        {
            ulong bits = _random.NextBits();
            long sum = (long)((bits & 0xFFFF) + ((bits >> 16) & 0xFFFF) + ((bits >> 32) & 0xFFFF) + (bits >> 48));
            float noise = (sum - 131070) / 65536f;
            image[i] = (byte)Math.Clamp((int)(((canvas[i] + (scale * noise)) * 255f) + 0.5f), 0, 255);
        }
    }

    private static void Blend(Span<float> canvas, int x, int y, Color color, float light, float coverage)
    {
        Span<float> pixel = canvas.Slice(((y * Side) + x) * 3, 3);
        pixel[0] += coverage * (color.Red + light - pixel[0]);
        pixel[1] += coverage * (color.Green + light - pixel[1]);
        pixel[2] += coverage * (color.Blue + light - pixel[2]);
    }

    private Color RandomColor() => new(RandomChannel(), RandomChannel(), RandomChannel());

    private float RandomChannel() => 0.1f + (0.8f * (float)_random.NextDouble());

    /// <summary>A random colour far enough from another.</summary>
    private Color ContrastingColor(Color other)
    {
        while (true)
        {
            Color color = RandomColor();
            float distance = MathF.Abs(color.Red - other.Red) + MathF.Abs(color.Green - other.Green) + MathF.Abs(color.Blue - other.Blue);
            if (distance >= 3 * difficulty.MinimumContrast)
            {
                return color;
            }
        }
    }

    private Texture RandomTexture()
    {
        (float sin, float cos) = MathF.SinCos(Uniform(Math.PI));
        float frequency = 0.3f + ((float)_random.NextDouble() * 1.2f);
        return new Texture(frequency * cos, frequency * sin, Uniform(Math.PI), (float)(difficulty.TextureAmplitude * _random.NextDouble()));
    }

    private float Uniform(double range) => (float)(range * ((2 * _random.NextDouble()) - 1));

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Color(float Red, float Green, float Blue);

    /// <summary>Stripes.</summary>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Texture(float X, float Y, float Phase, float Amplitude)
    {
        public float At(int x, int y) => Amplitude * MathF.Sin((X * x) + (Y * y) + Phase);
    }
}
