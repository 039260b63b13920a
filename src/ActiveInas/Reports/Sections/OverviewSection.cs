using ActiveInas.Learning;
using ActiveInas.Reports.Figures;
using ActiveInas.Runs;
using ActiveInas.Statistics;

namespace ActiveInas.Reports.Sections;

/// <summary>One row a method: how far it got, how well, at what cost.</summary>
internal static class OverviewSection
{
    public static Section Create(Comparison comparison)
    {
        FigureTable table = new(
            [
                "method", "seeds", "labels", "test accuracy", "standard error", "mean test error", "its standard error", "parameters", "hours", "search share",
            ],
            [.. comparison.Methods.Select(method => Row(comparison, method))]);
        int least = comparison.Methods.Min(method => method.Runs.Count);
        string few = least < Sample.Few ? $" Few seeds ({least} at least): differences may be chance." : "";
        return new Section("overview", "Overview", $"Mean over seeds, with the standard error of the mean; accuracy and parameters of the last round.{few} The mean test error is the area under the error curve over its label span; less is better.")
        {
            Tables = [new NamedTable("overview", "Methods", table)],
        };
    }

    private static object?[] Row(Comparison comparison, Method method)
    {
        // Of the last label count that all seeds reached.
        MethodPoint? last = method.Curve(round => round.Test?.Accuracy).LastOrDefault(point => point.Values.Count == method.Runs.Count);
        double[] areas = [.. method.Runs.Select(run => run.Run.Auc).OfType<double>()];
        Sample auc = Sample.Of(areas);
        RoundRecord[] ends = [.. method.Runs.Select(run => run.Run.Rounds[^1])];
        double seconds = method.Runs.Sum(run => Cost.Of(run.Run).Sum(cost => cost.SearchSeconds + cost.TrainSeconds + cost.QuerySeconds));
        double search = method.Runs.Sum(run => Cost.Of(run.Run).Sum(cost => cost.SearchSeconds));
        return
        [
            comparison.NameOf(method), method.Runs.Count, last?.Labels ?? ends.Max(round => round.Labels), last?.Summary.Mean, last?.Summary.StandardError,
            areas.Length == 0 ? null : auc.Mean, auc.StandardError, (long)ends.Average(round => round.Parameters), seconds / 3600, seconds > 0 ? search / seconds : null,
        ];
    }
}
