using System.Diagnostics;
using ActiveInas.Data;
using ActiveInas.Training;

namespace ActiveInas.RecipeStudy;

/// <summary>What the augmentation of an image costs on one core, by recipe and side. It runs beside the training, on a core that the training uses too.</summary>
internal static class AugmentationTimes
{
    private const int Batch = 64;
    private const int Rounds = 7;
    private const int StepsPerRound = 40;

    public static void Write(TextWriter output)
    {
        output.WriteLine("| recipe | side | microseconds an image (median of 7) |");
        output.WriteLine("|---|---|---|");
        foreach (Recipe recipe in Recipes.All)
        {
            foreach (int side in new[] { 32, 64 })
            {
                output.WriteLine(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"| {recipe.Name} | {side} | {Median(recipe, side):0.0} |"));
            }
        }
    }

    private static double Median(Recipe recipe, int side)
    {
        byte[] pixels = new byte[Batch * side * side * 3];
        SeededRandom random = new(1);
        foreach (ref byte value in pixels.AsSpan())
        {
            value = (byte)random.NextInt(256);
        }

        ImageSet images = new(side, side, pixels, new int[Batch], new string[Batch]);
        Augmentation augmentation = new(recipe.Augmentation, new Normalization(127, 60));
        SampleId[] samples = [.. Enumerable.Range(0, Batch).Select(i => new SampleId(i))];
        float[] result = new float[pixels.Length];
        List<double> times = [];
        for (int round = 0; round < Rounds; round++)
        {
            long start = Stopwatch.GetTimestamp();
            for (int step = 0; step < StepsPerRound; step++)
            {
                augmentation.Apply(images, samples, 1, step, result);
            }

            times.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds / (StepsPerRound * Batch));
        }

        return times.Order().ElementAt(Rounds / 2);
    }
}
