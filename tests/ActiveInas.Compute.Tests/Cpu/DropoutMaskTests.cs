namespace ActiveInas.Compute.Tests.Cpu;

public sealed class DropoutMaskTests
{
    private const int Draws = 100_000;

    /// <summary>Deviations of a mean from what it should be, in standard deviations, that chance never reaches.</summary>
    private const double Sigmas = 5;

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.5)]
    [InlineData(0.9)]
    public void The_mean_keep_rate_is_one_minus_the_rate(double rate)
    {
        double bound = Sigmas * Math.Sqrt(rate * (1 - rate) / Draws);
        Assert.InRange(MeanOf(i => DropoutMask.Keeps(1, 0, i, rate)) - (1 - rate), -bound, bound);
        Assert.InRange(MeanOf(i => DropoutMask.Keeps(1, i, 0, rate)) - (1 - rate), -bound, bound);
        Assert.InRange(MeanOf(i => DropoutMask.Keeps((ulong)i, 0, 0, rate)) - (1 - rate), -bound, bound);
    }

    [Fact]
    public void Neighbouring_units_samples_and_seeds_are_independent()
    {
        AssertHalf(i => Bit(1, 7, i) == Bit(1, 7, i + 1));
        AssertHalf(i => Bit(1, i, 7) == Bit(1, i + 1, 7));
        AssertHalf(i => Bit((ulong)i, 7, 7) == Bit((ulong)i + 1, 7, 7));
        AssertHalf(i => Bit(1, i, i + 1) == Bit(1, i + 1, i));
        AssertHalf(i => Bit(1, 2 * i, 3) == Bit(1, (2 * i) + 1, 3));
        AssertHalf(i => Bit(1, i % 500, i / 500) == Bit(2, i % 500, i / 500));
    }

    [Fact]
    public void The_mask_does_not_depend_on_the_order_of_calls()
    {
        bool[] forward = new bool[1000];
        for (int i = 0; i < forward.Length; i++)
        {
            forward[i] = DropoutMask.Keeps(3, i / 10, i % 10, 0.5);
        }

        for (int i = forward.Length - 1; i >= 0; i--)
        {
            Assert.Equal(forward[i], DropoutMask.Keeps(3, i / 10, i % 10, 0.5));
        }
    }

    [Fact]
    public void Rate_0_keeps_all_and_rate_1_none_and_a_higher_rate_keeps_a_subset()
    {
        for (int unit = 0; unit < 10_000; unit++)
        {
            Assert.True(DropoutMask.Keeps(4, 1, unit, 0));
            Assert.False(DropoutMask.Keeps(4, 1, unit, 1));
            Assert.True(DropoutMask.Keeps(4, 1, unit, 0.3) || !DropoutMask.Keeps(4, 1, unit, 0.6));
        }
    }

    /// <summary>The bits are a promise: stored runs depend on them.</summary>
    [Fact]
    public void The_first_bits_are_pinned()
    {
        string bits = string.Concat(Enumerable.Range(0, 32).Select(unit => DropoutMask.Keeps(1, 2, unit, 0.25) ? '1' : '0'));
        Assert.Equal("01111001111111110010101110101111", bits);
    }

    [Fact]
    public void Mix_is_a_bijection_on_small_inputs()
    {
        HashSet<ulong> seen = [];
        for (ulong i = 0; i < 100_000; i++)
        {
            Assert.True(seen.Add(SplitMix.Mix(i)));
        }
    }

    private static bool Bit(ulong seed, int key, int unit) => DropoutMask.Keeps(seed, key, unit, 0.5);

    private static double MeanOf(Func<int, bool> draw)
    {
        int count = 0;
        for (int i = 0; i < Draws; i++)
        {
            count += draw(i) ? 1 : 0;
        }

        return (double)count / Draws;
    }

    private static void AssertHalf(Func<int, bool> draw)
    {
        double bound = Sigmas * 0.5 / Math.Sqrt(Draws);
        Assert.InRange(MeanOf(draw) - 0.5, -bound, bound);
    }
}
