using ActiveInas.Architectures;
using ActiveInas.Compute;
using ActiveInas.Data;
using ActiveInas.Networks;

namespace ActiveInas.Tests.Networks;

/// <summary>Small seeded inputs for network tests.</summary>
internal static class NetworkSamples
{
    public static NormSettings Norm { get; } = new(1e-5, 0.1);

    public static NetworkShape Shape(int blocks, int stacks, int side = 8, int classes = 4) => new(new Architecture(blocks, stacks), classes, side, side);

    public static float[] Pixels(NetworkShape shape, int count, ulong seed)
    {
        SeededRandom random = new(seed);
        float[] pixels = new float[count * shape.Height * shape.Width * 3];
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] = (float)random.NextGaussian();
        }

        return pixels;
    }

    public static int[] Labels(NetworkShape shape, int count, ulong seed)
    {
        SeededRandom random = new(seed);
        int[] labels = new int[count];
        for (int i = 0; i < count; i++)
        {
            labels[i] = random.NextInt(shape.Classes);
        }

        return labels;
    }

    public static ImageSet Images(int count, int side, int classes, ulong seed)
    {
        SeededRandom random = new(seed);
        byte[] pixels = new byte[count * side * side * 3];
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] = (byte)random.NextInt(256);
        }

        int[] labels = new int[count];
        for (int i = 0; i < count; i++)
        {
            labels[i] = random.NextInt(classes);
        }

        return new ImageSet(side, side, pixels, labels, Enumerable.Range(0, count).Select(i => $"train/{i:D5}").ToArray());
    }

    public static LabelledSample[] Samples(ImageSet images, int first, int count)
        => Enumerable.Range(first, count).Select(i => new LabelledSample(new SampleId(i), images.Labels[i])).ToArray();

    public static KernelRow Row(string name) => KernelTable.Rows.Single(row => row.Name == name);

    public static float[] Values(Matrix matrix)
    {
        float[] values = new float[matrix.UsedRows * matrix.Columns];
        matrix.Read(values);
        return values;
    }
}
