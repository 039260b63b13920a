using ActiveInas.Training;

namespace ActiveInas.Learning;

/// <summary>One point of a learning curve.</summary>
/// <param name="Labels">|S_t|.</param>
/// <param name="Error">Test error, 0..1.</param>
public readonly record struct CurvePoint(int Labels, double Error);

/// <summary>Areas under the curve of the test error over the number of labels (trapezoidal rule).</summary>
public static class LearningCurve
{
    /// <summary>The points of the rounds that were tested.</summary>
    /// <param name="rounds">In order.</param>
    /// <param name="measure">What counts as an error: the paper's is the 0-1 error.</param>
    public static IReadOnlyList<CurvePoint> Points(IEnumerable<RoundRecord> rounds, ErrorMeasure measure = ErrorMeasure.ZeroOne)
    {
        ArgumentNullException.ThrowIfNull(rounds);
        return [.. rounds.Where(round => round.Test is not null).Select(round => new CurvePoint(round.Labels, ErrorMeasures.Of(round.Test!, measure)))];
    }

    /// <summary>Area from the first to the last point over the label span: a mean error. Null for fewer than two different label counts.</summary>
    public static double? Auc(IReadOnlyList<CurvePoint> curve)
    {
        ArgumentNullException.ThrowIfNull(curve);
        int span = curve.Count == 0 ? 0 : curve[^1].Labels - curve[0].Labels;
        return span == 0 ? null : Area(curve, curve[^1].Labels) / span;
    }

    /// <summary>AUC-GAIN(passive, active, m) = (AUC_m(passive) - AUC_m(active)) / AUC_m(passive), AUC_m the area from the first point to m
    /// labels (arXiv 1811.07579, section 5).</summary>
    /// <param name="passive">Curve of the passive learner.</param>
    /// <param name="active">Curve of the active learner, on the same grid.</param>
    /// <param name="m">Labels: a point of both curves.</param>
    /// <returns>Null at the first point, and where the passive learner's area is 0.</returns>
    public static double? AucGain(IReadOnlyList<CurvePoint> passive, IReadOnlyList<CurvePoint> active, int m)
    {
        ArgumentNullException.ThrowIfNull(passive);
        ArgumentNullException.ThrowIfNull(active);
        int[] grid = [.. passive.Select(point => point.Labels).TakeWhile(labels => labels <= m)];
        if (grid.Length == 0 || grid[^1] != m || !grid.SequenceEqual(active.Select(point => point.Labels).TakeWhile(labels => labels <= m)))
        {
            throw new ArgumentException(
                $"AUC-GAIN at {m} labels needs both curves on the same grid up to there: passive [{Grid(passive)}], active [{Grid(active)}].");
        }

        double area = Area(passive, m);
        return area == 0 ? null : (area - Area(active, m)) / area;
    }

    private static double Area(IReadOnlyList<CurvePoint> curve, int m)
    {
        double area = 0;
        for (int i = 1; i < curve.Count; i++)
        {
            int width = curve[i].Labels - curve[i - 1].Labels;
            if (width < 0)
            {
                throw new ArgumentException($"A learning curve goes from {curve[i - 1].Labels} back to {curve[i].Labels} labels; wanted ascending labels.");
            }

            if (curve[i].Labels <= m)
            {
                area += width * (curve[i].Error + curve[i - 1].Error) / 2;
            }
        }

        return area;
    }

    private static string Grid(IReadOnlyList<CurvePoint> curve) => string.Join(' ', curve.Select(point => point.Labels));
}
