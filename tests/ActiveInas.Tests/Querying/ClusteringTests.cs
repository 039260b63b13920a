using ActiveInas.Data;
using ActiveInas.Learning;
using ActiveInas.Querying;

namespace ActiveInas.Tests.Querying;

/// <summary>Strategies that look at the shape of the pool, on points laid out by hand and against plain loops.</summary>
public sealed class ClusteringTests
{
    [Fact]
    public void K_means_finds_three_heaps_and_their_middles()
    {
        // Heaps around 0, 100 and 200 with 5, 3 and 4 points; ids are ten times the position.
        int[] at = [0, 1, 2, 3, 4, 100, 101, 102, 200, 201, 203, 204];
        for (ulong seed = 0; seed < 20; seed++)
        {
            IReadOnlyList<QueryPick> picks = new KMeansQuery().Select(Line(at, count: 3) with { Seed = seed }, CancellationToken.None);

            Assert.Equal([5.0, 4.0, 3.0], picks.Select(pick => pick.Score));
            Assert.Equal([20, 1010], [picks[0].Id.Value, picks[2].Id.Value]);
            Assert.Contains(picks[1].Id.Value, (int[])[2010, 2030]);
        }
    }

    [Fact]
    public void K_means_reports_distances_to_its_means_and_leaves_little_spread()
    {
        QueryContext context = Queries.Random(71, pool: 300, length: 3);
        EmbeddingRows points = EmbeddingRows.OfPool("test", context);

        KMeans clusters = KMeans.Run(points, 4, 5, 1, CancellationToken.None);

        List<int>[] members = clusters.Members();
        double[][] means = [.. members.Select(rows => Enumerable.Range(0, 3).Select(unit => rows.Average(row => (double)points[row][unit])).ToArray())];
        double inside = 0;
        for (int row = 0; row < points.Count; row++)
        {
            double[] distances = [.. means.Select(mean => Squared(points[row].ToArray(), mean))];
            inside += distances[clusters.Assignment[row]];
            Assert.Equal(distances[clusters.Assignment[row]], clusters.Distances[row], 0.2);
        }

        // Far better than one cluster: total variance of 300 standard normal points in 3 dimensions is about 900.
        Assert.InRange(inside, 100, 600);
    }

    [Theory]
    [InlineData(40, 3)]
    [InlineData(25, 1)]
    [InlineData(60, 12)]
    public void Average_linkage_equals_the_greedy_merging_of_the_closest_pair(int count, int clusters)
    {
        for (ulong seed = 80; seed < 90; seed++)
        {
            EmbeddingRows points = EmbeddingRows.OfPool("test", Queries.Random(seed, pool: count, length: 4));

            int[] found = AverageLinkage.Cluster(points, clusters, 2, CancellationToken.None);

            Assert.Equal(GreedyMerging(points, clusters), found);
        }
    }

    [Fact]
    public void Average_linkage_of_copies_ends()
        => Assert.Equal(5, AverageLinkage.Cluster(
            EmbeddingRows.OfPool("test", Queries.Random(91, pool: 200, embedding: _ => 1)), 5, 1, CancellationToken.None).Distinct().Count());

    [Fact]
    public void Cluster_margin_takes_one_point_of_each_cluster_small_ones_first()
    {
        // 24 candidates for 16 labels: two far heaps of 4 and 20 points, cut into 24 / 10 = 2 clusters; the 6 surest are no candidates.
        int[] at = [.. Enumerable.Range(0, 20), .. Enumerable.Range(1000, 4), .. Enumerable.Range(5000, 6)];
        QueryContext context = Line(at, count: 16) with
        {
            Classes = 2,
            Probabilities = [.. at.SelectMany(x => x < 5000 ? (float[])[0.5f + (x % 7 * 0.01f), 0.5f - (x % 7 * 0.01f)] : [0.9f, 0.1f])],
        };

        IReadOnlyList<QueryPick> picks = new ClusterMarginQuery(1.5).Select(context, CancellationToken.None);

        Assert.Equal(Enumerable.Range(0, 8).Select(i => i % 2 == 0), picks.Take(8).Select(pick => pick.Id.Value >= 10000));
        Assert.All(picks.Skip(8), pick => Assert.InRange(pick.Id.Value, 0, 199));
        Assert.All(picks, pick => Assert.Equal(2 * (pick.Id.Value / 10 % 7) * 0.01, pick.Score, 1e-6));
    }

    [Fact]
    public void Cluster_margin_refuses_fewer_candidates_than_labels()
        => Assert.Throws<ArgumentOutOfRangeException>(() => new ClusterMarginQuery(0.5));

