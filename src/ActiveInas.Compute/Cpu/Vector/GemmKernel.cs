using System.Runtime.CompilerServices;

namespace ActiveInas.Compute.Cpu.Vector;

/// <summary>A distance in floats, known to the compiler.</summary>
internal interface IDistance
{
    static abstract int Value { get; }
}

/// <summary>1.</summary>
internal readonly struct Distance1 : IDistance
{
    public static int Value => 1;
}

/// <summary>Given at run time.</summary>
internal readonly struct DistanceGiven : IDistance
{
    public static int Value => 0;
}

/// <summary>32: one position of a channel block.</summary>
internal readonly struct Distance32 : IDistance
{
    public static int Value => 32;
}

/// <summary>64: two positions of a channel block.</summary>
internal readonly struct Distance64 : IDistance
{
    public static int Value => 64;
}

/// <summary>
/// Batch-reduce GEMM: C[8, 32] (+)= sum over i of A_i[8, k] B_i[k, 32], all fp32. It is the only inner loop of convolution forward,
/// backward-data (rows = positions, k = channels of a block) and backward-weights (rows = channels, k = positions).
/// </summary>
/// <remarks>
/// A has two groups of four rows, each with its own base, so that groups may sit anywhere; inside a group rows are Row apart and
/// columns Column apart. B_i is [k, 32] contiguous. Each C element is one chain of fused multiply-adds over (i, k) ascending,
/// whatever the vector width: results are the same bytes for all of them.
/// </remarks>
internal static unsafe class GemmKernel<V, L, Row, Column>
    where V : struct
    where L : struct, ILanes<V>
    where Row : struct, IDistance
    where Column : struct, IDistance
{
    public const int Rows = 8;
    public const int Columns = 32;

    /// <param name="upper">Rows 0..3.</param>
    /// <param name="lower">Rows 4..7; the same as <paramref name="upper"/>: rows 4..7 of C are left undefined.</param>
    /// <param name="aOffsets">[count], added to both row bases.</param>
    /// <param name="b">Base of B.</param>
    /// <param name="bOffsets">[count], added to b.</param>
    /// <param name="count">Number of products.</param>
    /// <param name="k">Inner length of each product.</param>
    /// <param name="c">[8, 32], contiguous.</param>
    /// <param name="load">True: C is added to; false: overwritten.</param>
    /// <param name="row">Distance of rows where <typeparamref name="Row"/> is <see cref="DistanceGiven"/>.</param>
    /// <param name="column">Distance of columns where <typeparamref name="Column"/> is.</param>
    public static void Multiply(
        float* upper, float* lower, int* aOffsets, float* b, int* bOffsets, int count, int k, float* c, bool load, nint row = 0, nint column = 0)
    {
        if (L.Count == 16)
        {
            Eight(upper, lower, aOffsets, b, bOffsets, count, k, c, load, row, column);
            return;
        }

        for (int lane = 0; lane < Columns; lane += 2 * L.Count)
        {
            Four(upper, aOffsets, b + lane, bOffsets, count, k, c + lane, load, row, column);
            if (lower != upper)
            {
                Four(lower, aOffsets, b + lane, bOffsets, count, k, c + (4 * Columns) + lane, load, row, column);
            }
        }
    }

    /// <summary>8 rows x 2 vectors: 16 accumulators, for 32 registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Eight(
        float* upper, float* lower, int* aOffsets, float* b, int* bOffsets, int count, int k, float* c, bool load, nint row, nint column)
    {
        nint step = Row.Value != 0 ? Row.Value : row;
        nint next = Column.Value != 0 ? Column.Value : column;
        V c00 = L.Zero, c01 = L.Zero, c10 = L.Zero, c11 = L.Zero, c20 = L.Zero, c21 = L.Zero, c30 = L.Zero, c31 = L.Zero;
        V c40 = L.Zero, c41 = L.Zero, c50 = L.Zero, c51 = L.Zero, c60 = L.Zero, c61 = L.Zero, c70 = L.Zero, c71 = L.Zero;
        if (load)
        {
            c00 = L.Load(c);
            c01 = L.Load(c + 16);
            c10 = L.Load(c + 32);
            c11 = L.Load(c + 48);
            c20 = L.Load(c + 64);
            c21 = L.Load(c + 80);
            c30 = L.Load(c + 96);
            c31 = L.Load(c + 112);
            c40 = L.Load(c + 128);
            c41 = L.Load(c + 144);
            c50 = L.Load(c + 160);
            c51 = L.Load(c + 176);
            c60 = L.Load(c + 192);
            c61 = L.Load(c + 208);
            c70 = L.Load(c + 224);
            c71 = L.Load(c + 240);
        }

        for (int i = 0; i < count; i++)
        {
            float* p = upper + aOffsets[i];
            float* q = lower + aOffsets[i];
            float* r = b + bOffsets[i];
            float* end = r + ((nint)k * Columns);
            while (r < end)
            {
                V b0 = L.Load(r);
                V b1 = L.Load(r + 16);
                r += Columns;
                V a = L.Broadcast(p[0]);
                c00 = L.FusedMultiplyAdd(a, b0, c00);
                c01 = L.FusedMultiplyAdd(a, b1, c01);
                a = L.Broadcast(p[step]);
                c10 = L.FusedMultiplyAdd(a, b0, c10);
                c11 = L.FusedMultiplyAdd(a, b1, c11);
                a = L.Broadcast(p[2 * step]);
                c20 = L.FusedMultiplyAdd(a, b0, c20);
                c21 = L.FusedMultiplyAdd(a, b1, c21);
                a = L.Broadcast(p[3 * step]);
                c30 = L.FusedMultiplyAdd(a, b0, c30);
                c31 = L.FusedMultiplyAdd(a, b1, c31);
                p += next;
                a = L.Broadcast(q[0]);
                c40 = L.FusedMultiplyAdd(a, b0, c40);
                c41 = L.FusedMultiplyAdd(a, b1, c41);
                a = L.Broadcast(q[step]);
                c50 = L.FusedMultiplyAdd(a, b0, c50);
                c51 = L.FusedMultiplyAdd(a, b1, c51);
                a = L.Broadcast(q[2 * step]);
                c60 = L.FusedMultiplyAdd(a, b0, c60);
                c61 = L.FusedMultiplyAdd(a, b1, c61);
                a = L.Broadcast(q[3 * step]);
                c70 = L.FusedMultiplyAdd(a, b0, c70);
                c71 = L.FusedMultiplyAdd(a, b1, c71);
                q += next;
            }
        }

        L.Store(c, c00);
        L.Store(c + 16, c01);
        L.Store(c + 32, c10);
        L.Store(c + 48, c11);
        L.Store(c + 64, c20);
        L.Store(c + 80, c21);
        L.Store(c + 96, c30);
        L.Store(c + 112, c31);
        L.Store(c + 128, c40);
        L.Store(c + 144, c41);
        L.Store(c + 160, c50);
        L.Store(c + 176, c51);
        L.Store(c + 192, c60);
        L.Store(c + 208, c61);
        L.Store(c + 224, c70);
        L.Store(c + 240, c71);
    }

    /// <summary>4 rows x 2 vectors: 8 accumulators, for 16 registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Four(float* rows, int* aOffsets, float* b, int* bOffsets, int count, int k, float* c, bool load, nint row, nint column)
    {
        nint step = Row.Value != 0 ? Row.Value : row;
        nint next = Column.Value != 0 ? Column.Value : column;
        V c00 = L.Zero, c01 = L.Zero, c10 = L.Zero, c11 = L.Zero, c20 = L.Zero, c21 = L.Zero, c30 = L.Zero, c31 = L.Zero;
        if (load)
        {
            c00 = L.Load(c);
            c01 = L.Load(c + L.Count);
            c10 = L.Load(c + Columns);
            c11 = L.Load(c + Columns + L.Count);
            c20 = L.Load(c + (2 * Columns));
            c21 = L.Load(c + (2 * Columns) + L.Count);
            c30 = L.Load(c + (3 * Columns));
            c31 = L.Load(c + (3 * Columns) + L.Count);
        }

        for (int i = 0; i < count; i++)
        {
            float* p = rows + aOffsets[i];
            float* r = b + bOffsets[i];
            float* end = r + ((nint)k * Columns);
            while (r < end)
            {
                V b0 = L.Load(r);
                V b1 = L.Load(r + L.Count);
                r += Columns;
                V a = L.Broadcast(p[0]);
                c00 = L.FusedMultiplyAdd(a, b0, c00);
                c01 = L.FusedMultiplyAdd(a, b1, c01);
                a = L.Broadcast(p[step]);
                c10 = L.FusedMultiplyAdd(a, b0, c10);
                c11 = L.FusedMultiplyAdd(a, b1, c11);
                a = L.Broadcast(p[2 * step]);
                c20 = L.FusedMultiplyAdd(a, b0, c20);
                c21 = L.FusedMultiplyAdd(a, b1, c21);
                a = L.Broadcast(p[3 * step]);
                c30 = L.FusedMultiplyAdd(a, b0, c30);
                c31 = L.FusedMultiplyAdd(a, b1, c31);
                p += next;
            }
        }

        L.Store(c, c00);
        L.Store(c + L.Count, c01);
        L.Store(c + Columns, c10);
        L.Store(c + Columns + L.Count, c11);
        L.Store(c + (2 * Columns), c20);
        L.Store(c + (2 * Columns) + L.Count, c21);
        L.Store(c + (3 * Columns), c30);
        L.Store(c + (3 * Columns) + L.Count, c31);
    }
}
