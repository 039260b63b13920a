using ActiveInas.Data;
using ActiveInas.Tests.Shared;
using ActiveInas.Training;

namespace ActiveInas.Tests.Training;

public class AugmentationTests
{
    private const int Height = 6;
    private const int Width = 9;
    private const int Size = Height * Width * 3;

    private static readonly Normalization s_normalization = new(100, 50);
    private static readonly ImageSet s_images = Images(4);

    [Fact]
    public void Inference_only_normalises()
    {
        float[] output = new float[2 * Size];
        new Augmentation(new AugmentationRecipe(1, 0.5, 2, 90), s_normalization).Normalize(s_images, [new SampleId(3), new SampleId(1)], output);
        Assert.Equal([.. s_images.Image(3).ToArray().Concat(s_images.Image(1).ToArray()).Select(value => (float)((value - 100) / 50.0))], output);
    }

    [Fact]
    public void Nothing_to_do_is_the_same_as_normalising()
    {
        var augmentation = new Augmentation(new AugmentationRecipe(0, 0, 0, 0), s_normalization);
        float[] expected = new float[Size];
        augmentation.Normalize(s_images, [new SampleId(2)], expected);
        Assert.Equal(expected, Apply(augmentation, [2], seed: 1, step: 5));
    }

    [Fact]
    public void A_flip_mirrors_every_row()
    {
        float[] output = Apply(new Augmentation(new AugmentationRecipe(1, 0, 0, 0), new Normalization(0, 1)), [1], seed: 1, step: 0);
        ForEachValue((y, x, c) => Assert.Equal(Pixel(1, y, Width - 1 - x, c), output[(((y * Width) + x) * 3) + c]));
    }

    [Fact]
    public void Whole_pixel_shifts_replicate_the_edge_and_reach_every_offset()
    {
        var augmentation = new Augmentation(new AugmentationRecipe(0, 0, 2, 0), new Normalization(0, 1));
        var seen = new HashSet<(int, int)>();
        for (int step = 0; step < 400; step++)
        {
            float[] output = Apply(augmentation, [0], seed: 3, step);
            seen.Add(FindShift(output, range: 2));
        }

        Assert.Equal(25, seen.Count);
    }

    [Fact]
    public void The_general_map_agrees_with_the_shortcut_for_whole_pixels()
    {
        // A rotation too small to matter takes the general path.
        var shortcut = new Augmentation(new AugmentationRecipe(0.5, 0, 2, 0), s_normalization);
        var general = new Augmentation(new AugmentationRecipe(0.5, 0, 2, 1e-7), s_normalization);
        for (int step = 0; step < 50; step++)
        {
            float[] expected = Apply(shortcut, [0, 1, 2, 3], seed: 9, step);
            float[] actual = Apply(general, [0, 1, 2, 3], seed: 9, step);
            for (int i = 0; i < expected.Length; i++)
            {
                Assert.True(Math.Abs(expected[i] - actual[i]) < 1e-3, $"step {step}, value {i}: {actual[i]}, wanted {expected[i]}");
            }
        }
    }

    [Fact]
    public void Blended_values_stay_within_those_of_the_image()
    {
        var set = new ImageSet(5, 5, [.. Enumerable.Range(0, 75).Select(i => (byte)(i * 3))], [0], ["a"]);
        var augmentation = new Augmentation(new AugmentationRecipe(0.5, 0.2, 1, 30), new Normalization(0, 1));
        for (int step = 0; step < 20; step++)
        {
            float[] output = new float[75];
            augmentation.Apply(set, [new SampleId(0)], 7, step, output);
            AssertWithinNeighbours(set, output);
        }
    }

    [Fact]
    public void The_general_map_equals_a_plain_double_implementation()
    {
        // Amounts are recovered from a ramp image: value = 10 x, so every output row is affine in the draw.
        var ramp = new ImageSet(21, 21, [.. Enumerable.Range(0, 21 * 21 * 3).Select(i => (byte)((i / 3 % 21 * 10) + (i % 3 == 1 ? i / 63 : 0)))], [0], ["a"]);
        var augmentation = new Augmentation(new AugmentationRecipe(0, 0.1, 0, 15), new Normalization(0, 1));
        for (int step = 0; step < 20; step++)
        {
            float[] output = new float[21 * 21 * 3];
            augmentation.Apply(ramp, [new SampleId(0)], 11, step, output);
            double perColumn = At(output, 10, 11) - At(output, 10, 10);
            double perRow = At(output, 11, 10) - At(output, 10, 10);
            double angle = Math.Atan2(-perRow, perColumn);
            double shift = (At(output, 10, 10) - 100) / 10;
            Assert.InRange(Math.Sqrt((perColumn * perColumn) + (perRow * perRow)), 9.99, 10.01);
            Assert.InRange(Math.Abs(angle), 0, 15 * Math.PI / 180);
            Assert.InRange(Math.Abs(shift), 0, 2.1);
            Assert.Equal(100 + (10 * shift) + (10 * ((Math.Cos(angle) * 4) - (Math.Sin(angle) * -3))), At(output, 7, 14), 2);
        }

        static double At(float[] output, int y, int x) => output[((y * 21) + x) * 3];
    }

