using ActiveInas.Compute.Tests.Support;

namespace ActiveInas.Compute.Tests.Cpu;

public sealed class BFloat16Tests
{
    [Fact]
    public void Every_value_survives_the_round_trip_through_single()
    {
        for (int bits = 0; bits <= ushort.MaxValue; bits++)
        {
            BFloat16 value = new((ushort)bits);
            BFloat16 back = BFloat16.FromSingle(value.ToSingle());
            if (float.IsNaN(value.ToSingle()))
            {
                Assert.True(float.IsNaN(back.ToSingle()), $"0x{bits:X4} is NaN and became {back}.");
            }
            else
            {
                Assert.Equal(value, back);
            }
        }
    }

    /// <summary>All neighbours of every bf16 value, just below, at and just above the middle, and random values.</summary>
    [Fact]
    public void Rounding_is_to_nearest_with_ties_to_even()
    {
        uint[] fractions = [0x0000, 0x0001, 0x7FFF, 0x8000, 0x8001, 0xFFFF];
        for (uint upper = 0; upper <= ushort.MaxValue; upper++)
        {
            foreach (uint fraction in fractions)
            {
                VerifyRounding(BitConverter.UInt32BitsToSingle((upper << 16) | fraction));
            }
        }

        TestRandom random = new(15);
        for (int i = 0; i < 200_000; i++)
        {
            VerifyRounding(BitConverter.UInt32BitsToSingle((uint)random.NextBits()));
        }
    }

    [Theory]
    [InlineData(1f, 0x3F80)]
    [InlineData(-2f, 0xC000)]
    [InlineData(0f, 0x0000)]
    [InlineData(-0f, 0x8000)]
    [InlineData(float.PositiveInfinity, 0x7F80)]
    [InlineData(float.NegativeInfinity, 0xFF80)]
    [InlineData(float.MaxValue, 0x7F80)]
    [InlineData(float.Epsilon, 0x0000)]
    [InlineData(1.00390625f, 0x3F80)]
    [InlineData(1.01171875f, 0x3F82)]
    public void Known_values(float value, int bits) => Assert.Equal(bits, BFloat16.FromSingle(value).Bits);

    [Fact]
    public void Every_NaN_stays_NaN_even_when_its_payload_lies_in_the_lower_half()
    {
        foreach (uint bits in new[] { 0x7F800001u, 0xFF800001u, 0x7FC00000u, 0xFFFFFFFFu, 0x7F80FFFFu })
        {
            Assert.True(float.IsNaN(BFloat16.FromSingle(BitConverter.UInt32BitsToSingle(bits)).ToSingle()), $"0x{bits:X8}");
        }
    }

    [Fact]
    public void Text_is_the_value_in_decimal() => Assert.Equal("-1.5", BFloat16.FromSingle(-1.5f).ToString());

    /// <summary>The definition, in double, where all distances are exact. Beyond the largest value the next step counts as 2^128, which is infinity.</summary>
    private static void VerifyRounding(float value)
    {
        if (!float.IsFinite(value))
        {
            return;
        }

        uint bits = BitConverter.SingleToUInt32Bits(value);
        ushort down = (ushort)(bits >> 16);
        ushort up = (ushort)(down + 1);
        double below = Magnitude(down);
        double above = Magnitude(up);
        double magnitude = Math.Abs((double)value);
        ushort expected = (magnitude - below).CompareTo(above - magnitude) switch
        {
            < 0 => down,
            > 0 => up,
            _ => down % 2 == 0 ? down : up,
        };
        if (BFloat16.FromSingle(value).Bits != expected)
        {
            Assert.Fail($"{value:R} (0x{bits:X8}) became 0x{BFloat16.FromSingle(value).Bits:X4}, nearest is 0x{expected:X4}.");
        }
    }

    private static double Magnitude(ushort bits)
    {
        double value = Math.Abs((double)new BFloat16(bits).ToSingle());
        return double.IsInfinity(value) ? Math.Pow(2, 128) : value;
    }
}
