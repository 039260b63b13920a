namespace ActiveInas.Querying;

/// <summary>Hierarchical agglomerative clustering by average linkage of squared Euclidean distances, as a chain of nearest neighbours.</summary>
/// <remarks>The mean of ||x - y||^2 over x in A and y in B is ||mean A - mean B||^2 + var A + var B, so a cluster is its mean and its
/// variance and no distance matrix is kept: cost O(n^2 D), memory O(n D). The chain gives the merges of the greedy algorithm (Murtagh,
/// 1983) because average linkage is reducible.</remarks>
internal sealed class AverageLinkage
{
    private const int RowsPerItem = 256;

    private readonly float[] _means;
    private readonly double[] _variances;
    private readonly int[] _sizes;
    private readonly List<int> _alive;
    private readonly int _length;
    private readonly int _threads;

    private AverageLinkage(EmbeddingRows points, int threads)
    {
        _length = points.Length;
        _threads = threads;
        _means = new float[points.Count * _length];
        _variances = new double[points.Count];
        _sizes = new int[points.Count];
        Array.Fill(_sizes, 1);
        _alive = [.. Enumerable.Range(0, points.Count)];
        for (int row = 0; row < points.Count; row++)
        {
            points[row].CopyTo(Mean(row));
        }
    }

    /// <summary>Clusters points into <paramref name="count"/> clusters.</summary>
    /// <returns>[n]: the cluster of each point, numbered from 0 in the order of their first points.</returns>
    public static int[] Cluster(EmbeddingRows points, int count, int threads, CancellationToken cancellation)
    {
        List<(double Height, int A, int B)> merges = new AverageLinkage(points, threads).Merges(cancellation);
        int[] parent = [.. Enumerable.Range(0, points.Count)];
        int Root(int row) => parent[row] == row ? row : parent[row] = Root(parent[row]);
        foreach ((_, int a, int b) in merges.OrderBy(merge => merge.Height).Take(points.Count - count))
        {
            (int low, int high) = (Math.Min(Root(a), Root(b)), Math.Max(Root(a), Root(b)));
            parent[high] = low;
        }

        Dictionary<int, int> numbers = [];
        int[] result = new int[points.Count];
        for (int row = 0; row < result.Length; row++)
        {
            int root = Root(row);
            numbers.TryAdd(root, numbers.Count);
            result[row] = numbers[root];
        }

        return result;
    }

    private Span<float> Mean(int cluster) => _means.AsSpan(cluster * _length, _length);

    private double Distance(int a, int b) => EmbeddingRows.Squared(Mean(a), Mean(b)) + (_variances[a] + _variances[b]);

    private List<(double Height, int A, int B)> Merges(CancellationToken cancellation)
    {
        List<(double Height, int A, int B)> merges = [];
        Stack<int> chain = [];
        while (_alive.Count > 1)
        {
            if (chain.Count == 0)
            {
                chain.Push(_alive[0]);
            }

            int last = chain.Pop();
            (double distance, int nearest) = Nearest(last, cancellation);
            if (chain.TryPeek(out int previous) && Distance(last, previous) <= distance)
            {
                // Each is the other's nearest. On equal distances the one before wins, or the chain would run in circles.
                chain.Pop();
                merges.Add((Distance(last, previous), last, previous));
                Merge(Math.Min(last, previous), Math.Max(last, previous));
            }
            else
            {
                chain.Push(last);
                chain.Push(nearest);
            }
        }

        return merges;
    }

    private (double Distance, int Cluster) Nearest(int cluster, CancellationToken cancellation)
    {
        (double Distance, int Cluster)[] leaders = new (double, int)[FixedBlocks.Count(_alive.Count, RowsPerItem)];
        FixedBlocks.Run(_alive.Count, RowsPerItem, _threads, (block, first, end) =>
        {
            (double Distance, int Cluster) least = (double.PositiveInfinity, int.MaxValue);
            for (int i = first; i < end; i++)
            {
                int other = _alive[i];
                if (other != cluster && Distance(cluster, other) is double distance && distance < least.Distance)
                {
                    least = (distance, other);
                }
            }

            leaders[block] = least;
        }, cancellation);
        return leaders.Min();
    }

    private void Merge(int into, int gone)
    {
        double between = EmbeddingRows.Squared(Mean(into), Mean(gone));
        double size = _sizes[into] + _sizes[gone];
        double share = _sizes[into] / size;
        _variances[into] = (share * _variances[into]) + ((1 - share) * _variances[gone]) + (share * (1 - share) * between);
        Span<float> mean = Mean(into);
        ReadOnlySpan<float> other = Mean(gone);
        for (int unit = 0; unit < mean.Length; unit++)
        {
            mean[unit] = (float)((share * mean[unit]) + ((1 - share) * other[unit]));
        }

        _sizes[into] += _sizes[gone];
        _alive.RemoveAt(_alive.BinarySearch(gone));
    }
}
