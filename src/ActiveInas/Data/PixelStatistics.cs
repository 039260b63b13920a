namespace ActiveInas.Data;

/// <summary>Exact sums over pixels.</summary>
internal static class PixelStatistics
{
    /// <summary>Mean and standard deviation (divisor n) over all pixels and channels; a deviation of 0 becomes 1, so that dividing by it
    /// is safe.</summary>
    public static Normalization Normalization(ImageSet set)
    {
        (long Count, long Sum, long Squares)[] channels = Channels(set);
        (double mean, double deviation) = Moments(
            channels.Sum(channel => channel.Count), channels.Sum(channel => channel.Sum), channels.Sum(channel => channel.Squares));
        return new Normalization(mean, deviation > 0 ? deviation : 1);
    }

    /// <summary>Number, sum and sum of squares of each channel: integers, so the order of addition does not matter.</summary>
    public static (long Count, long Sum, long Squares)[] Channels(ImageSet set)
    {
        Span<long> histogram = stackalloc long[3 * 256];
        histogram.Clear();
        byte[] pixels = set.Pixels;
        for (int i = 0; i + 2 < pixels.Length; i += 3)
        {
            histogram[pixels[i]]++;
            histogram[256 + pixels[i + 1]]++;
            histogram[512 + pixels[i + 2]]++;
        }

        var result = new (long Count, long Sum, long Squares)[3];
        for (int i = 0; i < histogram.Length; i++)
        {
            long value = i & 255;
            ref (long Count, long Sum, long Squares) channel = ref result[i >> 8];
            channel.Count += histogram[i];
            channel.Sum += histogram[i] * value;
            channel.Squares += histogram[i] * value * value;
        }

        return result;
    }

    /// <summary>Mean and standard deviation from the sums.</summary>
    public static (double Mean, double Deviation) Moments(long count, long sum, long squares)
    {
        double mean = (double)sum / count;
        return (mean, Math.Sqrt(Math.Max(0, ((double)squares / count) - (mean * mean))));
    }
}