    [Fact]
    public void TypiClust_takes_the_densest_point_of_the_heap_without_labels()
    {
        // Three heaps of 7; the first holds a label. Within a heap the middle has the smallest mean distance to the others.
        int[] heap = [0, 5, 8, 10, 12, 15, 20];
        int[] at = [.. heap, .. heap.Select(x => 1000 + x), .. heap.Select(x => 2000 + x)];
        QueryContext context = Line(at, count: 2) with { Labelled = [new(new(5), 0)], LabelledEmbeddings = [0.5f] };
        for (ulong seed = 0; seed < 20; seed++)
        {
            IReadOnlyList<QueryPick> picks = new TypiClustQuery().Select(context with { Seed = seed }, CancellationToken.None);

            Assert.Equal([10100, 20100], picks.Select(pick => pick.Id.Value).Order());
            Assert.Equal((10 + 5 + 2 + 2 + 5 + 10) / 6.0, picks[0].Score, 1e-5);
        }
    }

    [Fact]
    public void The_spread_is_the_mean_distance_to_the_twenty_nearest_of_the_cluster()
    {
        // One pick of an unlabelled pool is one cluster of everything.
        QueryContext context = Queries.Random(75, pool: 90, length: 150, count: 1) with { Labelled = [], LabelledEmbeddings = [] };
        float[][] points = [.. context.PoolEmbeddings!.Chunk(150)];
        double[] spreads = [.. points.Select(a => points.Where(b => b != a)
            .Select(b => Math.Sqrt(a.Zip(b).Sum(pair => (double)(pair.First - pair.Second) * (pair.First - pair.Second)))).Order().Take(20).Average())];

        QueryPick pick = new TypiClustQuery().Select(context, CancellationToken.None)[0];

        Assert.Equal(spreads.Min(), pick.Score, 1e-3);
        Assert.Equal(context.Pool[Array.IndexOf(spreads, spreads.Min())], pick.Id);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(300)]
    public void A_distance_given_up_is_beyond_its_limit(int length)
    {
        QueryContext context = Queries.Random((ulong)length, pool: 40, length: length, embedding: value => MathF.Round(value * 4));
        EmbeddingRows points = EmbeddingRows.OfPool("test", context);
        for (int i = 1; i < 40; i++)
        {
            float whole = EmbeddingRows.Squared(points[0], points[i]);
            Assert.Equal(whole, points.SquaredDistance(0, i));
            Assert.Equal(whole, EmbeddingRows.SquaredDistanceUpTo(whole, points[0], points[i]));
            float part = EmbeddingRows.SquaredDistanceUpTo(whole / 2, points[0], points[i]);
            Assert.True(part <= whole && (part > whole / 2 || whole == 0), $"{part} of {whole}");
        }
    }

    [Fact]
    public void TypiClust_needs_no_labels()
        => Assert.Equal(12, new TypiClustQuery().Select(Queries.Random(72) with { Labelled = [], LabelledEmbeddings = [] }, CancellationToken.None).Count);

    [Fact]
    public void ProbCover_equals_greedy_covering_of_a_graph_written_out()
    {
        for (ulong seed = 100; seed < 115; seed++)
        {
            QueryContext context = Queries.Random(seed, pool: 120, labelled: 8, length: 2, count: 20, embedding: value => MathF.Round(value * 4));
            float squared = ProbCoverQuery.SquaredRadius(context, EmbeddingRows.OfPool("test", context), CancellationToken.None);

            Assert.Equal(GreedyCover(context, squared), new ProbCoverQuery().Select(context with { Threads = 2 }, CancellationToken.None));
        }
    }

    [Fact]
    public void ProbCover_takes_the_middle_of_the_largest_heap_first()
    {
        // Heaps of 9 and 6 points with steps of 1, two classes: balls stay within a heap and the heaps are covered one after the other.
        int[] at = [.. Enumerable.Range(0, 9), .. Enumerable.Range(500, 6)];

        IReadOnlyList<QueryPick> picks = new ProbCoverQuery().Select(
            Line(at, count: 3) with { Classes = 2, Labelled = [], LabelledEmbeddings = [] }, CancellationToken.None);

        Assert.Equal([9.0, 6.0, 0.0], picks.Select(pick => pick.Score));
        Assert.InRange(picks[0].Id.Value, 0, 80);
    }

    [Fact]
    public void The_radius_of_ProbCover_keeps_19_of_20_balls_pure()
    {
        QueryContext context = Queries.Random(73, pool: 200, length: 2) with { Classes = 3 };
        EmbeddingRows points = EmbeddingRows.OfPool("test", context);
        int[] cluster = KMeans.Run(points, 3, context.Seed, 1, CancellationToken.None).Assignment;

        float squared = ProbCoverQuery.SquaredRadius(context, points, CancellationToken.None);

        int Impure(float radius) => Enumerable.Range(0, 200).Count(row => Enumerable.Range(0, 200).Any(
            other => cluster[other] != cluster[row] && points.SquaredDistance(row, other) < radius));
        Assert.InRange(Impure(squared), 0, 10);
        Assert.InRange(Impure(MathF.BitIncrement(squared)), 11, 200);
    }

