using System.Runtime.Intrinsics;

namespace ActiveInas.Compute.Geometry;

/// <summary>Squared distances and inner products between rows of two tables, on the calling thread; without state: any thread may use it.</summary>
/// <remarks>Every kernel follows one order of summation, and so gives the same bytes. Sixteen running sums, sum j taking the elements
/// j, j + 16, j + 32, ... by fused multiply-adds in ascending order; then the sums are folded in halves: j with j + 8, j with j + 4,
/// j with j + 2, j with j + 1. Elements past the end count as zeros, which change no sum.</remarks>
public abstract class DistanceKernel
{
    /// <summary>Running sums; tables have rows that are padded to a multiple of it.</summary>
    public const int Lanes = PlainDistance.Lanes;

    private protected DistanceKernel()
    {
    }

    /// <summary>The fastest that the machine offers and <see cref="CpuFeatures.CapVariable"/> allows.</summary>
    public static DistanceKernel Best => DistanceKernels.Best.Kernel;

    /// <summary>nearest[i] = min(nearest[i], min over j of ||points[rows[i]] - centres[centreRows[j]]||^2).</summary>
    /// <param name="points">[any, length].</param>
    /// <param name="rows">[n], rows of <paramref name="points"/>.</param>
    /// <param name="centres">[any, length].</param>
    /// <param name="centreRows">[m], rows of <paramref name="centres"/>.</param>
    /// <param name="length">D, a multiple of <see cref="Lanes"/>.</param>
    /// <param name="nearest">[n], squared distances; infinity at first.</param>
    public void Nearest(
        ReadOnlySpan<float> points, ReadOnlySpan<int> rows, ReadOnlySpan<float> centres, ReadOnlySpan<int> centreRows, int length, Span<float> nearest)
    {
        RequireRows(points, rows, length);
        RequireRows(centres, centreRows, length);
        ArgumentOutOfRangeException.ThrowIfLessThan(nearest.Length, rows.Length, nameof(nearest));
        NearestCore(points, rows, centres, centreRows, length, nearest);
    }

    /// <summary>||a - b||^2 of rows of any length.</summary>
    /// <param name="a">[D].</param>
    /// <param name="b">[D].</param>
    public float Squared(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        RequireOneLength(a, b);
        return a.Length % PlainDistance.Lanes == 0 ? SquaredCore(a, b) : PlainDistance.Squared(a, b);
    }

    /// <summary>a . b of rows of any length.</summary>
    /// <param name="a">[D].</param>
    /// <param name="b">[D].</param>
    public float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        RequireOneLength(a, b);
        return a.Length % PlainDistance.Lanes == 0 ? DotCore(a, b) : PlainDistance.Dot(a, b);
    }

    /// <summary>dots[i] = points[rows[i]] . vector.</summary>
    /// <param name="points">[any, D], D the length of the vector: a multiple of <see cref="Lanes"/>.</param>
    /// <param name="rows">[n], rows of <paramref name="points"/>.</param>
    /// <param name="vector">[D].</param>
    /// <param name="dots">[n], overwritten.</param>
    public void Dots(ReadOnlySpan<float> points, ReadOnlySpan<int> rows, ReadOnlySpan<float> vector, Span<float> dots)
    {
        RequireRows(points, rows, vector.Length);
        ArgumentOutOfRangeException.ThrowIfLessThan(dots.Length, rows.Length, nameof(dots));
        DotsCore(points, rows, vector, dots);
    }

    /// <summary>As <see cref="Nearest"/>, with arguments that were checked.</summary>
    private protected abstract void NearestCore(
        ReadOnlySpan<float> points, ReadOnlySpan<int> rows, ReadOnlySpan<float> centres, ReadOnlySpan<int> centreRows, int length, Span<float> nearest);

    /// <summary>As <see cref="Squared"/>, of whole vectors.</summary>
    private protected abstract float SquaredCore(ReadOnlySpan<float> a, ReadOnlySpan<float> b);

    /// <summary>As <see cref="Dot"/>, of whole vectors.</summary>
    private protected abstract float DotCore(ReadOnlySpan<float> a, ReadOnlySpan<float> b);

    /// <summary>As <see cref="Dots"/>, with arguments that were checked.</summary>
    private protected abstract void DotsCore(ReadOnlySpan<float> points, ReadOnlySpan<int> rows, ReadOnlySpan<float> vector, Span<float> dots);

    private static void RequireOneLength(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        if (a.Length != b.Length)
        {
            throw new ArgumentException($"A distance needs rows of one length, got {a.Length} and {b.Length} floats.");
        }
    }

    private static void RequireRows(ReadOnlySpan<float> table, ReadOnlySpan<int> rows, int length)
    {
        if (length <= 0 || length % PlainDistance.Lanes != 0)
        {
            throw new ArgumentException($"Rows of {length} floats do not fill whole vectors; pad them with zeros to a multiple of {PlainDistance.Lanes}.");
        }

        int count = table.Length / length;
        foreach (int row in rows)
        {
            if ((uint)row >= (uint)count)
            {
                throw new ArgumentOutOfRangeException(nameof(rows), row, $"The table has the rows 0..{count - 1}.");
            }
        }
    }
}

