namespace ActiveInas.Querying;

/// <summary>Lloyd's k-means from k-means++ draws. Distances are squared Euclidean in single precision, means in double, both in fixed orders.</summary>
/// <remarks>Cost O((1 + iterations) n k D); memory O(n + k D). A centre that loses all its points stays where it is. A point equally near
/// to two centres belongs to the earlier one.</remarks>
internal sealed class KMeans
{
    private const int MostIterations = 20;
    private const int RowsPerItem = 64;

    private readonly EmbeddingRows _points;
    private readonly float[] _centres;
    private readonly int _threads;

    private KMeans(EmbeddingRows points, int k, int threads)
    {
        _points = points;
        _centres = new float[k * points.Length];
        _threads = threads;
        Assignment = new int[points.Count];
        Distances = new float[points.Count];
    }

    /// <summary>k.</summary>
    public int Count => _centres.Length / _points.Length;

    /// <summary>[n]: the cluster of each point.</summary>
    public int[] Assignment { get; }

    /// <summary>[n]: squared distance of each point to the centre of its cluster.</summary>
    public float[] Distances { get; }

    /// <summary>Clusters points.</summary>
    /// <param name="points">n of them, ascending.</param>
    /// <param name="k">1..n.</param>
    /// <param name="seed">Of the draws.</param>
    /// <param name="threads">0: one a core.</param>
    /// <param name="cancellation">Stops it.</param>
    public static KMeans Run(EmbeddingRows points, int k, ulong seed, int threads, CancellationToken cancellation)
    {
        KMeans result = new(points, k, threads);
        result.DrawCentres(seed, cancellation);
        result.Assign(cancellation);
        for (int iteration = 0; iteration < MostIterations; iteration++)
        {
            result.MoveCentres();
            if (!result.Assign(cancellation))
            {
                break;
            }
        }

        return result;
    }

    /// <summary>The rows of each cluster, ascending; empty where a cluster lost them all.</summary>
    public List<int>[] Members()
    {
        List<int>[] members = [.. Enumerable.Range(0, Count).Select(_ => new List<int>())];
        for (int row = 0; row < Assignment.Length; row++)
        {
            members[Assignment[row]].Add(row);
        }

        return members;
    }

    private Span<float> Centre(int cluster) => _centres.AsSpan(cluster * _points.Length, _points.Length);

    // k-means++: the first uniformly, then each with probability proportional to the squared distance to the nearest so far.
    private void DrawCentres(ulong seed, CancellationToken cancellation)
    {
        float[] nearest = new float[_points.Count];
        Array.Fill(nearest, float.PositiveInfinity);
        Race.Runner[] leaders = new Race.Runner[FixedBlocks.Count(nearest.Length, RowsPerItem)];
        int drawn = -1;
        for (int cluster = 0; cluster < Count; cluster++)
        {
            Race race = new(SeedTree.Derive(seed, $"k-means/draw-{cluster}"));
            int previous = drawn;
            FixedBlocks.Run(nearest.Length, RowsPerItem, _threads, (block, first, end) =>
            {
                Race.Runner leader = Race.Nobody;
                for (int row = first; row < end; row++)
                {
                    if (previous >= 0)
                    {
                        nearest[row] = MathF.Min(nearest[row], EmbeddingRows.SquaredDistanceUpTo(nearest[row], _points[row], _points[previous]));
                    }

                    leader = race.Faster(leader, previous < 0 ? 1 : nearest[row], _points.Ids[row], row);
                }

                leaders[block] = leader;
            }, cancellation);
            drawn = race.Fastest(leaders).Row;
            _points[drawn].CopyTo(Centre(cluster));
        }
    }

    // Centres outside, rows inside: 64 rows of 512 floats stay in the second-level cache while the centres stream past. A row begins with
    // its last centre, so that most others are given up after a few units.
    private bool Assign(CancellationToken cancellation)
    {
        int changed = 0;
        FixedBlocks.Run(_points.Count, RowsPerItem, _threads, (_, first, end) =>
        {
            int[] best = Assignment.AsSpan(first, end - first).ToArray();
            float[] least = new float[end - first];
            for (int row = first; row < end; row++)
            {
                least[row - first] = EmbeddingRows.SquaredDistanceUpTo(float.PositiveInfinity, _points[row], Centre(best[row - first]));
            }

            for (int cluster = 0; cluster < Count; cluster++)
            {
                ReadOnlySpan<float> centre = Centre(cluster);
                for (int row = first; row < end; row++)
                {
                    float distance = EmbeddingRows.SquaredDistanceUpTo(least[row - first], _points[row], centre);
                    if (distance < least[row - first] || (distance == least[row - first] && cluster < best[row - first]))
                    {
                        (best[row - first], least[row - first]) = (cluster, distance);
                    }
                }
            }

            bool differs = !best.AsSpan().SequenceEqual(Assignment.AsSpan(first, end - first));
            best.CopyTo(Assignment, first);
            least.CopyTo(Distances, first);
            Interlocked.Add(ref changed, differs ? 1 : 0);
        }, cancellation);
        return changed > 0;
    }

    private void MoveCentres()
    {
        int length = _points.Length;
        double[] sums = new double[_centres.Length];
        int[] sizes = new int[Count];
        for (int row = 0; row < _points.Count; row++)
        {
            int cluster = Assignment[row];
            sizes[cluster]++;
            ReadOnlySpan<float> point = _points[row];
            Span<double> sum = sums.AsSpan(cluster * length, length);
            for (int unit = 0; unit < length; unit++)
            {
                sum[unit] += point[unit];
            }
        }

        for (int i = 0; i < sums.Length; i++)
        {
            _centres[i] = sizes[i / length] == 0 ? _centres[i] : (float)(sums[i] / sizes[i / length]);
        }
    }
}
