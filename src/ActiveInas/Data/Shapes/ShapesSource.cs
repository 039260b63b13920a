using ActiveInas.Compute;
using ActiveInas.Data.Named;

namespace ActiveInas.Data.Shapes;

/// <summary>The built-in generated set: ten outlines in random colours, textures, places, sizes and angles. Needs no file.</summary>
internal sealed class ShapesSource(ShapesDifficulty difficulty) : INamedSource
{
    /// <summary>Images of the training part.</summary>
    public const int TrainCount = 10_000;

    /// <summary>Images of the test part.</summary>
    public const int TestCount = 2_000;

    private const int Size = ShapeRenderer.Side * ShapeRenderer.Side * 3;

    /// <inheritdoc/>
    public string Name => DataSources.Generated;

    /// <inheritdoc/>
    public DataShape Shape(DataRequest request) => new(TrainCount, TestCount, ShapeRenderer.Side, ShapeRenderer.Side, ShapeOutline.Names.Count);

    /// <inheritdoc/>
    public Task<Dataset> LoadAsync(SourceContext context)
    {
        ImageSet train = Generate(context.Request.Seed, "train", TrainCount, context.Cancellation);
        ImageSet test = Generate(context.Request.Seed, "test", TestCount, context.Cancellation);
        return Task.FromResult(new Dataset(
            Name, ShapeOutline.Names, train, test, PixelStatistics.Normalization(train), MirrorSafe: true, []));
    }

    /// <summary>Generates a part; every image depends on the seed, the part and its index alone.</summary>
    internal ImageSet Generate(ulong seed, string part, int count, CancellationToken cancellation)
    {
        int[] labels = [.. Enumerable.Range(0, count).Select(i => i % ShapeOutline.Names.Count)];
        new SeededRandom(SeedTree.Derive(seed, $"shapes/{part}/labels")).Shuffle<int>(labels);
        ulong images = SeedTree.Derive(seed, $"shapes/{part}/images");
        byte[] pixels = new byte[count * Size];
        var options = new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = Environment.ProcessorCount };
        Parallel.For(0, count, options, () => new float[Size], (i, _, canvas) =>
        {
            new ShapeRenderer(difficulty, SplitMix.Mix(images + (ulong)i)).Render(labels[i], canvas, pixels.AsSpan(i * Size, Size));
            return canvas;
        }, static _ => { });
        return new ImageSet(ShapeRenderer.Side, ShapeRenderer.Side, pixels, labels, NumberedNames.Of(part, count));
    }
}