    [Fact]
    public void A_row_depends_on_seed_step_and_row_alone()
    {
        var augmentation = new Augmentation(new AugmentationRecipe(0.5, 0.1, 0, 15), s_normalization);
        float[] whole = Apply(augmentation, [0, 1, 2, 3], seed: 5, step: 8);
        float[] tail = new float[2 * Size];
        augmentation.Apply(s_images, [new SampleId(2), new SampleId(3)], 5, 8, tail, firstRow: 2);
        Assert.Equal(whole[(2 * Size)..], tail);
        Assert.Equal(whole, Apply(augmentation, [0, 1, 2, 3], seed: 5, step: 8));
        Assert.NotEqual(whole, Apply(augmentation, [0, 1, 2, 3], seed: 5, step: 9));
        Assert.NotEqual(whole, Apply(augmentation, [0, 1, 2, 3], seed: 6, step: 8));

        // The same image twice in a batch is drawn anew.
        float[] twice = Apply(augmentation, [1, 1], seed: 5, step: 8);
        Assert.NotEqual(twice[..Size], twice[Size..]);
    }

    [Fact]
    public void Half_of_the_images_are_flipped()
    {
        var augmentation = new Augmentation(new AugmentationRecipe(0.5, 0, 0, 0), new Normalization(0, 1));
        int flipped = Enumerable.Range(0, 1000).Count(step => Apply(augmentation, [0], seed: 2, step)[0] != Pixel(0, 0, 0, 0));
        Assert.InRange(flipped, 450, 550);
    }

    [Fact]
    public void Nothing_is_allocated_per_image()
    {
        var augmentation = new Augmentation(new AugmentationRecipe(0.5, 0.1, 0, 15), s_normalization);
        SampleId[] batch = [.. Enumerable.Range(0, 4).Select(i => new SampleId(i))];
        float[] output = new float[4 * Size];
        long bytes = Allocations.OfEveryCall(() =>
        {
            for (int step = 0; step < 100; step++)
            {
                augmentation.Apply(s_images, batch, 1, step, output);
            }
        });

        Assert.InRange(bytes, 0, 1000);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 7)]
    [InlineData(7, 1)]
    public void Images_of_one_pixel_or_row_work(int height, int width)
    {
        var set = new ImageSet(height, width, [.. Enumerable.Repeat((byte)150, height * width * 3)], [0], ["a"]);
        float[] output = new float[height * width * 3];
        new Augmentation(new AugmentationRecipe(0.5, 0.3, 1, 45), s_normalization).Apply(set, [new SampleId(0)], 1, 1, output);
        Assert.All(output, value => Assert.Equal(1f, value, 1e-5f));
    }

    [Fact]
    public void A_wrong_output_length_is_an_error() => Assert.Throws<ArgumentException>(
        () => new Augmentation(new AugmentationRecipe(0, 0, 0, 0), s_normalization).Normalize(s_images, [new SampleId(0)], new float[5]));

    private static void AssertWithinNeighbours(ImageSet set, float[] output)
    {
        (float lowest, float highest) = (set.Pixels.Min(), set.Pixels.Max());
        Assert.All(output, value => Assert.InRange(value, lowest - 1e-3f, highest + 1e-3f));
        Assert.NotEqual(set.Pixels.Select(value => (float)value), output);
    }

    private static (int Y, int X) FindShift(float[] output, int range)
    {
        for (int shiftY = -range; shiftY <= range; shiftY++)
        {
            for (int shiftX = -range; shiftX <= range; shiftX++)
            {
                bool equal = true;
                ForEachValue((y, x, c) => equal &= output[(((y * Width) + x) * 3) + c]
                    == Pixel(0, Math.Clamp(y + shiftY, 0, Height - 1), Math.Clamp(x + shiftX, 0, Width - 1), c));
                if (equal)
                {
                    return (shiftY, shiftX);
                }
            }
        }

        throw new InvalidOperationException("The output is no shift of the image.");
    }

    private static void ForEachValue(Action<int, int, int> action)
    {
        for (int i = 0; i < Size; i++)
        {
            action(i / 3 / Width, i / 3 % Width, i % 3);
        }
    }

    private static float Pixel(int image, int y, int x, int c) => s_images.Image(image)[(((y * Width) + x) * 3) + c];

    private static float[] Apply(Augmentation augmentation, int[] samples, ulong seed, long step)
    {
        float[] output = new float[samples.Length * Size];
        augmentation.Apply(s_images, [.. samples.Select(sample => new SampleId(sample))], seed, step, output);
        return output;
    }

    private static ImageSet Images(int count)
    {
        var random = new SeededRandom(1);
        byte[] pixels = new byte[count * Size];
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] = (byte)random.NextInt(256);
        }

        return new ImageSet(Height, Width, pixels, new int[count], new string[count]);
    }
}
