using System.Runtime.CompilerServices;

namespace ActiveInas.Compute;

/// <summary>A 16-bit brain float: the upper half of an IEEE 754 single (8 exponent bits, 7 fraction bits).</summary>
/// <remarks>Storage only: arithmetic happens in <see cref="float"/>. Conversion from single rounds to nearest, ties to even.</remarks>
internal readonly record struct BFloat16(ushort Bits)
{
    /// <summary>Rounds to the nearest bf16, ties to even; NaN stays NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BFloat16 FromSingle(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        if ((bits & 0x7FFFFFFFu) > 0x7F800000u)
        {
            return new BFloat16((ushort)((bits >> 16) | 0x40u));
        }

        return new BFloat16((ushort)((bits + 0x7FFFu + ((bits >> 16) & 1u)) >> 16));
    }

    /// <summary>The exact value as a single.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float ToSingle() => BitConverter.UInt32BitsToSingle((uint)Bits << 16);

    /// <summary>The value in decimal.</summary>
    public override string ToString() => ToSingle().ToString();
}
