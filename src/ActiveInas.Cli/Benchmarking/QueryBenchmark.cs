using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using ActiveInas.Architectures;
using ActiveInas.Compute;
using ActiveInas.Compute.Geometry;
using ActiveInas.Data;
using ActiveInas.Networks;
using ActiveInas.Querying;
using ActiveInas.Querying.Geometry;
using ActiveInas.Runs;
using Architecture = ActiveInas.Architectures.Architecture;

namespace ActiveInas.Cli.Benchmarking;

/// <summary>Measures how long queries take and what memory they need, on made-up images and embeddings.</summary>
/// <remarks>
/// <para>Embeddings of k-centre and BADGE: number n = 0, 1, ... in row-major order of [labelled; pool] is (Mix(seed + (n + 1)
/// 0x9E3779B97F4A7C15) >> 40) 2^-24 in [0, 1), with the finaliser of SplitMix64 as Mix and seed 1: the stream of <see cref="SeededRandom"/>,
/// which benchmarks/peers/coreset_numpy.py repeats. Ties go to the lowest row, as in NumPy.</para>
/// <para>Example: <c>foreach (QueryFigure figure in QueryBenchmark.Run(new QueryBenchmarkOptions(), token)) { ... }</c>.</para>
/// </remarks>
internal static class QueryBenchmark
{
    private const ulong Seed = 1;
    private const string McDropoutQuery = "mc-dropout";
    private const int ImageSide = 32;
    private const int InferenceBatch = 128;
    private const int RowsPerItem = 256;

    /// <summary>Measures one query after the other; each figure comes as soon as it is known.</summary>
    /// <exception cref="ConfigurationException">The options cannot work.</exception>
    public static IEnumerable<QueryFigure> Run(QueryBenchmarkOptions options, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Measure(options.Validate(), cancellation);
    }

    private static IEnumerable<QueryFigure> Measure(QueryBenchmarkOptions options, CancellationToken cancellation)
    {
        foreach (int classes in options.Classes)
        {
            foreach (Architecture architecture in options.Networks)
            {
                yield return McDropout(options, architecture, classes, cancellation);
            }
        }

        foreach (KCentreSize size in options.KCentre)
        {
            yield return KCentre(options, size, cancellation);
        }

        foreach (BadgeSize size in options.Badge)
        {
            yield return Badge(options, size, cancellation);
        }
    }

    private static QueryFigure McDropout(QueryBenchmarkOptions options, Architecture architecture, int classes, CancellationToken cancellation)
    {
        using IDevice device = options.Row.Open(options.Threads);
        using NetworkModel model = Model(device, architecture, classes, options.Images);
        int picks = Math.Max(1, options.Images / 24);
        QueryRequest request = new(
            [.. Enumerable.Range(0, options.Images).Select(row => new SampleId(row))], [], picks, classes, Seed, options.Passes, 0.5, options.Threads);
        _ = QueryRunner.Run(QueryStrategies.Create(McDropoutQuery), model, request with { Pool = [.. request.Pool.Take(256)], Count = 1 }, cancellation);
        double plain = Timed(() => QueryRunner.Run(QueryStrategies.Create("softmax-response"), model, request, cancellation)).Seconds;
        (IReadOnlyList<QueryPick> chosen, double seconds, long? memory) = Timed(
            () => QueryRunner.Run(QueryStrategies.Create(McDropoutQuery), model, request, cancellation));
        return new QueryFigure(
            McDropoutQuery, architecture.ToString(), options.Images, 0, model.EmbeddingLength, classes, picks, seconds, plain, memory,
            Hash(chosen.Select(pick => pick.Id.Value)));
    }

    private static NetworkModel Model(IDevice device, Architecture architecture, int classes, int images)
    {
        ResidualNetwork network = new(
            device, new NetworkShape(architecture, classes, ImageSide, ImageSide), new NormSettings(1e-3, 0.1), InferenceBatch, training: false);
        network.Initialize(Seed);
        SeededRandom random = new(Seed);
        byte[] pixels = new byte[images * ImageSide * ImageSide * 3];
        foreach (ref ulong bits in MemoryMarshal.Cast<byte, ulong>(pixels.AsSpan()))
        {
            bits = random.NextBits();
        }

        string[] names = [.. Enumerable.Range(0, images).Select(row => row.ToString(CultureInfo.InvariantCulture))];
        return new NetworkModel(network, new ImageSet(ImageSide, ImageSide, pixels, new int[images], names), new Normalization(127.5, 73.9));
    }

