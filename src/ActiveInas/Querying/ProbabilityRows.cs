namespace ActiveInas.Querying;

/// <summary>Rows of the pool's probabilities, checked.</summary>
internal static class ProbabilityRows
{
    /// <summary>A value for one row of probabilities, [classes].</summary>
    public delegate double RowScore(ReadOnlySpan<float> row);

    /// <summary>A value for every row of the pool.</summary>
    /// <exception cref="QueryException">A probability is not finite.</exception>
    public static double[] Map(string strategy, QueryContext context, RowScore score)
    {
        float[] probabilities = Checked(strategy, context);
        double[] scores = new double[context.Pool.Count];
        for (int row = 0; row < scores.Length; row++)
        {
            scores[row] = score(probabilities.AsSpan(row * context.Classes, context.Classes));
        }

        return scores;
    }

    /// <summary>The class that the network predicts for every pool sample.</summary>
    /// <exception cref="QueryException">A probability is not finite.</exception>
    public static int[] Predictions(string strategy, QueryContext context)
    {
        float[] probabilities = Checked(strategy, context);
        int[] classes = new int[context.Pool.Count];
        for (int row = 0; row < classes.Length; row++)
        {
            classes[row] = Softmax.ArgMax(probabilities.AsSpan(row * context.Classes, context.Classes));
        }

        return classes;
    }

    /// <summary>The probabilities [pool, classes], all finite.</summary>
    /// <exception cref="QueryException">One is not.</exception>
    public static float[] Checked(string strategy, QueryContext context)
    {
        float[] probabilities = Ranking.Needed(strategy, context.Probabilities, nameof(context.Probabilities));
        Ranking.RequireFinite(strategy, "probability", probabilities, context.Classes, row => context.Pool[row]);
        return probabilities;
    }
}
