using System.Runtime.Intrinsics;
using ActiveInas.Data;
using ActiveInas.Training;

namespace ActiveInas.Tests.Training;

/// <summary>Crops, RandAugment's operations and cutout.</summary>
public class StrongAugmentationTests
{
    private const int Side = 16;
    private static readonly Normalization s_plain = new(0, 1);
    private static readonly AugmentationRecipe s_none = new(0, 0, 0, 0);

    [Fact]
    public void A_crop_shows_a_part_of_the_area_asked_for_and_all_places()
    {
        // Pixel (y, x) holds (10 y, 10 x, 0), so an output pixel tells where it comes from.
        List<double> areas = [];
        HashSet<int> corners = [];
        for (int step = 0; step < 300; step++)
        {
            float[] output = Apply(s_none with { CropArea = 0.3 }, step);
            float tall = (At(output, Side - 1, 8, 0) - At(output, 0, 8, 0)) / 10 / (Side - 1);
            float wide = (At(output, 8, Side - 1, 1) - At(output, 8, 0, 1)) / 10 / (Side - 1);
            areas.Add(tall * wide);
            Assert.InRange(wide / tall, 0.74, 1.35);
            corners.Add((int)At(output, 0, 0, 0) / 20);
        }

        Assert.InRange(areas.Min(), 0.28, 0.35);
        Assert.InRange(areas.Max(), 0.9, 1.001);
        Assert.True(corners.Count >= 3, $"crops begin in {corners.Count} rows only");
    }

    [Fact]
    public void Cutout_covers_a_square_with_the_mean_and_nothing_else()
    {
        Normalization normalization = new(100, 50);
        for (int step = 0; step < 100; step++)
        {
            float[] plain = Apply(s_none, step, normalization);
            float[] output = Apply(s_none with { CutoutShare = 0.5 }, step, normalization);
            int covered = 0;
            for (int i = 0; i < output.Length; i++)
            {
                covered += output[i] == 0 && plain[i] != 0 ? 1 : 0;
                Assert.True(output[i] == plain[i] || output[i] == 0, $"step {step}, value {i}");
            }

            // A quarter of the square at least, all of it at most; some values are the mean by themselves.
            Assert.InRange(covered, 4 * 4 * 3 / 2, 8 * 8 * 3);
        }
    }

    [Fact]
    public void Operations_without_strength_change_nothing()
    {
        float[] expected = Apply(s_none, 3);
        float[] actual = Apply(s_none with { Operations = 3, Magnitude = 0 }, 3);
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-2));
    }

    [Fact]
    public void Operations_stay_within_black_and_white_and_differ_from_image_to_image()
    {
        Normalization normalization = new(120, 60);
        HashSet<float> seen = [];
        for (int step = 0; step < 200; step++)
        {
            float[] output = Apply(s_none with { Operations = 2, Magnitude = 1 }, step, normalization);
            seen.Add(output.Sum());
            Assert.All(output, value => Assert.InRange(value, -2.0001f, 2.2501f));
        }

        Assert.True(seen.Count > 150, $"{seen.Count} different results of 200");
    }

    [Fact]
    public void What_a_batch_is_cut_into_changes_nothing()
    {
        AugmentationRecipe recipe = new(0.5, 0, 0, 0, 0.4, 2, 0.5, 0.25);
        Augmentation augmentation = new(recipe, s_plain);
        ImageSet images = Images();
        float[] whole = new float[2 * Side * Side * 3];
        augmentation.Apply(images, [new SampleId(0), new SampleId(0)], 5, 7, whole);
        float[] second = new float[Side * Side * 3];
        augmentation.Apply(images, [new SampleId(0)], 5, 7, second, firstRow: 1);
        Assert.Equal(whole[(Side * Side * 3)..], second);
    }

    [Theory]
    [InlineData(0.5f, 1f, 1f, 0f)]
    [InlineData(1f, 0.4f, 1f, 0f)]
    [InlineData(1f, 1f, 1.7f, 0f)]
    [InlineData(1.2f, 0.8f, 0.3f, 0.4f)]
    public void Colours_change_as_written(float brightness, float contrast, float saturation, float solarize)
    {
        // In plain values 0..255 and step by step, beside the one map on normalised values.
        const float Mean = 110;
        const float Deviation = 55;
        float[] pixels = [10, 200, 90, 255, 0, 40, 128, 128, 128];
        float[] average = [(10 + 255 + 128) / 3f, (200 + 0 + 128) / 3f, (90 + 40 + 128) / 3f];
        float[] values = [.. pixels.Select(value => (value - Mean) / Deviation)];
        ColourMap.For(
            new ColourChange(brightness, contrast, saturation, solarize),
            (Vector128.Create(average[0], average[1], average[2], 0) - Vector128.Create(Mean)) / Deviation,
            -Mean / Deviation,
            (255 - Mean) / Deviation).Apply(values);
        for (int p = 0; p < pixels.Length; p += 3)
        {
            float[] rgb = [.. pixels[p..(p + 3)].Select(value => value * brightness)];
            float middle = Grey(average) * brightness;
            rgb = [.. rgb.Select(value => middle + (contrast * (value - middle)))];
            float grey = Grey(rgb);
            rgb = [.. rgb.Select(value => Math.Clamp(grey + (saturation * (value - grey)), 0, 255))];
            rgb = [.. rgb.Select(value => value > 255 * (1 - solarize) ? 255 - value : value)];
            for (int c = 0; c < 3; c++)
            {
                Assert.Equal(rgb[c], (values[p + c] * Deviation) + Mean, 1e-2);
            }
        }
    }

    private static float Grey(float[] rgb) => (0.299f * rgb[0]) + (0.587f * rgb[1]) + (0.114f * rgb[2]);

    private static float At(float[] output, int y, int x, int c) => output[(((y * Side) + x) * 3) + c];

    private static float[] Apply(AugmentationRecipe recipe, long step, Normalization? normalization = null)
    {
        float[] output = new float[Side * Side * 3];
        new Augmentation(recipe, normalization ?? s_plain).Apply(Images(), [new SampleId(0)], 5, step, output);
        return output;
    }

    private static ImageSet Images()
    {
        byte[] pixels = new byte[Side * Side * 3];
        for (int i = 0; i < Side * Side; i++)
        {
            pixels[3 * i] = (byte)(10 * (i / Side));
            pixels[(3 * i) + 1] = (byte)(10 * (i % Side));
        }

        return new ImageSet(Side, Side, pixels, [0], ["made"]);
    }
}
