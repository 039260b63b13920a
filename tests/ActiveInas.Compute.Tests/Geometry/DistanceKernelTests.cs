using ActiveInas.Compute.Geometry;
using ActiveInas.Compute.Tests.Support;

namespace ActiveInas.Compute.Tests.Geometry;

public sealed class DistanceKernelTests
{
    public static TheoryData<string> Names => [.. DistanceKernels.Rows.Select(row => row.Name)];

    [SkippableTheory]
    [MemberData(nameof(Names))]
    public void Nearest_gives_the_bytes_of_the_plain_loop(string name)
    {
        DistanceKernel kernel = Supported(name);
        TestRandom random = new(TestRandom.SeedOf("nearest"));
        for (int trial = 0; trial < 60; trial++)
        {
            int length = 16 * random.NextInt(1, trial % 10 == 0 ? 200 : 9);
            float[] points = random.Floats(11 * length);
            float[] centres = random.Floats(60 * length);
            int[] rows = [.. Enumerable.Range(0, random.NextInt(0, 11)).Select(_ => random.NextInt(0, 10))];
            int[] near = [.. Enumerable.Range(0, random.NextInt(0, 60)).Select(_ => random.NextInt(0, 59))];
            float[] nearest = [.. rows.Select(row => row % 3 == 0 ? 1f : float.PositiveInfinity)];
            float[] wanted = [.. rows.Zip(nearest, (row, bound) => near.Aggregate(bound, (least, centre)
                => MathF.Min(least, PlainDistance.Squared(Row(points, row, length), Row(centres, centre, length)))))];

            kernel.Nearest(points, rows, centres, near, length, nearest);

            Assert.Equal(wanted, nearest);
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Names))]
    public void Dots_and_single_distances_give_the_bytes_of_the_plain_loop(string name)
    {
        DistanceKernel kernel = Supported(name);
        TestRandom random = new(TestRandom.SeedOf("dots"));
        for (int count = 0; count < 12; count++)
        {
            int length = 16 * (count + 1);
            float[] points = random.Floats(12 * length);
            float[] vector = random.Floats(length);
            int[] rows = [.. Enumerable.Range(0, count).Select(_ => random.NextInt(0, 11))];
            float[] dots = new float[count];

            kernel.Dots(points, rows, vector, dots);

            Assert.Equal(rows.Select(row => PlainDistance.Dot(Row(points, row, length), vector)), dots);
            Assert.Equal(PlainDistance.Squared(Row(points, count, length), vector), kernel.Squared(Row(points, count, length), vector));
            Assert.Equal(PlainDistance.Dot(Row(points, count, length), vector), kernel.Dot(Row(points, count, length), vector));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(64)]
    [InlineData(515)]
    public void The_plain_loop_covers_every_length(int length)
    {
        TestRandom random = new((ulong)length);
        float[] a = [.. Enumerable.Range(0, length).Select(_ => (float)random.NextInt(0, 8))];
        float[] b = [.. Enumerable.Range(0, length).Select(_ => (float)random.NextInt(0, 8))];

        Assert.Equal(a.Zip(b).Sum(pair => (pair.First - pair.Second) * (pair.First - pair.Second)), PlainDistance.Squared(a, b));
        Assert.Equal(a.Zip(b).Sum(pair => pair.First * pair.Second), PlainDistance.Dot(a, b));
        Assert.Equal(PlainDistance.Squared(a, b), DistanceKernels.Best.Kernel.Squared(a, b));
        Assert.Equal(PlainDistance.Dot(a, b), DistanceKernels.Best.Kernel.Dot(a, b));
    }

    [Fact]
    public void The_order_of_summation_is_sixteen_sums_folded_in_halves()
    {
        // 2^24 + 1 is rounded away; 1 + 1 first is not. Elements 0 and 16 share a sum, 0 and 8 meet in the first fold.
        float[] ones = [.. Enumerable.Repeat(1f, 32)];
        float[] values = new float[32];
        (values[0], values[8], values[16]) = (1 << 24, 1, 1);
        float[] late = new float[32];
        (late[0], late[1], late[3]) = (1 << 24, 1, 1);

        Assert.Equal(1 << 24, PlainDistance.Dot(values, ones));
        Assert.Equal((1 << 24) + 2, PlainDistance.Dot(late, ones));
    }

    [Fact]
    public void Rows_that_do_not_fit_are_refused()
    {
        DistanceKernel kernel = DistanceKernels.Best.Kernel;
        float[] table = new float[64];

        Assert.Throws<ArgumentException>(() => kernel.Nearest(table, [0], table, [0], 15, new float[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => kernel.Nearest(table, [4], table, [0], 16, new float[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => kernel.Nearest(table, [0], table, [-1], 16, new float[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => kernel.Nearest(table, [0, 1], table, [0], 16, new float[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => kernel.Dots(table, [4], table.AsSpan(0, 16), new float[1]));
        Assert.Throws<ArgumentException>(() => kernel.Squared(table, table.AsSpan(1)));
        Assert.Throws<ArgumentException>(() => kernel.Dot(table, table.AsSpan(1)));
    }

    [Fact]
    public void Rows_of_the_table_stand_in_order_of_their_instruction_sets()
        => Assert.Equal(DistanceKernels.Rows.Select(row => row.InstructionSet).Order(), DistanceKernels.Rows.Select(row => row.InstructionSet));

    private static ReadOnlySpan<float> Row(float[] table, int row, int length) => table.AsSpan(row * length, length);

    private static DistanceKernel Supported(string name)
    {
        DistanceKernelRow row = DistanceKernels.Rows.Single(candidate => candidate.Name == name);
        Skip.IfNot(row.IsSupported, $"{name} needs {row.InstructionSet}; this machine offers {CpuFeatures.Hardware}.");
        return row.Kernel;
    }
}
