using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using ActiveInas.Compute.Cpu.Vector;

namespace ActiveInas.Compute.Cpu.Emitted;

/// <summary>Rearrangements of bf16 rows into what product kernels read. AVX-512.</summary>
internal static unsafe class Panels
{
    /// <summary>Pairs of a reduced index in a product.</summary>
    public const int Pairs = 16;

    /// <summary>bf16 values of B in a product: [16 pairs][32][2].</summary>
    public const int Length = Pairs * BlockedLayout.FullBlock * 2;

    private static readonly Vector512<ushort> s_firstHalf = Interleaving(0);
    private static readonly Vector512<ushort> s_secondHalf = Interleaving(16);

    /// <summary>Two rows of 32 become 32 pairs: target[c][0] = even[c], target[c][1] = odd[c].</summary>
    public static void Interleave(Vector512<ushort> even, Vector512<ushort> odd, ushort* target)
    {
        Avx512BW.PermuteVar32x16x2(even, s_firstHalf, odd).Store(target);
        Avx512BW.PermuteVar32x16x2(even, s_secondHalf, odd).Store(target + 32);
    }

    /// <summary>Two rows of 16 become 16 pairs, rounded to bf16: target[c] = even[c] in the lower half, odd[c] in the upper one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Join(Vector512<float> even, Vector512<float> odd, uint* target)
        => (Vector512.ShiftRightLogical(Lanes512.Round(even), 16) | (Lanes512.Round(odd) & Vector512.Create(0xFFFF0000u))).Store(target);

    /// <summary>Transposes 16 x 16 values of 4 bytes; <paramref name="targetStride"/> values from a row of the target to the next.</summary>
    /// <param name="rows">[16]; overwritten.</param>
    /// <param name="target">[16][16].</param>
    /// <param name="targetStride">In values of 4 bytes.</param>
    public static void Transpose(Vector512<uint>* rows, uint* target, long targetStride)
    {
        // Exchanges the off-diagonal blocks of size 8, then 4, 2, 1 inside each block on the diagonal.
        Exchange(rows, 8, Vector512.Create(0u, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23));
        Exchange(rows, 4, Vector512.Create(0u, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27));
        Exchange(rows, 2, Vector512.Create(0u, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29));
        Exchange(rows, 1, Vector512.Create(0u, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30));
        for (int i = 0; i < 16; i++)
        {
            rows[i].Store(target + (i * targetStride));
        }
    }

    private static void Exchange(Vector512<uint>* rows, int distance, Vector512<uint> upper)
    {
        Vector512<uint> lower = upper + Vector512.Create((uint)distance);
        for (int i = 0; i < 16; i++)
        {
            if ((i & distance) == 0)
            {
                Vector512<uint> a = rows[i];
                Vector512<uint> b = rows[i + distance];
                rows[i] = Avx512F.PermuteVar16x32x2(a, upper, b);
                rows[i + distance] = Avx512F.PermuteVar16x32x2(a, lower, b);
            }
        }
    }

    private static Vector512<ushort> Interleaving(int first)
    {
        Span<ushort> indices = stackalloc ushort[32];
        for (int i = 0; i < 16; i++)
        {
            indices[2 * i] = (ushort)(first + i);
            indices[(2 * i) + 1] = (ushort)(32 + first + i);
        }

        return Vector512.Create<ushort>(indices);
    }
}
