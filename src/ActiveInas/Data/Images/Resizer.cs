namespace ActiveInas.Data.Images;

/// <summary>Resizes RGB images: area average where an axis shrinks, bilinear where it grows. The image is stretched, never
/// cropped.</summary>
internal static class Resizer
{
    /// <summary>Resizes to height x width.</summary>
    public static DecodedImage Resize(DecodedImage image, int height, int width)
    {
        if (image.Height == height && image.Width == width)
        {
            return image;
        }

        byte[] result = new byte[height * width * 3];
        Resize(image.Rgb, image.Height, image.Width, result, height, width);
        return new DecodedImage(height, width, result);
    }

    /// <summary>Resizes every image of a set to size x size.</summary>
    public static ImageSet Resize(ImageSet set, int size)
    {
        if (set.Height == size && set.Width == size)
        {
            return set;
        }

        int length = size * size * 3;
        byte[] pixels = new byte[set.Count * length];
        Parallel.For(0, set.Count, i => Resize(set.Image(i), set.Height, set.Width, pixels.AsSpan(i * length, length), size, size));
        return new ImageSet(size, size, pixels, set.Labels, set.Names);
    }

    private static void Resize(ReadOnlySpan<byte> source, int sourceHeight, int sourceWidth, Span<byte> target, int height, int width)
    {
        Tap[] columns = Taps(sourceWidth, width);
        Tap[] rows = Taps(sourceHeight, height);
        float[] line = new float[width * 3];
        float[] sum = new float[width * 3];
        int cached = -1;
        for (int y = 0; y < height; y++)
        {
            Array.Clear(sum);
            Tap row = rows[y];
            for (int k = 0; k < row.Weights.Length; k++)
            {
                if (cached != row.First + k)
                {
                    cached = row.First + k;
                    ResizeRow(source.Slice(cached * sourceWidth * 3, sourceWidth * 3), columns, line);
                }

                float weight = row.Weights[k];
                for (int i = 0; i < sum.Length; i++)
                {
                    sum[i] += weight * line[i];
                }
            }

            Span<byte> output = target.Slice(y * width * 3, width * 3);
            for (int i = 0; i < sum.Length; i++)
            {
                output[i] = (byte)Math.Clamp((int)(sum[i] + 0.5f), 0, 255);
            }
        }
    }

    private static void ResizeRow(ReadOnlySpan<byte> source, Tap[] columns, float[] line)
    {
        for (int x = 0; x < columns.Length; x++)
        {
            Tap column = columns[x];
            float red = 0;
            float green = 0;
            float blue = 0;
            int position = column.First * 3;
            foreach (float weight in column.Weights)
            {
                red += weight * source[position];
                green += weight * source[position + 1];
                blue += weight * source[position + 2];
                position += 3;
            }

            line[3 * x] = red;
            line[(3 * x) + 1] = green;
            line[(3 * x) + 2] = blue;
        }
    }

    private static Tap[] Taps(int source, int target)
    {
        var taps = new Tap[target];
        for (int i = 0; i < target; i++)
        {
            taps[i] = source > target ? AreaTap(i, source, target) : LinearTap(i, source, target);
        }

        return taps;
    }

    /// <summary>Target cell i covers [i, i + 1) * source / target; each source pixel weighs its share of that.</summary>
    private static Tap AreaTap(int i, int source, int target)
    {
        double start = (double)i * source / target;
        double end = (double)(i + 1) * source / target;
        int first = (int)start;
        int last = Math.Min(source, (int)Math.Ceiling(end));
        float[] weights = new float[last - first];
        for (int k = first; k < last; k++)
        {
            weights[k - first] = (float)((Math.Min(end, k + 1) - Math.Max(start, k)) / (end - start));
        }

        return new Tap(first, weights);
    }

    /// <summary>Pixel centres at half-integers, the edge replicated.</summary>
    private static Tap LinearTap(int i, int source, int target)
    {
        double center = Math.Clamp(((i + 0.5) * source / target) - 0.5, 0, source - 1);
        int first = Math.Min((int)center, Math.Max(0, source - 2));
        float fraction = (float)(center - first);
        return source == 1 ? new Tap(0, [1f]) : new Tap(first, [1 - fraction, fraction]);
    }

    private readonly record struct Tap(int First, float[] Weights);
}