/// <summary>The loops around one tile.</summary>
internal sealed unsafe class DistanceKernel<T> : DistanceKernel
    where T : struct, IDistanceTile
{
    // Centres that stay in the second-level cache while all points pass: 64 K floats are 256 KB.
    private const int FloatsInCache = 1 << 16;

    private protected override void NearestCore(
        ReadOnlySpan<float> points, ReadOnlySpan<int> rows, ReadOnlySpan<float> centres, ReadOnlySpan<int> centreRows, int length, Span<float> nearest)
    {
        int tile = Math.Max(4, FloatsInCache / length / 4 * 4);

        // Rows were checked to lie inside their tables, which the fixed statements keep in place.
        fixed (float* p = points, c = centres)
        {
            for (int first = 0; first < centreRows.Length; first += tile)
            {
                ReadOnlySpan<int> near = centreRows.Slice(first, Math.Min(tile, centreRows.Length - first));
                int i = 0;
                for (; i + 4 <= rows.Length; i += 4)
                {
                    FourPoints(p, rows.Slice(i, 4), c, near, length, nearest.Slice(i, 4));
                }

                for (; i < rows.Length; i++)
                {
                    nearest[i] = OnePoint(p + ((nint)rows[i] * length), c, near, length, nearest[i]);
                }
            }
        }
    }

    private protected override float SquaredCore(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        fixed (float* p = a, c = b)
        {
            return T.Squared(p, c, a.Length);
        }
    }

    private protected override float DotCore(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        fixed (float* p = a, c = b)
        {
            return T.Dot(p, c, a.Length);
        }
    }

    private protected override void DotsCore(ReadOnlySpan<float> points, ReadOnlySpan<int> rows, ReadOnlySpan<float> vector, Span<float> dots)
    {
        nint length = vector.Length;
        float* four = stackalloc float[4];
        fixed (float* p = points, c = vector)
        {
            for (int i = 0; i < rows.Length; i += 4)
            {
                // Past the end the last row is taken again and its result dropped.
                int last = rows.Length - 1;
                float* p0 = p + (rows[i] * length);
                float* p1 = p + (rows[Math.Min(i + 1, last)] * length);
                float* p2 = p + (rows[Math.Min(i + 2, last)] * length);
                float* p3 = p + (rows[Math.Min(i + 3, last)] * length);
                T.FourDots(p0, p1, p2, p3, c, vector.Length, four);
                for (int j = 0; j < 4 && i + j < rows.Length; j++)
                {
                    dots[i + j] = four[j];
                }
            }
        }
    }

    private static void FourPoints(float* p, ReadOnlySpan<int> rows, float* c, ReadOnlySpan<int> centreRows, nint length, Span<float> nearest)
    {
        float* distances = stackalloc float[16];
        float* p0 = p + (rows[0] * length);
        float* p1 = p + (rows[1] * length);
        float* p2 = p + (rows[2] * length);
        float* p3 = p + (rows[3] * length);
        Vector128<float> n0 = Vector128.Create(nearest[0]);
        Vector128<float> n1 = Vector128.Create(nearest[1]);
        Vector128<float> n2 = Vector128.Create(nearest[2]);
        Vector128<float> n3 = Vector128.Create(nearest[3]);
        int last = centreRows.Length - 1;
        for (int j = 0; j < centreRows.Length; j += 4)
        {
            // Past the end the last centre is taken again, which changes no minimum.
            float* c0 = c + (centreRows[j] * length);
            float* c1 = c + (centreRows[Math.Min(j + 1, last)] * length);
            float* c2 = c + (centreRows[Math.Min(j + 2, last)] * length);
            float* c3 = c + (centreRows[Math.Min(j + 3, last)] * length);
            T.Sixteen(p0, p1, p2, p3, c0, c1, c2, c3, (int)length, distances);
            n0 = Vector128.Min(n0, Vector128.Load(distances));
            n1 = Vector128.Min(n1, Vector128.Load(distances + 4));
            n2 = Vector128.Min(n2, Vector128.Load(distances + 8));
            n3 = Vector128.Min(n3, Vector128.Load(distances + 12));
        }

        nearest[0] = Least(n0);
        nearest[1] = Least(n1);
        nearest[2] = Least(n2);
        nearest[3] = Least(n3);
    }

    private static float OnePoint(float* point, float* c, ReadOnlySpan<int> centreRows, nint length, float nearest)
    {
        float* distances = stackalloc float[4];
        Vector128<float> least = Vector128.Create(nearest);
        int last = centreRows.Length - 1;
        for (int j = 0; j < centreRows.Length; j += 4)
        {
            float* c0 = c + (centreRows[j] * length);
            float* c1 = c + (centreRows[Math.Min(j + 1, last)] * length);
            float* c2 = c + (centreRows[Math.Min(j + 2, last)] * length);
            float* c3 = c + (centreRows[Math.Min(j + 3, last)] * length);
            T.Four(point, c0, c1, c2, c3, (int)length, distances);
            least = Vector128.Min(least, Vector128.Load(distances));
        }

        return Least(least);
    }

    private static float Least(Vector128<float> values)
        => MathF.Min(MathF.Min(values[0], values[1]), MathF.Min(values[2], values[3]));
}
