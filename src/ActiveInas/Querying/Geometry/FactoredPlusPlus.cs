using ActiveInas.Compute.Geometry;

namespace ActiveInas.Querying.Geometry;

/// <summary>k-means++ over gradient embeddings g(x) = q(x) (outer product) e(x), which are never made: only their factors are kept.</summary>
/// <remarks>
/// <para>Equation: ||g_i - g_c||^2 = |q_i|^2 |e_i|^2 + |q_c|^2 |e_c|^2 - 2 (q_i . q_c)(e_i . e_c); the inner products are single precision
/// in the order of <see cref="DistanceKernel"/>, their products and sums double precision, and what is below 0 counts as 0.
/// D^2(i) = min over the centres c; the next centre is drawn with probability D^2(i) / sum of all.</para>
/// <para>Example: <c>var seeds = new FactoredPlusPlus(embeddings, 512, residuals, 10, threads: 0); seeds.Add(first, token); int next =
/// seeds.Draw(uniform); seeds.Add(next, token);</c>.</para>
/// <para>Cost of a centre: O(pool C) for the bound n_i + n_c - 2 |q_i . q_c| |e_i| |e_c| (Cauchy and Schwarz, with a margin for rounding),
/// and O(D) for each row whose bound is below its D^2. Rows that are passed over would not have changed: the result is that of the plain
/// loop over all rows. Memory O(pool) and a copy of q beside the embeddings. Reference: Arthur and Vassilvitskii, SODA 2007, as used by
/// Ash et al. (BADGE), arXiv 1906.03671.</para>
/// <para>Blocks of rows are fixed and sums run in their order: no result depends on the threads.</para>
/// </remarks>
public sealed class FactoredPlusPlus
{
    private const int RowsPerItem = 512;

    // Far below any length that matters and far above the square root of the smallest float: covers squares that underflow.
    private const double Tiny = 1e-18;
    private readonly DistanceKernel _kernel = DistanceKernel.Best;
    private readonly FloatTable _embeddings;
    private readonly FloatTable _residuals;
    private readonly int _length;
    private readonly int _classes;
    private readonly int _threads;
    private readonly bool _nonNegative;
    private readonly double[] _squaredNorms;
    private readonly double[] _embeddingNorms;
    private readonly double[] _nearest;
    private readonly double[] _blockSums;

    /// <summary>Takes the factors and computes the norms.</summary>
    /// <param name="embeddings">e, [pool, length]; kept, not copied if length is a multiple of 16.</param>
    /// <param name="length">D.</param>
    /// <param name="residuals">q, [pool, classes]: probabilities minus the one-hot predicted class.</param>
    /// <param name="classes">C.</param>
    /// <param name="threads">0: one a core. No result depends on it.</param>
    public FactoredPlusPlus(FloatTable embeddings, int length, FloatTable residuals, int classes, int threads)
    {
        ArgumentNullException.ThrowIfNull(embeddings);
        ArgumentNullException.ThrowIfNull(residuals);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(classes);
        Count = residuals.Count / classes;
        if (embeddings.Count != (long)Count * length || residuals.Count != Count * classes)
        {
            throw new ArgumentException(
                $"{embeddings.Count} floats are not [n, {length}] embeddings for {residuals.Count} floats of [n, {classes}] residuals.");
        }

        _embeddings = PaddedRows.Of(embeddings, length);
        _residuals = PaddedRows.Of(residuals, classes);
        _length = PaddedRows.Length(length);
        _classes = PaddedRows.Length(classes);
        _threads = threads;
        _squaredNorms = new double[Count];
        _embeddingNorms = new double[Count];
        _nearest = new double[Count];
        _blockSums = new double[(Count + RowsPerItem - 1) / RowsPerItem];
        Array.Fill(_nearest, double.PositiveInfinity);
        _nonNegative = Norms();
    }

    /// <summary>Rows.</summary>
    internal int Count { get; }

    /// <summary>D^2(i), [pool]: squared distance to the nearest centre; infinity before the first, 0 for a centre.</summary>
    internal ReadOnlySpan<double> Nearest => _nearest;

    /// <summary>Sum of D^2 over the pool, in the order of the blocks; valid after the first <see cref="Add"/>.</summary>
    internal double Total { get; private set; } = double.PositiveInfinity;

    /// <summary>||g_i||^2 = |q_i|^2 |e_i|^2, [pool].</summary>
    public ReadOnlySpan<double> SquaredNorms => _squaredNorms;

    /// <summary>Makes a row a centre: D^2 becomes the smaller of what it was and the distance to it.</summary>
    public void Add(int centre, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(centre);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(centre, Count);
        ForEachBlock((block, first, end) => _blockSums[block] = Shorten(centre, first, end), cancellation);
        double total = 0;
        foreach (double sum in _blockSums)
        {
            total += sum;
        }

        Total = total;
    }

