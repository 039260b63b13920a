using ActiveInas.Compute.Geometry;
using ActiveInas.Compute.Heads;
using ActiveInas.Networks;

namespace ActiveInas.Querying;

/// <summary>Entropies over the stochastic passes of MC-dropout: the same masks as <see cref="McDropoutQuery"/>, no pass remembered.</summary>
/// <param name="OfMean">H(1/T sum over t of p_t), in nats.</param>
/// <param name="Mean">1/T sum over t of H(p_t).</param>
internal readonly record struct PassEntropies(double OfMean, double Mean)
{
    private const int RowsPerItem = 64;

    /// <summary>The entropies of every pool sample.</summary>
    /// <exception cref="QueryException">An embedding is not finite.</exception>
    public static PassEntropies[] Of(string strategy, QueryContext context, CancellationToken cancellation)
    {
        FloatTable embeddings = Ranking.Needed(strategy, context.PoolEmbeddings, nameof(context.PoolEmbeddings));
        DenseHead head = Ranking.Needed(strategy, context.Head, nameof(context.Head));
        int length = context.EmbeddingLength;
        Ranking.RequireFinite(strategy, "embedding", embeddings.Span, length, row => context.Pool[row]);
        ulong[] seeds = [.. Enumerable.Range(0, context.StochasticPasses).Select(pass => McDropoutQuery.PassSeed(context.Seed, pass))];
        PassEntropies[] result = new PassEntropies[context.Pool.Count];
        FixedBlocks.Run(result.Length, RowsPerItem, context.Threads, (_, first, end) =>
        {
            DropoutHead stochastic = DropoutHead.Create(head.Weights, head.Bias, context.DropoutRate);
            double[] sums = new double[context.Classes];
            for (int row = first; row < end; row++)
            {
                stochastic.Load(embeddings.AsSpan(row * length, length));
                result[row] = OfRow(stochastic, context.Pool[row].Value, seeds, sums);
            }
        }, cancellation);
        return result;
    }

    private static PassEntropies OfRow(DropoutHead head, int sampleKey, ulong[] seeds, double[] sums)
    {
        Array.Clear(sums);
        double entropies = 0;
        foreach (ulong[] some in seeds.Chunk(DropoutHead.PassesAtOnce))
        {
            head.Run(some, sampleKey);
            for (int pass = 0; pass < some.Length; pass++)
            {
                for (int c = 0; c < sums.Length; c++)
                {
                    float probability = head.Probability(pass, c);
                    sums[c] += probability;
                    entropies += EntropyQuery.Term(probability);
                }
            }
        }

        double ofMean = 0;
        foreach (double sum in sums)
        {
            ofMean += EntropyQuery.Term(sum / seeds.Length);
        }

        return new PassEntropies(ofMean, entropies / seeds.Length);
    }
}
