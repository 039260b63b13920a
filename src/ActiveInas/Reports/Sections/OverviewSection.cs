using ActiveInas.Learning;
using ActiveInas.Reports.Figures;
using ActiveInas.Runs;
using ActiveInas.Statistics;

namespace ActiveInas.Reports.Sections;

/// <summary>One row a method: how far it got, how well, at what cost.</summary>
internal static class OverviewSection
{
    private const int LabelsColumn = 2;
    private const int AreaLabelsColumn = 11;

    public static Section Create(Comparison comparison)
    {
        object?[][] rows = [.. comparison.Methods.Select(method => Row(comparison, method))];
        FigureTable table = new(
            [
                "method", "seeds", "labels", "test accuracy", "standard error", "parameters", "mean test error", "its standard error", "95 % interval from", "to", "its seeds", "up to labels",
                "hours", "search share",
            ],
            rows);
        string uneven = Differ(rows, LabelsColumn) || Differ(rows, AreaLabelsColumn) ? " Rows up to different labels do not compare." : "";
        return new Section(
            "overview",
            "Overview",
            "Mean over seeds, with the standard error of the mean; accuracy and parameters of the last number of labels that all seeds reached."
            + FewSeeds.Note(comparison.Methods.Select(method => method.Runs.Count))
            + " The mean test error is the area under the error curve over its label span; less is better. It goes up to the last number of labels that all of its seeds reached: those with "
            + $"at least {CommonLabels.Fewest} label counts.{uneven} Intervals: bootstrap over seeds. Hours of all seeds: {CostSection.Seconds}")
        {
            Tables = [new NamedTable("overview", "Methods", table)],
        };
    }

    private static bool Differ(object?[][] rows, int column) => rows.Select(row => row[column]).OfType<int>().Distinct().Count() > 1;

    private static object?[] Row(Comparison comparison, Method method)
    {
        MethodPoint? parameters = method.Curve(round => round.Parameters).LastOrDefault(point => point.Values.Count == method.Runs.Count);
        MethodPoint? accuracy = method.Curve(round => round.Test?.Accuracy).LastOrDefault(point => point.Labels == parameters?.Labels && point.Values.Count == method.Runs.Count);
        IReadOnlyList<IReadOnlyList<CurvePoint>> curves = CommonLabels.Cut(method.Runs.Select(run => method.ErrorCurve(run.Seed)));
        double[] areas = [.. curves.Select(curve => LearningCurve.Auc(curve)!.Value)];
        Sample area = Sample.Of(areas);
        Interval? interval = Bootstrap.OfMean(areas);
        RoundCost[] costs = [.. method.Runs.SelectMany(run => Cost.Of(run.Run))];
        double seconds = costs.Sum(cost => cost.SearchSeconds + cost.TrainSeconds + cost.QuerySeconds);
        return
        [
            comparison.NameOf(method), method.Runs.Count, parameters?.Labels, accuracy?.Summary.Mean, accuracy?.Summary.StandardError,
            parameters is null ? null : (long)parameters.Summary.Mean, areas.Length == 0 ? null : area.Mean, area.StandardError, interval?.Low, interval?.High, areas.Length,
            areas.Length == 0 ? null : curves[0][^1].Labels, seconds / 3600, seconds > 0 ? costs.Sum(cost => cost.SearchSeconds) / seconds : null,
        ];
    }
}
