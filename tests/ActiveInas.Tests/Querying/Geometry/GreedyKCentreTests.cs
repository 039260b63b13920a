using ActiveInas.Compute;
using ActiveInas.Compute.Geometry;
using ActiveInas.Querying.Geometry;

namespace ActiveInas.Tests.Querying.Geometry;

public sealed class GreedyKCentreTests
{
    public static TheoryData<string> Names => [.. DistanceKernels.Rows.Select(row => row.Name)];

    [SkippableTheory]
    [MemberData(nameof(Names))]
    public void Picks_are_those_of_the_plain_loop(string name)
    {
        DistanceKernelRow row = DistanceKernels.Rows.Single(candidate => candidate.Name == name);
        Skip.IfNot(row.IsSupported, $"{name} needs {row.InstructionSet}; this machine offers {CpuFeatures.Hardware}.");
        SeededRandom random = new(61);
        for (int trial = 0; trial < 40; trial++)
        {
            // Few values make duplicates and ties; many labelled rows make several blocks; long rows make batches of picks.
            int length = trial % 8 == 0 ? 640 : 1 + random.NextInt(70);
            int pool = 1 + random.NextInt(trial % 4 == 0 ? 300 : 90);
            int labelled = random.NextInt(trial % 3 == 0 ? 400 : 70);
            int values = trial % 5 == 0 ? 2 : 1 << 20;
            float[] points = Floats(pool * length, values, ref random);
            float[] centres = Floats(labelled * length, values, ref random);
            int count = trial % 2 == 0 ? pool : random.NextInt(pool + 1);
            ulong[] ties = [.. Enumerable.Range(0, pool).Select(i => trial % 7 == 0 ? 0 : SplitMix.Mix((ulong)i))];

            KCentrePick[] picks = new GreedyKCentre(points, centres, length, ties, 1 + (trial % 3), row.Kernel).Pick(count, CancellationToken.None);

            Assert.Equal(Plain(points, centres, length, ties, count), picks);
        }
    }

    [Fact]
    public void Clustered_rows_sorted_by_cluster_are_no_exception()
    {
        SeededRandom random = new(62);
        const int Length = 33;
        float[] points = Clusters(500, Length, 0, ref random);
        float[] centres = Clusters(300, Length, 2, ref random);
        ulong[] ties = [.. Enumerable.Range(0, 500).Select(i => (ulong)i)];

        Assert.Equal(
            Plain(points, centres, Length, ties, 200),
            new GreedyKCentre(points, centres, Length, ties, 2).Pick(200, CancellationToken.None));
    }

    [Fact]
    public void Without_labelled_rows_the_first_pick_is_the_first_tie_break()
    {
        KCentrePick[] picks = new GreedyKCentre((float[])[0, 1, 5], Array.Empty<float>(), 1, [2, 1, 3], 1).Pick(3, CancellationToken.None);

        Assert.Equal([new(1, float.PositiveInfinity), new(2, 16), new(0, 1)], picks);
    }

    [Fact]
    public void Tables_that_do_not_fit_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new GreedyKCentre(new float[5], new float[4], 2, [1, 2], 1));
        Assert.Throws<ArgumentException>(() => new GreedyKCentre(new float[4], new float[3], 2, [1, 2], 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new GreedyKCentre(new float[4], new float[4], 2, [1, 2], 1).Pick(3, CancellationToken.None));
    }

    /// <summary>The plain loop: every distance of every step, in the one order of summation.</summary>
    private static List<KCentrePick> Plain(float[] points, float[] centres, int length, ulong[] ties, int count)
    {
        float[] nearest = new float[ties.Length];
        Array.Fill(nearest, float.PositiveInfinity);
        for (int centre = 0; centre < centres.Length / length; centre++)
        {
            Shorten(points, nearest, length, centres.AsSpan(centre * length, length));
        }

        List<KCentrePick> picks = [];
        HashSet<int> open = [.. Enumerable.Range(0, ties.Length)];
        while (picks.Count < count)
        {
            int row = open.MinBy(i => (-nearest[i], ties[i], i));
            open.Remove(row);
            picks.Add(new KCentrePick(row, nearest[row]));
            Shorten(points, nearest, length, points.AsSpan(row * length, length));
        }

        return picks;
    }

    private static void Shorten(float[] points, float[] nearest, int length, ReadOnlySpan<float> centre)
    {
        for (int i = 0; i < nearest.Length; i++)
        {
            nearest[i] = MathF.Min(nearest[i], PlainDistance.Squared(points.AsSpan(i * length, length), centre));
        }
    }

    private static float[] Floats(int count, int values, ref SeededRandom random)
    {
        float[] result = new float[count];
        for (int i = 0; i < count; i++)
        {
            result[i] = random.NextInt(values) / (float)values;
        }

        return result;
    }

    private static float[] Clusters(int rows, int length, int shift, ref SeededRandom random)
    {
        float[] result = new float[rows * length];
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = ((i / length / 100) + shift == i % 7 ? 4 : 0) + (float)random.NextGaussian();
        }

        return result;
    }
}
