using ActiveInas.Compute;
using ActiveInas.Compute.Geometry;

namespace ActiveInas.Querying.Geometry;

/// <summary>A centre that greedy k-centre took.</summary>
/// <param name="Row">Row of the pool.</param>
/// <param name="SquaredDistance">To its nearest centre when it was taken; infinity for the first one of all.</param>
public readonly record struct KCentrePick(int Row, float SquaredDistance);

/// <summary>Exact greedy k-centre: again and again the row of the pool that is farthest from its nearest centre becomes a centre.</summary>
/// <remarks>
/// <para>Equation: d(i) = min over centres c of ||x_i - c||^2, single precision in the order of <see cref="DistanceKernel"/>; the pick is
/// argmax d, ties going to the smallest tie-break and then to the smallest row.</para>
/// <para>Why it is fast and still exact: d only shrinks when centres are added, so the minimum over the first few centres is an upper bound.
/// Each row remembers its bound and how many centres it has seen, in one list of centres (labelled first, then the picks). A heap keeps the
/// rows by their bound. The top row is the pick if it has seen all centres; if not, it and those behind it see the next centres of the
/// list, a batch of rows by a block of centres at a time. Rows whose bound never comes to the top never see the rest of the centres.
/// Labelled centres are seen in a scrambled order, so that those of one class do not come together.</para>
/// <para>Example: <c>new GreedyKCentre(pool, labelled, 512, ties, threads: 0).Pick(5_000, token)</c>.</para>
/// <para>Cost at most O((labelled + picks) pool D), mostly far less; memory: five numbers a row. The batches do not depend on the
/// threads, and the picks on neither. Reference: Sener and Savarese, arXiv 1708.00489, algorithm 1; lazy evaluation as in Minoux, 1978.</para>
/// </remarks>
public sealed class GreedyKCentre
{
    // A block of the list of centres: a share of it, so that a bound that has become small enough is noticed soon.
    private const int BlocksOfCentres = 24;
    private const int SmallestBlock = 64;
    private const int LargestBlock = 4096;
    private const int LargestBatch = 8192;
    private const int SmallestBatch = 256;
    private const int BatchOfPicks = 32;
    private const int RowsPerItem = 64;

    // Below so many floats a row is cheaper to finish on the spot than to hand to another thread.
    private const int FloatsOnTheSpot = 1 << 15;
    private readonly DistanceKernel _kernel;
    private readonly FloatTable _pool;
    private readonly FloatTable _labelled;
    private readonly int _length;
    private readonly int _threads;
    private readonly int[] _order;
    private readonly int[] _seen;
    private readonly float[] _bounds;
    private readonly FarthestHeap _heap;
    private int[] _picked = [];
    private int _pickedCount;

    /// <summary>Takes the rows.</summary>
    /// <param name="pool">[n, length], finite; kept, not copied if length is a multiple of 16.</param>
    /// <param name="labelled">[m, length], finite, the first centres; may be empty.</param>
    /// <param name="length">D.</param>
    /// <param name="ties">[n]: of rows at equal distances the one with the smallest goes first.</param>
    /// <param name="threads">0: one a core.</param>
    public GreedyKCentre(FloatTable pool, FloatTable labelled, int length, ulong[] ties, int threads)
        : this(pool, labelled, length, ties, threads, DistanceKernel.Best)
    {
    }

    internal GreedyKCentre(FloatTable pool, FloatTable labelled, int length, ulong[] ties, int threads, DistanceKernel kernel)
    {
        ArgumentNullException.ThrowIfNull(pool);
        ArgumentNullException.ThrowIfNull(labelled);
        ArgumentNullException.ThrowIfNull(ties);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        if (pool.Count != (long)ties.Length * length || labelled.Count % length != 0)
        {
            throw new ArgumentException($"{pool.Count} and {labelled.Count} floats are not rows of {length} for a pool of {ties.Length}.");
        }

        _kernel = kernel;
        _pool = PaddedRows.Of(pool, length);
        _labelled = PaddedRows.Of(labelled, length);
        _length = PaddedRows.Length(length);
        _threads = threads;
        _order = Scrambled(labelled.Count / length);
        _seen = new int[ties.Length];
        _bounds = new float[ties.Length];
        Array.Fill(_bounds, float.PositiveInfinity);
        _heap = new FarthestHeap(_bounds, ties);
    }

    private int Centres => _order.Length + _pickedCount;

