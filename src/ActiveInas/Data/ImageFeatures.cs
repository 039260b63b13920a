namespace ActiveInas.Data;

/// <summary>Features of images that no network has seen: colours and edge directions on a coarse grid. For choosing the first images to label.</summary>
/// <remarks>
/// <para>Each of 4 x 4 cells gives its mean red, green and blue (0..1), and a histogram over 8 edge directions of half a turn: every pixel
/// adds the length of its grey-level gradient to the nearest direction. The histograms of an image are divided by their common
/// Euclidean norm, so that contrast does not matter; of an image without edges they are 0.</para>
/// <para>Reference: histograms of oriented gradients, Dalal and Triggs, CVPR 2005, with one block and hard bins. Cost O(pixels); D = 176.</para>
/// </remarks>
internal static class ImageFeatures
{
    /// <summary>D.</summary>
    public const int Length = Cells * Cells * (Channels + Directions);

    private const int Cells = 4;
    private const int Channels = 3;
    private const int Directions = 8;

    private static readonly (double X, double Y)[] s_directions =
        [.. Enumerable.Range(0, Directions).Select(k => (Math.Cos(k * Math.PI / Directions), Math.Sin(k * Math.PI / Directions)))];

    /// <summary>The features of every image.</summary>
    /// <returns>[images, <see cref="Length"/>].</returns>
    public static float[] Of(ImageSet images, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(images);
        float[] features = new float[images.Count * Length];
        Parallel.For(0, images.Count, new ParallelOptions { CancellationToken = cancellation }, i =>
        {
            Span<float> feature = features.AsSpan(i * Length, Length);
            AddColours(images.Image(i), images.Height, images.Width, feature[..(Cells * Cells * Channels)]);
            AddEdges(images.Image(i), images.Height, images.Width, feature[(Cells * Cells * Channels)..]);
        });
        return features;
    }

    private static int Cell(int y, int x, int height, int width) => (y * Cells / height * Cells) + (x * Cells / width);

    private static void AddColours(ReadOnlySpan<byte> image, int height, int width, Span<float> means)
    {
        Span<int> counts = stackalloc int[Cells * Cells];
        counts.Clear();
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                int cell = Cell(y, x, height, width);
                counts[cell]++;
                for (int c = 0; c < Channels; c++)
                {
                    means[(cell * Channels) + c] += image[(((y * width) + x) * Channels) + c];
                }
            }
        }

        for (int i = 0; i < means.Length; i++)
        {
            means[i] /= 255f * Math.Max(1, counts[i / Channels]);
        }
    }

    private static void AddEdges(ReadOnlySpan<byte> image, int height, int width, Span<float> histograms)
    {
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                int dx = Grey(image, width, y, Math.Min(x + 1, width - 1)) - Grey(image, width, y, Math.Max(x - 1, 0));
                int dy = Grey(image, width, Math.Min(y + 1, height - 1), x) - Grey(image, width, Math.Max(y - 1, 0), x);
                histograms[(Cell(y, x, height, width) * Directions) + Nearest(dx, dy)] += MathF.Sqrt((dx * dx) + (dy * dy));
            }
        }

        double squares = 0;
        foreach (float value in histograms)
        {
            squares += (double)value * value;
        }

        float norm = squares > 0 ? (float)Math.Sqrt(squares) : 1;
        for (int i = 0; i < histograms.Length; i++)
        {
            histograms[i] /= norm;
        }
    }

    // The sum of the channels: three times the grey level.
    private static int Grey(ReadOnlySpan<byte> image, int width, int y, int x)
    {
        int at = ((y * width) + x) * Channels;
        return image[at] + image[at + 1] + image[at + 2];
    }

    private static int Nearest(int dx, int dy)
    {
        int best = 0;
        double most = -1;
        for (int k = 0; k < Directions; k++)
        {
            double along = Math.Abs((dx * s_directions[k].X) + (dy * s_directions[k].Y));
            (best, most) = along > most ? (k, along) : (best, most);
        }

        return best;
    }
}
