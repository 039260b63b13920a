using System.Numerics;
using System.Runtime.InteropServices;
using ActiveInas.Compute.Geometry;
using ActiveInas.Networks;

namespace ActiveInas.Querying;

/// <summary>From embeddings to probabilities: logits = embedding Weights + Bias, p = softmax(logits). The one place where this is
/// computed outside the training engine. Every sum runs in ascending order of units or classes, in single precision.</summary>
public static class Softmax
{
    private const int RowsPerItem = 256;

    /// <summary>logits[c] = Bias[c] + sum over u of embedding[u] Weights[u, c], u ascending.</summary>
    /// <param name="embedding">[D].</param>
    /// <param name="head">Weights [D, classes], Bias [classes].</param>
    /// <param name="logits">[classes], overwritten.</param>
    internal static void Logits(ReadOnlySpan<float> embedding, DenseHead head, Span<float> logits)
    {
        ArgumentNullException.ThrowIfNull(head);
        int classes = head.Bias.Length;
        head.Bias.CopyTo(logits);
        for (int unit = 0; unit < embedding.Length; unit++)
        {
            float value = embedding[unit];
            ReadOnlySpan<float> weights = head.Weights.AsSpan(unit * classes, classes);

            // Lanes are classes and never mix: the result does not depend on the width of the vectors.
            Span<Vector<float>> sums = MemoryMarshal.Cast<float, Vector<float>>(logits);
            ReadOnlySpan<Vector<float>> rows = MemoryMarshal.Cast<float, Vector<float>>(weights);
            for (int i = 0; i < rows.Length; i++)
            {
                sums[i] += value * rows[i];
            }

            for (int c = rows.Length * Vector<float>.Count; c < weights.Length; c++)
            {
                logits[c] += value * weights[c];
            }
        }
    }

    /// <summary>Turns logits into probabilities in place: p[c] = exp(l[c] - max l) / sum. NaN or positive infinity makes the whole row NaN.</summary>
    /// <param name="row">[classes].</param>
    public static void Row(Span<float> row)
    {
        float max = float.NegativeInfinity;
        foreach (float logit in row)
        {
            max = MathF.Max(max, logit);
        }

        float sum = 0;
        for (int c = 0; c < row.Length; c++)
        {
            row[c] = MathF.Exp(row[c] - max);
            sum += row[c];
        }

        for (int c = 0; c < row.Length; c++)
        {
            row[c] /= sum;
        }
    }

    /// <summary>Index of the largest value; the first one of several.</summary>
    public static int ArgMax(ReadOnlySpan<float> row)
    {
        int best = 0;
        for (int c = 1; c < row.Length; c++)
        {
            if (row[c] > row[best])
            {
                best = c;
            }
        }

        return best;
    }

    /// <summary>Probabilities of many rows.</summary>
    /// <param name="embeddings">[rows, D].</param>
    /// <param name="head">Weights [D, classes], Bias [classes].</param>
    /// <param name="threads">Threads; 0: one a core. The result does not depend on it.</param>
    /// <param name="cancellation">Stops between blocks of rows.</param>
    /// <returns>[rows, classes].</returns>
    public static float[] Probabilities(FloatTable embeddings, DenseHead head, int threads, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(embeddings);
        ArgumentNullException.ThrowIfNull(head);
        int classes = head.Bias.Length;
        int length = head.Weights.Length / classes;
        int rows = embeddings.Length / length;
        float[] probabilities = new float[rows * classes];
        FixedBlocks.Run(rows, RowsPerItem, threads, (_, first, end) =>
        {
            for (int row = first; row < end; row++)
            {
                Span<float> output = probabilities.AsSpan(row * classes, classes);
                Logits(embeddings.AsSpan(row * length, length), head, output);
                Row(output);
            }
        }, cancellation);
        return probabilities;
    }
}