    private static QueryFigure KCentre(QueryBenchmarkOptions options, KCentreSize size, CancellationToken cancellation)
    {
        FloatTable labelled = Embeddings(0, size.Labelled, size.Length, options.Threads);
        FloatTable pool = Embeddings((ulong)size.Labelled * (ulong)size.Length, size.Pool, size.Length, options.Threads);
        (KCentrePick[] picks, double seconds, long? memory) = Timed(() =>
        {
            ulong[] ties = [.. Enumerable.Range(0, size.Pool).Select(row => (ulong)row)];
            return new GreedyKCentre(pool, labelled, size.Length, ties, options.Threads).Pick(size.Picks, cancellation);
        });
        return new QueryFigure(
            "coreset", null, size.Pool, size.Labelled, size.Length, 0, size.Picks, seconds, null, memory,
            Hash(picks.Select(pick => pick.Row)));
    }

    // Residuals of a softmax over logits that are normal with deviation 3: some rows are sure, most are not.
    private static QueryFigure Badge(QueryBenchmarkOptions options, BadgeSize size, CancellationToken cancellation)
    {
        FloatTable embeddings = Embeddings(0, size.Pool, size.Length, options.Threads);
        float[] residuals = new float[size.Pool * size.Classes];
        SeededRandom random = new(Seed + 1);
        for (int row = 0; row < size.Pool; row++)
        {
            Span<float> residual = residuals.AsSpan(row * size.Classes, size.Classes);
            foreach (ref float logit in residual)
            {
                logit = 3 * (float)random.NextGaussian();
            }

            Softmax.Row(residual);
            residual[Softmax.ArgMax(residual)] -= 1;
        }

        (int[] picks, double seconds, long? memory) = Timed(() => PlusPlus(options, size, embeddings, residuals, cancellation));
        return new QueryFigure("badge", null, size.Pool, 0, size.Length, size.Classes, size.Picks, seconds, null, memory, Hash(picks));
    }

    private static int[] PlusPlus(
        QueryBenchmarkOptions options, BadgeSize size, FloatTable embeddings, float[] residuals, CancellationToken cancellation)
    {
        FactoredPlusPlus seeds = new(embeddings, size.Length, residuals, size.Classes, options.Threads);
        SeededRandom random = new(Seed);
        int[] picks = new int[size.Picks];
        double[] norms = seeds.SquaredNorms.ToArray();
        picks[0] = Array.IndexOf(norms, norms.Max());
        for (int step = 1; step < picks.Length; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            seeds.Add(picks[step - 1], cancellation);
            picks[step] = seeds.Draw(random.NextDouble());
        }

        return picks;
    }

    private static FloatTable Embeddings(ulong first, int rows, int length, int threads)
    {
        FloatTable table = FloatTable.Allocate((long)rows * length);
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = threads > 0 ? threads : Environment.ProcessorCount };
        Parallel.For(0, (rows + RowsPerItem - 1) / RowsPerItem, parallel, block =>
        {
            int start = block * RowsPerItem;
            int end = Math.Min(rows, start + RowsPerItem);
            SeededRandom random = new(Seed + ((first + ((ulong)start * (ulong)length)) * 0x9E3779B97F4A7C15ul));
            foreach (ref float value in table.AsSpan(start * length, (end - start) * length))
            {
                value = (random.NextBits() >> 40) * (1f / (1 << 24));
            }
        });
        return table;
    }

    private static (T Result, double Seconds, long? Memory) Timed<T>(Func<T> query)
    {
        GC.Collect();
        long? before = ProcessMemory.TryResetPeak() ? ProcessMemory.Resident : null;
        long start = Stopwatch.GetTimestamp();
        T result = query();
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return (result, seconds, before is null ? null : ProcessMemory.Peak - before);
    }

    private static string Hash(IEnumerable<int> rows)
    {
        ulong hash = 14695981039346656037ul;
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        foreach (int row in rows)
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes, row);
            foreach (byte value in bytes)
            {
                hash = (hash ^ value) * 1099511628211ul;
            }
        }

        return hash.ToString("x16", CultureInfo.InvariantCulture);
    }
}
