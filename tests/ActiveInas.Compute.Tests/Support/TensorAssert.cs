using ActiveInas.Compute.Cpu;
using Xunit.Sdk;

namespace ActiveInas.Compute.Tests.Support;

/// <summary>Comparisons that report the worst place and both values.</summary>
internal static class TensorAssert
{
    /// <summary>Every value within the tolerance; NaN never is.</summary>
    /// <param name="what">Named in the failure.</param>
    /// <param name="extent">Extents of the row-major values, for example [N, H, W, C].</param>
    public static void Close(string what, IReadOnlyList<int> extent, ReadOnlySpan<double> expected, ReadOnlySpan<double> actual, Tolerance tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        double largest = 0;
        foreach (double value in expected)
        {
            largest = Math.Max(largest, Math.Abs(value));
        }

        int worst = -1;
        int failures = 0;
        double worstExcess = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            double allowed = (tolerance.Relative * Math.Abs(expected[i])) + (tolerance.OfLargest * largest);
            double error = Math.Abs(expected[i] - actual[i]);
            double excess = double.IsNaN(error) ? double.PositiveInfinity : error - allowed;
            failures += excess > 0 ? 1 : 0;
            if (excess > worstExcess)
            {
                worst = i;
                worstExcess = excess;
            }
        }

        if (worst >= 0)
        {
            throw new XunitException(
                $"{what}: {failures} of {expected.Length} values are off; worst at {Describe(worst, extent)}: expected {expected[worst]:R}, actual {actual[worst]:R} "
                + $"(largest expected {largest:R}, tolerance '{tolerance.Name}').");
        }
    }

    /// <summary>The root mean square of the errors within a share of that of the values.</summary>
    public static void CloseOnAverage(string what, ReadOnlySpan<double> expected, ReadOnlySpan<double> actual, double share)
    {
        double squares = 0;
        double errors = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            squares += expected[i] * expected[i];
            errors += (expected[i] - actual[i]) * (expected[i] - actual[i]);
        }

        Assert.True(errors <= share * share * squares, $"{what}: the mean error is {Math.Sqrt(errors / squares):G3} of the mean value, wanted at most {share}");
    }

    /// <summary>The same bytes.</summary>
    public static void SameBytes(string what, ReadOnlySpan<byte> expected, ReadOnlySpan<byte> actual)
    {
        int common = expected.CommonPrefixLength(actual);
        if (common != expected.Length || common != actual.Length)
        {
            throw new XunitException($"{what}: {expected.Length} and {actual.Length} bytes differ first at byte {common}.");
        }
    }

    /// <summary>Margins, border positions and channels beyond C hold zero, over the whole capacity; of a tensor in other memory nobody can say.</summary>
    public static void BordersAreZero(string what, Tensor tensor)
    {
        if (!RawMemory.IsHost(tensor))
        {
            return;
        }

        BlockedLayout layout = RawMemory.Layout(tensor);
        ReadOnlySpan<byte> bytes = RawMemory.Bytes(tensor);
        int size = (int)(bytes.Length / layout.Length);
        for (int block = 0; block < layout.ChannelBlocks; block++)
        {
            for (int position = -layout.Margin; position < layout.Positions + layout.Margin; position++)
            {
                long first = (block * layout.BlockStride) + ((long)(layout.Margin + position) * layout.Block);

                // Lane 0 is a channel in every block, so it is border only where the position is.
                int lanes = IsBorder(layout, first) ? 0 : Math.Min(layout.Block, layout.Shape.Channels - (block * layout.Block));
                int wrong = bytes[(int)((first + lanes) * size)..(int)((first + layout.Block) * size)].IndexOfAnyExcept((byte)0);
                if (wrong >= 0)
                {
                    throw new XunitException(
                        $"{what}: {tensor.Shape} has a border value that is not zero: channel block {block}, position {position}, lane {lanes + (wrong / size)}.");
                }
            }
        }
    }

    /// <summary>Whether element <paramref name="index"/> of the buffer is none of the tensor's values.</summary>
    public static bool IsBorder(BlockedLayout layout, long index)
    {
        long channel = ((index / layout.BlockStride) * layout.Block) + (index % layout.Block);
        long position = (index % layout.BlockStride / layout.Block) - layout.Margin;
        return channel >= layout.Shape.Channels
            || position < 0
            || position >= layout.Positions
            || position % layout.RowStride >= layout.Shape.Width
            || position % layout.ImageStride / layout.RowStride >= layout.Shape.Height;
    }

    private static string Describe(int index, IReadOnlyList<int> extent)
    {
        int[] place = new int[extent.Count];
        for (int i = extent.Count - 1; i >= 0; i--)
        {
            place[i] = index % extent[i];
            index /= extent[i];
        }

        return $"[{string.Join(", ", place)}] of [{string.Join(", ", extent)}]";
    }
}
