using ActiveInas.Learning;
using ActiveInas.Reports.Figures;
using ActiveInas.Statistics;

namespace ActiveInas.Reports.Sections;

/// <summary>Methods against each other, seed by seed.</summary>
internal static class PairSection
{
    /// <summary>Mean test errors that differ by less are a tie: about what 10,000 test images leave uncertain.</summary>
    public const double TieMargin = 0.002;

    public static Section? Create(Comparison comparison)
    {
        List<object?[]> rows = [];
        foreach (Panel panel in comparison.Panels)
        {
            for (int i = 0; i < panel.Lines.Count; i++)
            {
                for (int j = i + 1; j < panel.Lines.Count; j++)
                {
                    if (Pair.Of(panel.Lines[i].Method, panel.Lines[j].Method) is { Count: > 0 } pairs)
                    {
                        rows.Add(Row(panel.Name, panel.Lines[i].Name, panel.Lines[j].Name, pairs));
                    }
                }
            }
        }

        if (rows.Count == 0)
        {
            return null;
        }

        FigureTable table = new(
            [
                "panel", "method", "beside", "seeds", "up to labels", "mean test error less by", "95 % interval from", "to", "better", "tie", "worse", "sign test p", "signed-rank p",
                "accuracy at the end higher by",
            ],
            rows);
        int least = rows.Min(row => (int)row[3]!);
        string few = least < Sample.Few
            ? $" With {least} {(least == 1 ? "seed" : "seeds")} nothing here can be significant: the smallest possible p is {Math.Min(1, Math.Pow(2, 1 - least)):G3}, and the bootstrap interval is too narrow."
            : "";
        return new Section(
            "pairs",
            "Methods compared in pairs",
            "One seed fixes the initial labels of all methods, so they are compared seed by seed. Areas go up to the last number of labels that both reached. Intervals: paired bootstrap over "
            + $"seeds. A tie: mean test errors that differ by less than {TieMargin}. Tests are two-sided and exact, and not corrected for their number.{few}")
        {
            Tables = [new NamedTable("pairs", "Pairs", table)],
        };
    }

    private static object?[] Row(string panel, string name, string other, IReadOnlyList<Pair> pairs)
    {
        double[] gains = [.. pairs.Select(pair => pair.AreaGain)];
        Interval? interval = Bootstrap.OfMean(gains);
        return
        [
            panel, name, other, pairs.Count, pairs.Min(pair => pair.Labels), gains.Average(), interval?.Low, interval?.High,
            gains.Count(gain => gain >= TieMargin), gains.Count(gain => Math.Abs(gain) < TieMargin), gains.Count(gain => gain <= -TieMargin),
            PairedTests.Sign(gains), PairedTests.SignedRank(gains), pairs.Average(pair => pair.AccuracyGain),
        ];
    }

    /// <summary>Two methods under one seed.</summary>
    /// <param name="Seed">Shared.</param>
    /// <param name="Labels">The last number that both reached.</param>
    /// <param name="AreaGain">Mean test error of the second less that of the first: above 0 the first is better.</param>
    /// <param name="AccuracyGain">Accuracy of the first less that of the second at <paramref name="Labels"/>.</param>
    internal sealed record Pair(ulong Seed, int Labels, double AreaGain, double AccuracyGain)
    {
        /// <summary>All seeds that both have, with at least two label counts in common.</summary>
        public static IReadOnlyList<Pair> Of(Method method, Method other)
        {
            List<Pair> pairs = [];
            foreach (ulong seed in method.Runs.Select(run => run.Seed).Intersect(other.Runs.Select(run => run.Seed)).Order())
            {
                CurvePoint[] first = [.. method.ErrorCurve(seed)];
                CurvePoint[] second = [.. other.ErrorCurve(seed)];
                int common = first.Zip(second).TakeWhile(pair => pair.First.Labels == pair.Second.Labels).Count();
                if (common > 1)
                {
                    pairs.Add(new Pair(
                        seed,
                        first[common - 1].Labels,
                        LearningCurve.Auc(second[..common])!.Value - LearningCurve.Auc(first[..common])!.Value,
                        second[common - 1].Error - first[common - 1].Error));
                }
            }

            return pairs;
        }
    }
}
