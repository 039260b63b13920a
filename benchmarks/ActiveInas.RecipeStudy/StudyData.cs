using ActiveInas.Data;
using ActiveInas.Training;

namespace ActiveInas.RecipeStudy;

/// <summary>A data set of a study, its training images cut into a validation part and a pool to draw labels from.</summary>
internal sealed class StudyData
{
    private const int LargestValidation = 2000;
    private const double ValidationShare = 0.25;
    private readonly int[] _pool;

    private StudyData(Dataset data, int[] order, Simulation simulation)
    {
        Data = data;
        int count = Math.Min(LargestValidation, (int)(ValidationShare * order.Length));
        Validation = Samples(order[..count]);
        Mirrored = [.. Validation.Select((sample, i) => new LabelledSample(new SampleId(data.Train.Count + i), sample.Label))];
        Images = WithMirrored(data.Train, order[..count]);
        int[] pool = order[count..];
        _pool = [.. simulation.Kept([.. pool.Select(index => data.Train.Labels[index])], data.Classes.Count, 1).Select(position => pool[position])];
    }

    public Dataset Data { get; }

    /// <summary>The same for every seed, recipe and number of labels.</summary>
    public IReadOnlyList<LabelledSample> Validation { get; }

    /// <summary>The same images mirrored left to right.</summary>
    public IReadOnlyList<LabelledSample> Mirrored { get; }

    /// <summary>The training images, then <see cref="Mirrored"/>.</summary>
    public ImageSet Images { get; }

    /// <summary>Loads a set.</summary>
    public static async Task<StudyData> LoadAsync(StudySet set, string? dataDirectory)
    {
        string source = set.Source.Contains('.', StringComparison.Ordinal) && dataDirectory is not null ? Path.Combine(dataDirectory, set.Source) : set.Source;
        Dataset data = await DataSources.LoadAsync(new DataRequest(source, dataDirectory, set.ImageSize)).ConfigureAwait(false);
        int[] order = [.. Enumerable.Range(0, data.Train.Count)];
        new SeededRandom(SeedTree.Derive(1, "study/validation")).Shuffle(order.AsSpan());
        return new StudyData(data, order, new Simulation(set.Imbalance));
    }

    /// <summary>So many random labels; a smaller number gives a part of a larger one. As many as there are where fewer are.</summary>
    public IReadOnlyList<LabelledSample> Labelled(int count, int seed)
    {
        int[] order = [.. _pool];
        new SeededRandom(SeedTree.Derive((ulong)seed, "study/labels")).Shuffle(order.AsSpan());
        return Samples(order[..Math.Min(count, order.Length)]);
    }

    private static ImageSet WithMirrored(ImageSet train, int[] indices)
    {
        byte[] pixels = new byte[train.Pixels.LongLength + ((long)indices.Length * train.Height * train.Width * 3)];
        train.Pixels.CopyTo(pixels, 0);
        int at = train.Pixels.Length;
        foreach (int index in indices)
        {
            ReadOnlySpan<byte> image = train.Image(index);
            for (int y = 0; y < train.Height; y++)
            {
                for (int x = train.Width - 1; x >= 0; x--, at += 3)
                {
                    image.Slice(((y * train.Width) + x) * 3, 3).CopyTo(pixels.AsSpan(at));
                }
            }
        }

        return new ImageSet(
            train.Height,
            train.Width,
            pixels,
            [.. train.Labels, .. indices.Select(index => train.Labels[index])],
            [.. train.Names, .. indices.Select(index => $"{train.Names[index]} mirrored")]);
    }

    private LabelledSample[] Samples(int[] indices) => [.. indices.Select(index => new LabelledSample(new SampleId(index), Data.Train.Labels[index]))];
}
