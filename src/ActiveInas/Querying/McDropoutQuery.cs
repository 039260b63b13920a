using ActiveInas.Compute;
using ActiveInas.Compute.Geometry;
using ActiveInas.Compute.Heads;
using ActiveInas.Networks;

namespace ActiveInas.Querying;

/// <summary>MC-dropout: the points whose predicted probability varies most under dropout.</summary>
/// <remarks>
/// <para>Equation: c(x) = the class that the pass without dropout predicts; p_t(x) = softmax((m_t * e(x) / (1 - p)) W + b)[c(x)] for
/// masks m_1..m_T; score(x) = sum over t of (p_t - mean p)^2 / T; S' = the b points of U with the largest score.</para>
/// <para>Only the dense layer follows the dropout, so one pass of the body is enough: e(x) is cached and the T passes are passes of the
/// head. The mask of pass t is a hash of (seed of the pass, sample id, unit), whatever the batches or threads.</para>
/// <para>Example: <c>QueryStrategies.Create("mc-dropout").Select(context, CancellationToken.None)</c>.</para>
/// <para>Cost O(T pool D classes) additions, sixteen passes side by side (<see cref="DropoutHead"/>); memory O(pool + threads D classes), independent of T but for one seed a pass. Reference:
/// Gal and Ghahramani, arXiv 1506.02142, as used in Geifman and El-Yaniv, arXiv 1811.07579, section 4 (T = 100, p = 0.5). Deviations:
/// none. Ties: a seeded hash of the sample id.</para>
/// </remarks>
internal sealed class McDropoutQuery : ScoreQuery
{
    /// <summary>Name on the command line.</summary>
    public const string StrategyName = "mc-dropout";

    private const int RowsPerItem = 64;

    /// <inheritdoc/>
    public override string Name => StrategyName;

    /// <inheritdoc/>
    public override QueryNeeds Needs => QueryNeeds.StochasticProbabilities;

    /// <inheritdoc/>
    public override bool LargestFirst => true;

    /// <summary>Seed of stochastic pass <paramref name="pass"/> (from 0) of a query.</summary>
    public static ulong PassSeed(ulong seed, int pass) => SeedTree.Derive(seed, $"mc-dropout/pass-{pass}");

    /// <inheritdoc/>
    public override double[] Score(QueryContext context, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(context);
        return Scores(context, cancellation);
    }

    /// <summary>The score of every pool sample.</summary>
    internal static double[] Scores(QueryContext context, CancellationToken cancellation)
    {
        FloatTable embeddings = Ranking.Needed(StrategyName, context.PoolEmbeddings, nameof(context.PoolEmbeddings));
        DenseHead head = Ranking.Needed(StrategyName, context.Head, nameof(context.Head));
        ulong[] seeds = new ulong[context.StochasticPasses];
        for (int pass = 0; pass < seeds.Length; pass++)
        {
            seeds[pass] = PassSeed(context.Seed, pass);
        }

        int length = context.EmbeddingLength;
        double[] scores = new double[context.Pool.Count];
        FixedBlocks.Run(scores.Length, RowsPerItem, context.Threads, (_, first, end) =>
        {
            DropoutHead stochastic = DropoutHead.Create(head.Weights, head.Bias, context.DropoutRate);
            float[] logits = new float[head.Bias.Length];
            for (int row = first; row < end; row++)
            {
                ReadOnlySpan<float> embedding = embeddings.AsSpan(row * length, length);
                Softmax.Logits(embedding, head, logits);
                stochastic.Load(embedding);
                scores[row] = Variance(stochastic, Softmax.ArgMax(logits), context.Pool[row].Value, seeds);
            }
        }, cancellation);
        return scores;
    }

    // Welford's recurrence: equal probabilities give a variance of exactly 0, and no pass is remembered.
    private static double Variance(DropoutHead head, int predicted, int sampleKey, ReadOnlySpan<ulong> seeds)
    {
        double mean = 0;
        double squares = 0;
        for (int first = 0; first < seeds.Length; first += DropoutHead.PassesAtOnce)
        {
            int count = Math.Min(DropoutHead.PassesAtOnce, seeds.Length - first);
            head.Run(seeds.Slice(first, count), sampleKey);
            for (int pass = 0; pass < count; pass++)
            {
                double probability = head.Probability(pass, predicted);
                double step = probability - mean;
                mean += step / (first + pass + 1);
                squares += step * (probability - mean);
            }
        }

        return squares / seeds.Length;
    }
}