    [Fact]
    public void Class_balanced_fills_the_class_that_is_behind()
    {
        // Predicted class 0 for ids below 60, else 1 (ids 60..65) or 2; labels so far 4, 1, 1.
        QueryContext context = Line([.. Enumerable.Range(0, 100)], count: 20) with
        {
            Pool = [.. Enumerable.Range(0, 100).Select(id => new SampleId(id))],
            Classes = 3,
            Labelled = [.. Enumerable.Range(200, 6).Select(id => new LabelledSample(new(id), id < 204 ? 0 : id - 203))],
            Probabilities = [.. Enumerable.Range(0, 100).SelectMany(id => (float[])[id < 60 ? 1 : 0, id is >= 60 and < 66 ? 1 : 0, id >= 66 ? 1 : 0])],
        };

        IReadOnlyList<QueryPick> picks = new ClassBalancedQuery(new RandomQuery()).Select(context, CancellationToken.None);

        // Classes 1 and 2 catch up first; class 1 has 6 points only; in the end 4 + 6, 1 + 6 and 1 + 8 or 4 + 5, 1 + 6 and 1 + 9.
        int[] counts = [picks.Count(pick => pick.Id.Value < 60), picks.Count(pick => pick.Id.Value is >= 60 and < 66), picks.Count(pick => pick.Id.Value >= 66)];
        Assert.Equal(6, counts[1]);
        Assert.InRange(4 + counts[0], 9, 10);
        Assert.InRange(1 + counts[2], 9, 10);
        Assert.All(picks.Take(6), pick => Assert.InRange(pick.Id.Value, 60, 99));
    }

    [Fact]
    public void Class_balanced_gives_each_class_its_own_best()
    {
        QueryContext context = Queries.Random(74, count: 40);
        int[] predictions = ProbabilityRows.Predictions("test", context);
        Dictionary<SampleId, int> classes = context.Pool.Zip(predictions).ToDictionary(pair => pair.First, pair => pair.Second);

        IReadOnlyList<QueryPick> picks = new ClassBalancedQuery(new MarginQuery()).Select(context, CancellationToken.None);

        IReadOnlyList<QueryPick> all = new MarginQuery().Select(context with { Count = context.Pool.Count }, CancellationToken.None);
        foreach (IGrouping<int, QueryPick> group in picks.GroupBy(pick => classes[pick.Id]))
        {
            Assert.Equal(all.Where(pick => classes[pick.Id] == group.Key).Take(group.Count()).Select(pick => pick.Id), group.Select(pick => pick.Id));
        }
    }

    private static QueryContext Line(int[] at, int count) => new()
    {
        Pool = [.. at.Select(x => new SampleId(x * 10))],
        Labelled = [],
        Count = count,
        Classes = 3,
        Seed = 3,
        EmbeddingLength = 1,
        PoolEmbeddings = [.. at.Select(x => (float)x)],
    };

    private static double Squared(float[] a, double[] b) => a.Zip(b).Sum(pair => (pair.First - pair.Second) * (pair.First - pair.Second));

    private static int[] GreedyMerging(EmbeddingRows points, int count)
    {
        List<List<int>> clusters = [.. Enumerable.Range(0, points.Count).Select(row => new List<int> { row })];
        while (clusters.Count > count)
        {
            (int A, int B) closest = (
                from a in Enumerable.Range(0, clusters.Count)
                from b in Enumerable.Range(a + 1, clusters.Count - a - 1)
                select (a, b)).MinBy(pair => clusters[pair.a].Average(x => clusters[pair.b].Average(y => (double)points.SquaredDistance(x, y))));
            clusters[closest.A].AddRange(clusters[closest.B]);
            clusters.RemoveAt(closest.B);
        }

        int[] result = new int[points.Count];
        foreach ((List<int> members, int index) in clusters.OrderBy(members => members.Min()).Select((members, index) => (members, index)))
        {
            members.ForEach(row => result[row] = index);
        }

        return result;
    }

    // The whole graph as sets; in every step the sizes of all balls again.
    private static List<QueryPick> GreedyCover(QueryContext context, float squared)
    {
        float[][] pool = [.. context.PoolEmbeddings!.Chunk(context.EmbeddingLength)];
        float[][] labelled = [.. context.LabelledEmbeddings!.Chunk(context.EmbeddingLength)];
        bool Near(float[] a, float[] b) => a.Zip(b).Sum(pair => (pair.First - pair.Second) * (pair.First - pair.Second)) < squared;
        HashSet<int> uncovered = [.. Enumerable.Range(0, pool.Length).Where(row => !labelled.Any(point => Near(point, pool[row])))];
        HashSet<int>[] balls = [.. pool.Select((point, row) => Enumerable.Range(0, pool.Length).Where(other => other == row || Near(point, pool[other])).ToHashSet())];
        List<int> open = [.. Enumerable.Range(0, pool.Length)];
        List<QueryPick> picks = [];
        while (picks.Count < context.Count)
        {
            int best = open.MinBy(row => (-balls[row].Count(uncovered.Contains), Ranking.TieBreak(context.Seed, context.Pool[row])));
            picks.Add(new QueryPick(context.Pool[best], balls[best].Count(uncovered.Contains), picks.Count + 1));
            uncovered.ExceptWith(balls[best]);
            open.Remove(best);
        }

        return picks;
    }
}
