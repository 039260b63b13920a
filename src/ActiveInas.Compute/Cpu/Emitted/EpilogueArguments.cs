using System.Runtime.InteropServices;

namespace ActiveInas.Compute.Cpu.Emitted;

/// <summary>What an emitted epilogue reads, in memory that its caller owns: target[position] = relu?(factor sum + offset + addend[position]?), for
/// rows of 32 channels, rounded to bf16.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct EpilogueArguments
{
    /// <summary>Bytes from the start to a field, for code that is emitted.</summary>
    public static int OffsetOf(string field) => (int)Marshal.OffsetOf<EpilogueArguments>(field);

    /// <summary>[Count][32].</summary>
    public float* Sums;

    /// <summary>Position 0 of the results, 64 bytes a position.</summary>
    public byte* Target;

    /// <summary>[Count], where each row goes.</summary>
    public int* Positions;

    /// <summary>Rows, at least 1.</summary>
    public long Count;

    /// <summary>Rows whose position is negative (a border), or this or beyond, are not written.</summary>
    public long Limit;

    /// <summary>Position 0 of what is added, laid out as the results; null: nothing.</summary>
    public byte* Addend;

    /// <summary>[32]; null: 1.</summary>
    public float* Factors;

    /// <summary>[32], with factors.</summary>
    public float* Offsets;

    /// <summary>1: negative results become 0.</summary>
    public long Rectify;
}
