using ActiveInas.Learning;
using ActiveInas.Runs.Output;
using ActiveInas.Runs.Reports.Figures;
using ActiveInas.Runs.Statistics;

namespace ActiveInas.Runs.Reports.Sections;

/// <summary>One row a method: how far it got, how well, at what cost.</summary>
internal static class OverviewSection
{
    private const string Labels = "labels";
    private const string AreaLabels = "up to labels";

    public static Section Create(Comparison comparison)
    {
        FigureTable table = new(
            [
                "method", "seeds", Labels, "test accuracy", "standard error", "balanced accuracy", "parameters", "mean test error", "its standard error", "95 % interval from", "to", "its seeds",
                AreaLabels, "hours", "search share",
            ],
            [.. comparison.Methods.Select(method => Row(comparison, method))]);
        FigureTable balanced = new(
            [
                "method", "seeds", Labels, "test accuracy", "largest class", "balanced accuracy", "standard error", "macro F1", "mean balanced error", "its standard error",
                "95 % interval from", "to", "its seeds", AreaLabels,
            ],
            [.. comparison.Methods.Select(method => BalancedRow(comparison, method))]);
        string uneven = Differ(table, Labels) || Differ(table, AreaLabels) ? " Rows up to different labels do not compare." : "";
        return new Section(
            "overview",
            "Overview",
            "Mean over seeds, with the standard error of the mean; accuracy and parameters of the last number of labels that all seeds reached."
            + FewSeeds.Note(comparison.Methods.Select(method => method.Runs.Count))
            + " The mean test error is the area under the error curve over its label span; less is better. It goes up to the last number of labels that all of its seeds reached: those with "
            + $"at least {CommonLabels.Fewest} label counts.{uneven} Intervals: bootstrap over seeds. Hours of all seeds: {CostSection.Seconds} "
            + "The second table weighs all classes alike: balanced accuracy is the mean accuracy of the classes, the balanced error what it lacks to 1. Where the accuracy is not far above the "
            + "share of the largest class, the model knows little but that class.")
        {
            Tables = [new NamedTable("overview", "Methods", table), new NamedTable("balanced-overview", "Methods, all classes weighed alike", balanced)],
        };
    }

    private static bool Differ(FigureTable table, string column)
    {
        int index = table.Columns.ToList().IndexOf(column);
        return table.Rows.Select(row => row[index]).OfType<int>().Distinct().Count() > 1;
    }

    private static object?[] Row(Comparison comparison, Method method)
    {
        MethodPoint? parameters = Last(method, RoundMetrics.Parameters, null);
        Sample? accuracy = Last(method, RoundMetrics.Accuracy, parameters)?.Summary;
        RoundCost[] costs = [.. method.Runs.SelectMany(run => Cost.Of(run.Run))];
        double seconds = costs.Sum(cost => cost.SearchSeconds + cost.TrainSeconds + cost.QuerySeconds);
        return
        [
            comparison.NameOf(method), method.Runs.Count, parameters?.Labels, accuracy?.Mean, accuracy?.StandardError, Last(method, RoundMetrics.BalancedAccuracy, parameters)?.Summary.Mean,
            parameters is null ? null : (long)parameters.Summary.Mean, .. Area(method, ReportMeasure.Accuracy), seconds / 3600, seconds > 0 ? costs.Sum(cost => cost.SearchSeconds) / seconds : null,
        ];
    }

    private static object?[] BalancedRow(Comparison comparison, Method method)
    {
        MethodPoint? end = Last(method, RoundMetrics.Parameters, null);
        Sample? Of(RoundMetric metric) => Last(method, metric, end)?.Summary;
        Sample? balanced = Of(RoundMetrics.BalancedAccuracy);
        return
        [
            comparison.NameOf(method), method.Runs.Count, end?.Labels, Of(RoundMetrics.Accuracy)?.Mean, Of(RoundMetrics.MajorityShare)?.Mean, balanced?.Mean, balanced?.StandardError,
            Of(RoundMetrics.MacroF1)?.Mean, .. Area(method, ReportMeasure.Balanced),
        ];
    }

    /// <summary>The point of the last number of labels that all seeds reached, or of that of another point.</summary>
    private static MethodPoint? Last(Method method, RoundMetric metric, MethodPoint? at)
        => method.Curve(metric.Of).LastOrDefault(point => point.Values.Count == method.Runs.Count && (at is null || point.Labels == at.Labels));

    /// <summary>Mean error, its standard error, interval, seeds, and up to which labels.</summary>
    private static object?[] Area(Method method, ReportMeasure measure)
    {
        IReadOnlyList<IReadOnlyList<CurvePoint>> curves = CommonLabels.Cut(method.Runs.Select(run => method.ErrorCurve(run.Seed, measure.Measure)));
        double[] areas = [.. curves.Select(curve => LearningCurve.Auc(curve)!.Value)];
        Sample area = Sample.Of(areas);
        Interval? interval = Bootstrap.OfMean(areas);
        return [areas.Length == 0 ? null : area.Mean, area.StandardError, interval?.Low, interval?.High, areas.Length, areas.Length == 0 ? null : curves[0][^1].Labels];
    }
}
