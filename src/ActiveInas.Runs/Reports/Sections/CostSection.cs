using ActiveInas.Runs.Output;
using ActiveInas.Runs.Reports.Figures;
using ActiveInas.Runs.Statistics;

namespace ActiveInas.Runs.Reports.Sections;

/// <summary>Accuracy over what it cost.</summary>
internal static class CostSection
{
    /// <summary>What the seconds are, after a colon.</summary>
    public const string Seconds = "those of searches, trainings and queries; the passes over the test part and the choice of the initial points are not in them.";

    private const string Flops = "a training step costs three forward passes of its batch; passes without training (validation, queries, test) are not in them.";

    public static Section Create(Comparison comparison)
    {
        List<Figure> figures = [];
        foreach (Panel panel in comparison.Panels)
        {
            string suffix = comparison.Panels.Count > 1 ? $", {panel.Name}" : "";
            figures.Add(Curve(
                panel, $"cost-seconds-{panel.Key}", $"Accuracy over time{suffix}", $"Mean over seeds. Seconds: {Seconds} Runs that shared the machine with others took longer than alone.",
                new FigureAxis("time so far", Format: NumberFormat.Duration), cost => cost.SearchSeconds + cost.TrainSeconds, cost => cost.QuerySeconds));
            figures.Add(Curve(
                panel, $"cost-flops-{panel.Key}", $"Accuracy over arithmetic{suffix}", $"Mean over seeds. FLOPs of searches and trainings: {Flops}",
                new FigureAxis("FLOPs so far", AxisScale.Logarithmic, NumberFormat.Short), cost => cost.SearchFlops + cost.TrainFlops, _ => 0));
        }

        figures.Add(Shares(comparison));
        return new Section("cost", "Cost", "What the labels saved was paid for with computing: accuracy over time and over arithmetic, and the share that the search took.")
        {
            Figures = [.. figures.Where(figure => figure.Series.Any(series => series.Points.Count > 0))],
        };
    }

    private static Figure Curve(
        Panel panel, string id, string title, string caption, FigureAxis x, Func<RoundCost, double> before, Func<RoundCost, double> after)
    {
        List<FigureSeries> series = [];
        List<object?[]> rows = [];
        foreach (PanelLine line in panel.Lines)
        {
            List<FigurePoint> points = [];
            Dictionary<int, double> balanced = line.Method.Curve(RoundMetrics.BalancedAccuracy.Of).ToDictionary(point => point.Labels, point => point.Summary.Mean);
            foreach (MethodPoint point in line.Method.Curve(RoundMetrics.Accuracy.Of))
            {
                Sample cost = Sample.Of([.. line.Method.Runs.Where(run => point.Values.ContainsKey(run.Seed)).Select(run => Until(run, point.Labels, before, after))]);
                points.Add(new FigurePoint(cost.Mean, point.Summary.Mean, Note: $"{point.Labels:N0} {Counted.Word(point.Labels, "label")}"));
                rows.Add([line.Name, point.Labels, point.Summary.Count, cost.Mean, point.Summary.Mean, balanced.TryGetValue(point.Labels, out double mean) ? mean : null]);
            }

            series.Add(new FigureSeries(line.Name, Mark.Line, line.Colour, line.Dash, points));
        }

        return new Figure(id, title, caption + FewSeeds.Note(rows.Select(row => (int)row[2]!)), x, new FigureAxis("test accuracy", Format: NumberFormat.Percent), series)
        {
            Table = new FigureTable(["method", "labels", "seeds", x.Title, RoundMetrics.Accuracy.Title, RoundMetrics.BalancedAccuracy.Title], rows),
        };
    }

    private static double Until(ReportRun run, int labels, Func<RoundCost, double> before, Func<RoundCost, double> after)
    {
        int last = run.Run.Rounds.First(round => round.Labels == labels).Round;
        return Cost.Of(run.Run).Where(cost => cost.Round <= last).Sum(cost => before(cost) + (cost.Round < last ? after(cost) : 0));
    }

    private static Figure Shares(Comparison comparison)
    {
        (string Name, Colour Colour, Func<RoundCost, double> Seconds)[] parts =
        [
            ("search", Colour.Orange, cost => cost.SearchSeconds),
            ("training", Colour.Blue, cost => cost.TrainSeconds),
            ("query", Colour.Teal, cost => cost.QuerySeconds),
        ];
        string[] names = [.. comparison.Methods.Select(comparison.NameOf)];
        double[][] seconds = [.. comparison.Methods.Select(method => parts.Select(part => method.Runs.Sum(run => Cost.Of(run.Run).Sum(part.Seconds))).ToArray())];
        return new Figure(
            "cost-shares",
            "Where the time went",
            $"Share of the seconds over all seeds: {Seconds}{FewSeeds.Note(comparison.Methods.Select(method => method.Runs.Count))}",
            new FigureAxis("", AxisScale.Category, Categories: names),
            new FigureAxis("share of the time", Format: NumberFormat.Percent, Min: 0, Max: 1),
            [.. parts.Select((part, p) => new FigureSeries(part.Name, Mark.StackedBar, part.Colour, Dash.Solid, [.. seconds.Select((method, m) => new FigurePoint(
                m, method.Sum() > 0 ? method[p] / method.Sum() : null, Note: NumberText.Duration(method[p])))]))])
        {
            Table = new FigureTable(
                ["method", "seeds", "search, s", "training, s", "query, s"],
                [.. names.Select((name, m) => new object?[] { name, comparison.Methods[m].Runs.Count, seconds[m][0], seconds[m][1], seconds[m][2] })]),
        };
    }
}
