using ActiveInas.Learning;
using ActiveInas.Runs.Reports.Figures;
using ActiveInas.Runs.Statistics;
using ActiveInas.Training;

namespace ActiveInas.Runs.Reports.Sections;

/// <summary>Methods against each other, seed by seed.</summary>
internal static class PairSection
{
    /// <summary>Mean test errors that differ by less are a tie: about what 10,000 test images leave uncertain.</summary>
    public const double TieMargin = 0.002;

    public static Section? Create(Comparison comparison)
    {
        object?[][] rows = Rows(comparison, ReportMeasure.Accuracy);
        if (rows.Length == 0)
        {
            return null;
        }

        string few = rows.Any(row => (int)row[4]! < PairedTests.FewestForFivePercent)
            ? $" Rows with fewer than {PairedTests.FewestForFivePercent} seeds cannot reach 5 % in a test, whatever the difference: with n seeds p is at least 2^(1-n). Their intervals are too narrow."
            : "";
        return new Section(
            "pairs",
            "Methods compared in pairs",
            "Methods that differ in one setting. One seed fixes the initial labels of all methods, so they are compared seed by seed. Areas go up to the last number of labels that both reached "
            + $"with all seeds counted in the row; seeds with fewer than {CommonLabels.Fewest} label counts in common are left out. Intervals: paired bootstrap over seeds. The second table has the same with balanced errors, in which every class counts alike. A tie: mean errors that differ by less than {TieMargin}. Tests are two-sided and exact, and not corrected for their number.{few}")
        {
            Tables =
            [
                new NamedTable("pairs", "Pairs", Table(ReportMeasure.Accuracy, rows)),
                new NamedTable("balanced-pairs", "Pairs by balanced accuracy", Table(ReportMeasure.Balanced, Rows(comparison, ReportMeasure.Balanced))),
            ],
        };
    }

    private static object?[][] Rows(Comparison comparison, ReportMeasure measure) => [.. comparison.Pairs().Select(pair => Row(pair, measure)).OfType<object?[]>()];

    private static FigureTable Table(ReportMeasure measure, object?[][] rows) => new(
        [
            "method", "beside", "differ in", "share", "seeds", "up to labels", $"mean {measure.Error} less by", "95 % interval from", "to", "better", "tie", "worse", "sign test p", "signed-rank p",
            $"{measure.Title}accuracy at the end higher by",
        ],
        rows);

    private static object?[]? Row(MethodPair methods, ReportMeasure measure)
    {
        IReadOnlyList<Pair> pairs = Pair.Of(methods.First, methods.Second, measure.Measure);
        if (pairs.Count == 0)
        {
            return null;
        }

        double[] gains = [.. pairs.Select(pair => pair.AreaGain)];
        Interval? interval = Bootstrap.OfMean(gains);
        return
        [
            methods.FirstName, methods.SecondName, methods.Key, methods.Shared.Length == 0 ? null : methods.Shared,
            pairs.Count, pairs[0].Labels, gains.Average(), interval?.Low, interval?.High,
            gains.Count(gain => gain >= TieMargin), gains.Count(gain => Math.Abs(gain) < TieMargin), gains.Count(gain => gain <= -TieMargin),
            PairedTests.Sign(gains), PairedTests.SignedRank(gains), pairs.Average(pair => pair.AccuracyGain),
        ];
    }

    /// <summary>Two methods under one seed.</summary>
    /// <param name="Seed">Shared.</param>
    /// <param name="Labels">The last number that both reached with all seeds compared.</param>
    /// <param name="AreaGain">Mean test error of the second less that of the first: above 0 the first is better.</param>
    /// <param name="AccuracyGain">Accuracy of the first less that of the second at <paramref name="Labels"/>.</param>
    internal sealed record Pair(ulong Seed, int Labels, double AreaGain, double AccuracyGain)
    {
        /// <summary>All seeds that both have, with at least two label counts in common, over the same labels.</summary>
        public static IReadOnlyList<Pair> Of(Method method, Method other, ErrorMeasure measure)
        {
            (ulong Seed, IReadOnlyList<CurvePoint> First, IReadOnlyList<CurvePoint> Second)[] seeds =
            [
                .. method.Runs.Select(run => run.Seed).Intersect(other.Runs.Select(run => run.Seed)).Order()
                    .Select(seed => (seed, method.ErrorCurve(seed, measure), other.ErrorCurve(seed, measure)))
                    .Where(seed => CommonLabels.Count([seed.Item2, seed.Item3]) >= CommonLabels.Fewest),
            ];
            int count = CommonLabels.Count([.. seeds.SelectMany(seed => new[] { seed.First, seed.Second })]);
            return count < CommonLabels.Fewest ? [] : [.. seeds.Select(seed => Create(seed.Seed, [.. seed.First.Take(count)], [.. seed.Second.Take(count)]))];
        }

        private static Pair Create(ulong seed, CurvePoint[] first, CurvePoint[] second) => new(
            seed, first[^1].Labels, LearningCurve.Auc(second)!.Value - LearningCurve.Auc(first)!.Value, second[^1].Error - first[^1].Error);
    }
}
