using ActiveInas.Compute.Geometry;

namespace ActiveInas.Querying;

/// <summary>Gradient embeddings of the pool, held as their two factors: row i stands for the classes x D matrix a_i x_i^T, which is never
/// made.</summary>
/// <remarks>The loss -ln p(c | x) of the predicted class c has the gradient (p - onehot(c)) x^T in the weights of the last layer. Inner
/// products of such matrices factor: &lt;a_i x_i^T, a_j x_j^T&gt; = (a_i . a_j)(x_i . x_j).</remarks>
internal sealed class GradientRows
{
    private readonly float[] _factors;
    private readonly int _classes;
    private readonly double[] _squaredNorms;

    /// <param name="strategy">Name, for errors.</param>
    /// <param name="context">With probabilities and pool embeddings.</param>
    /// <exception cref="QueryException">A value or a norm is not finite.</exception>
    public GradientRows(string strategy, QueryContext context)
    {
        Embeddings = EmbeddingRows.OfPool(strategy, context);
        _classes = context.Classes;
        _factors = new float[Embeddings.Count * _classes];
        _squaredNorms = new double[Embeddings.Count];
        float[] probabilities = ProbabilityRows.Checked(strategy, context);
        int[] rows = [.. Enumerable.Range(0, Embeddings.Count)];
        Array.Sort(context.Pool.Select(id => id.Value).ToArray(), rows);
        for (int i = 0; i < rows.Length; i++)
        {
            Span<float> factor = _factors.AsSpan(i * _classes, _classes);
            probabilities.AsSpan(rows[i] * _classes, _classes).CopyTo(factor);
            factor[Softmax.ArgMax(factor)] -= 1;
            _squaredNorms[i] = Inner(i, i);
            Ranking.RequireFinite(strategy, "squared norm of the gradient", Embeddings.Ids[i], _squaredNorms[i]);
        }
    }

    /// <summary>x_i with the ids, ascending.</summary>
    public EmbeddingRows Embeddings { get; }

    /// <summary>a_i, [n, classes].</summary>
    public FloatTable Factors => _factors;

    /// <summary>||a_i x_i^T||^2.</summary>
    public double SquaredNorm(int row) => _squaredNorms[row];

    /// <summary>||a_i x_i^T - a_j x_j^T||^2; exactly 0 for equal rows.</summary>
    public double SquaredDistance(int i, int j) => Math.Max(0, _squaredNorms[i] + _squaredNorms[j] - (2 * Inner(i, j)));

    private double Inner(int i, int j)
        => (double)EmbeddingRows.Dot(_factors.AsSpan(i * _classes, _classes), _factors.AsSpan(j * _classes, _classes))
            * EmbeddingRows.Dot(Embeddings[i], Embeddings[j]);
}
