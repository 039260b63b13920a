namespace ActiveInas.Cli.Benchmarking;

/// <summary>A batch of noise with random labels, always the same.</summary>
internal sealed class FixedBatch
{
    private const ulong Seed = 1;

    public FixedBatch(int count)
    {
        SeededRandom random = new(Seed);
        Count = count;
        Pixels = new float[count * BenchmarkOptions.ImageSide * BenchmarkOptions.ImageSide * 3];
        for (int i = 0; i < Pixels.Length; i++)
        {
            Pixels[i] = (float)random.NextGaussian();
        }

        Labels = new int[count];
        for (int i = 0; i < count; i++)
        {
            Labels[i] = random.NextInt(BenchmarkOptions.Classes);
        }
    }

    public int Count { get; }

    /// <summary>[Count, H, W, 3], mean 0 and variance 1 like normalised images.</summary>
    public float[] Pixels { get; }

    /// <summary>[Count].</summary>
    public int[] Labels { get; }
}
