using System.Runtime.InteropServices;

namespace ActiveInas.Compute.Cpu.Emitted;

/// <summary>What an emitted product kernel reads, in memory that its caller owns: C[2 G, 32] (+)= sum over i of A_i[2 G, 32] B_i[32, 32]
/// in bf16 with fp32 sums, G the rows of a group.</summary>
/// <remarks>
/// A_i has two groups of G rows. Row r of a group starts at base + AOffsets[i] + r RowStride and holds 32 bf16 values, two of them
/// (a pair along the reduced index) in every 4 bytes. B_i starts at B + BOffsets[i] and is packed [16 pairs][32 columns][2].
/// C is [2 G][32] fp32, contiguous. All distances are in bytes.
/// </remarks>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct ProductArguments
{
    /// <summary>Bytes from the start to a field, for code that is emitted.</summary>
    public static int OffsetOf(string field) => (int)Marshal.OffsetOf<ProductArguments>(field);

    /// <summary>Base of the first group of rows.</summary>
    public byte* Upper;

    /// <summary>Base of the second group of rows.</summary>
    public byte* Lower;

    /// <summary>[Count], added to both bases.</summary>
    public long* AOffsets;

    /// <summary>Base of B.</summary>
    public byte* B;

    /// <summary>[Count], added to B.</summary>
    public long* BOffsets;

    /// <summary>Number of products, at least 1.</summary>
    public long Count;

    /// <summary>From a row of A to the next.</summary>
    public long RowStride;

    /// <summary>[2 G][32].</summary>
    public float* C;

    /// <summary>1: C is added to; 0: it is overwritten.</summary>
    public long Load;
}