    /// <summary>Takes <paramref name="count"/> rows, first pick first. To be called once.</summary>
    public KCentrePick[] Pick(int count, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _seen.Length);
        KCentrePick[] picks = new KCentrePick[count];
        _picked = new int[count];
        SeeFirstBlock(cancellation);
        int labelledBatch = Math.Clamp(count / 4, SmallestBatch, LargestBatch);
        int[] batch = new int[Math.Max(labelledBatch, BatchOfPicks)];
        while (_pickedCount < count)
        {
            cancellation.ThrowIfCancellationRequested();
            int top = _heap.Top;
            if (IsFresh(top))
            {
                picks[_pickedCount] = new KCentrePick(top, _bounds[top]);
                _picked[_pickedCount++] = top;
                _heap.Pop();
            }
            else if ((long)(Centres - _seen[top]) * _length <= FloatsOnTheSpot)
            {
                See(_heap.Rows[..1], _seen[top], Centres);
                _heap.TopShrank();
            }
            else
            {
                SeeBatch(batch.AsSpan(0, _seen[top] < _order.Length ? labelledBatch : BatchOfPicks), cancellation);
            }
        }

        return picks;
    }

    // A bound of 0 can shrink no further.
    private bool IsFresh(int row) => _seen[row] == Centres || _bounds[row] == 0;

    private int BlockLength => Math.Clamp(_order.Length / BlocksOfCentres, SmallestBlock, LargestBlock);

    private void SeeFirstBlock(CancellationToken cancellation)
    {
        int end = Math.Min(_order.Length, BlockLength);
        FixedBlocks.Run((_seen.Length + RowsPerItem - 1) / RowsPerItem, 1, _threads, (_, firstItem, endItem) =>
        {
            Span<int> rows = stackalloc int[RowsPerItem];
            for (int first = firstItem * RowsPerItem; first < Math.Min(_seen.Length, endItem * RowsPerItem); first += RowsPerItem)
            {
                int count = Math.Min(RowsPerItem, _seen.Length - first);
                for (int i = 0; i < count; i++)
                {
                    rows[i] = first + i;
                }

                See(rows[..count], 0, end);
            }
        }, cancellation);
        _heap.Build();
    }

    /// <summary>The rows on top see their next centres: up to a block of the labelled ones, or all picks.</summary>
    private void SeeBatch(Span<int> batch, CancellationToken cancellation)
    {
        int taken = 0;
        while (taken < batch.Length && _heap.Count > 0)
        {
            batch[taken++] = _heap.Pop();
        }

        int[] rows = batch[..taken].ToArray();
        int[] seen = Array.ConvertAll(rows, row => IsFresh(row) ? int.MaxValue : _seen[row]);
        Array.Sort(seen, rows);
        List<(int First, int Count, int From, int To)> items = Items(seen);
        FixedBlocks.Run(items.Count, 1, _threads, (_, firstItem, endItem) =>
        {
            foreach ((int first, int count, int from, int to) in items[firstItem..endItem])
            {
                See(rows.AsSpan(first, count), from, to);
            }
        }, cancellation);
        foreach (int row in rows)
        {
            _heap.Push(row);
        }
    }

    /// <summary>Cuts rows that are sorted by the centres they have seen into items; to see a centre twice does no harm.</summary>
    private List<(int First, int Count, int From, int To)> Items(int[] seen)
    {
        List<(int First, int Count, int From, int To)> items = [];
        int first = 0;
        while (first < seen.Length && seen[first] != int.MaxValue)
        {
            int from = seen[first];
            bool labelled = from < _order.Length;
            int to = labelled ? Math.Min(_order.Length, from + BlockLength) : Centres;
            int slack = labelled ? 0 : (to - from) / 8;
            int most = labelled ? RowsPerItem : BatchOfPicks / 2;
            int end = first + 1;
            while (end < seen.Length && end - first < most && seen[end] <= from + slack)
            {
                end++;
            }

            items.Add((first, end - first, from, to));
            first = end;
        }

        return items;
    }

    /// <summary>Rows see the centres from..to - 1 of the list.</summary>
    private void See(ReadOnlySpan<int> rows, int from, int to)
    {
        Span<float> bounds = stackalloc float[RowsPerItem];
        for (int i = 0; i < rows.Length; i++)
        {
            bounds[i] = _bounds[rows[i]];
        }

        int labelled = _order.Length;
        if (from < labelled)
        {
            _kernel.Nearest(_pool.Span, rows, _labelled.Span, _order.AsSpan(from, Math.Min(to, labelled) - from), _length, bounds);
        }

        if (to > labelled)
        {
            int first = Math.Max(from, labelled) - labelled;
            _kernel.Nearest(_pool.Span, rows, _pool.Span, _picked.AsSpan(first, to - labelled - first), _length, bounds);
        }

        for (int i = 0; i < rows.Length; i++)
        {
            _bounds[rows[i]] = bounds[i];
            _seen[rows[i]] = to;
        }
    }

    private static int[] Scrambled(int count)
    {
        int[] order = new int[count];
        ulong[] keys = new ulong[count];
        for (int i = 0; i < count; i++)
        {
            order[i] = i;
            keys[i] = SplitMix.Mix((ulong)i + 1);
        }

        Array.Sort(keys, order);
        return order;
    }
}
