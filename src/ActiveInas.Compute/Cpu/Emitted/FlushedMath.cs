namespace ActiveInas.Compute.Cpu.Emitted;

/// <summary>fp32 arithmetic of VDPBF16PS and TDPBF16PS: subnormal inputs and results count as zero, rounding is to nearest even.</summary>
internal static class FlushedMath
{
    private const uint Sign = 0x8000_0000;
    private const uint Exponent = 0x7F80_0000;

    /// <summary>sum + a b, rounded once; a and b are bf16.</summary>
    public static float MultiplyAdd(ushort a, ushort b, float sum)
        => Flush(MathF.FusedMultiplyAdd(Flush(Widen(a)), Flush(Widen(b)), Flush(sum)));

    public static float Add(float a, float b) => Flush(Flush(a) + Flush(b));

    /// <summary>Zero, with its sign, for a subnormal value.</summary>
    public static float Flush(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return (bits & Exponent) == 0 ? BitConverter.UInt32BitsToSingle(bits & Sign) : value;
    }

    private static float Widen(ushort value) => BitConverter.UInt32BitsToSingle((uint)value << 16);
}