    /// <summary>A row drawn with probability D^2 / <see cref="Total"/>; -1 when all of D^2 is 0, so that there is nothing left to draw.</summary>
    /// <param name="uniform">0 &lt;= uniform &lt; 1.</param>
    public int Draw(double uniform)
    {
        double left = uniform * Total;
        for (int block = 0; block < _blockSums.Length; block++)
        {
            if (left >= _blockSums[block])
            {
                left -= _blockSums[block];
                continue;
            }

            int end = Math.Min(Count, (block + 1) * RowsPerItem);
            for (int row = block * RowsPerItem; row < end; row++)
            {
                left -= _nearest[row];
                if (left < 0 && _nearest[row] > 0)
                {
                    return row;
                }
            }
        }

        // Roundings took the last of it.
        return Array.FindLastIndex(_nearest, squared => squared > 0);
    }

    /// <summary>||g_row - g_centre||^2 by the definition: what <see cref="Add"/> must agree with.</summary>
    internal double SquaredDistance(int row, int centre)
    {
        float q = _kernel.Dot(Residual(row), Residual(centre));
        float e = _kernel.Dot(Embedding(row), Embedding(centre));
        return Math.Max(0, _squaredNorms[row] + _squaredNorms[centre] - (2 * ((double)q * e)));
    }

    private ReadOnlySpan<float> Embedding(int row) => _embeddings.Span.Slice(row * _length, _length);

    private ReadOnlySpan<float> Residual(int row) => _residuals.Span.Slice(row * _classes, _classes);

    private bool Norms()
    {
        bool[] nonNegative = new bool[_blockSums.Length];
        ForEachBlock((block, first, end) =>
        {
            nonNegative[block] = true;
            for (int row = first; row < end; row++)
            {
                ReadOnlySpan<float> embedding = Embedding(row);
                double squared = _kernel.Dot(embedding, embedding);
                _embeddingNorms[row] = Math.Sqrt(squared);
                _squaredNorms[row] = squared * _kernel.Dot(Residual(row), Residual(row));
                nonNegative[block] &= !embedding.ContainsAnyExceptInRange(0f, float.MaxValue);
            }
        }, CancellationToken.None);
        return Array.TrueForAll(nonNegative, value => value);
    }

    private void ForEachBlock(Action<int, int, int> body, CancellationToken cancellation)
        => FixedBlocks.Run(_blockSums.Length, 1, _threads, (_, firstBlock, endBlock) =>
        {
            for (int block = firstBlock; block < endBlock; block++)
            {
                body(block, block * RowsPerItem, Math.Min(Count, (block + 1) * RowsPerItem));
            }
        }, cancellation);

    /// <summary>Lets a centre shorten D^2 of some rows; returns their sum.</summary>
    private double Shorten(int centre, int first, int end)
    {
        int count = end - first;
        Span<int> rows = stackalloc int[RowsPerItem];
        Span<float> residualDots = stackalloc float[RowsPerItem];
        Span<float> embeddingDots = stackalloc float[RowsPerItem];
        for (int i = 0; i < count; i++)
        {
            rows[i] = first + i;
        }

        _kernel.Dots(_residuals.Span, rows[..count], Residual(centre), residualDots);
        double norm = _squaredNorms[centre];

        // |e_i . e_c| as computed is at most |e_i| |e_c| and a rounding of each of the D products and sums.
        double length = (_embeddingNorms[centre] + Tiny) * (1 + ((_length + 64) * Math.ScaleB(1, -23)));
        int near = 0;
        for (int i = 0; i < count; i++)
        {
            int row = first + i;
            float dot = residualDots[i];
            double most = _nonNegative && dot <= 0 ? 0 : Math.Abs((double)dot) * (_embeddingNorms[row] + Tiny) * length;
            bool mayBeNearer = !(_squaredNorms[row] + norm - (2 * most) >= _nearest[row]);
            rows[near] = row;
            residualDots[near] = dot;
            near += mayBeNearer ? 1 : 0;
        }

        _kernel.Dots(_embeddings.Span, rows[..near], Embedding(centre), embeddingDots);
        for (int i = 0; i < near; i++)
        {
            double squared = _squaredNorms[rows[i]] + norm - (2 * ((double)residualDots[i] * embeddingDots[i]));
            _nearest[rows[i]] = Math.Min(_nearest[rows[i]], Math.Max(0, squared));
        }

        double sum = 0;
        for (int row = first; row < end; row++)
        {
            sum += _nearest[row];
        }

        return sum;
    }
}
