using ActiveInas.Learning;
using ActiveInas.Runs.Output;
using ActiveInas.Runs.Reports.Figures;
using ActiveInas.Runs.Statistics;

namespace ActiveInas.Runs.Reports.Sections;

/// <summary>Learning curves: figures 2 to 5 of the paper.</summary>
internal static class CurveSection
{
    public static Section Create(Comparison comparison) => new(
        "curves",
        "Learning curves",
        "Test accuracy over the number of labels, and balanced accuracy, in which every class counts alike: the mean over seeds, with a band of one standard error to each side. "
        + "Where classes are unequal only the balanced one says whether the rare ones are recognised. The test part is read once a round and steers nothing.")
    {
        Figures = [.. comparison.Panels.SelectMany(panel => ReportMeasure.All.Select(measure => Curves(panel, measure, comparison.Panels.Count > 1))).Where(figure => figure.Series.Count > 0)],
    };

    /// <summary>A value of the rounds over the labels, a line a method.</summary>
    public static Figure Of(Panel panel, string id, string title, string caption, FigureAxis y, Func<RoundRecord, double?> value)
    {
        List<FigureSeries> series = [];
        List<object?[]> rows = [];
        foreach (PanelLine line in panel.Lines)
        {
            IReadOnlyList<MethodPoint> curve = line.Method.Curve(value);
            if (curve.Count == 0)
            {
                continue;
            }

            series.Add(new FigureSeries(line.Name, Mark.Line, line.Colour, line.Dash, [.. curve.Select(Point)]));
            rows.AddRange(curve.Select(point => new object?[]
            {
                line.Name, point.Labels, point.Summary.Count, point.Summary.Mean, point.Summary.StandardError, string.Join(' ', point.Values.Keys.Order()),
            }));
        }

        // A mean over fewer seeds may jump where the others have not got yet.
        string uneven = panel.Lines.Any(line => line.Method.Curve(value).Select(point => point.Values.Count).Distinct().Count() > 1)
            ? " Some points rest on fewer seeds than others: see the table."
            : "";
        return new Figure(id, title, caption + FewSeeds.Note(rows.Select(row => (int)row[2]!)) + uneven, new FigureAxis("labels"), y, series)
        {
            Table = new FigureTable(["method", "labels", "seeds", y.Title, "standard error", "which seeds"], rows),
        };
    }

    private static Figure Curves(Panel panel, ReportMeasure measure, bool isOneOfMany)
    {
        string name = char.ToUpperInvariant(measure.Metric.Title[0]) + measure.Metric.Title[1..];
        string title = isOneOfMany ? $"{name}, {panel.Name}" : name;
        Figure figure = Of(
            panel, $"{measure.Prefix}curve-{panel.Key}", title, "Mean over seeds; the band is one standard error.",
            new FigureAxis(measure.Metric.Title, Format: NumberFormat.Percent), measure.Metric.Of);
        return measure == ReportMeasure.Accuracy && figure.Series.Count > 0 && Majority(panel) is { } share ? WithGuide(figure, share) : figure;
    }

    // What guessing the largest class of the test part gets; null where it was not recorded or differs between runs.
    private static double? Majority(Panel panel)
    {
        double?[] shares = [.. panel.Lines.SelectMany(line => line.Method.Runs).SelectMany(run => run.Run.Rounds).Select(RoundMetrics.MajorityShare.Of).Distinct()];
        return shares.Length == 1 ? shares[0] : null;
    }

    private static Figure WithGuide(Figure figure, double share)
    {
        double[] labels = [.. figure.Series.SelectMany(line => line.Points).Select(point => point.X)];
        FigurePoint[] ends = [new FigurePoint(labels.Min(), share), new FigurePoint(labels.Max(), share)];
        return figure with
        {
            Caption = $"{figure.Caption} The thin line is the share of the largest class of the test part, {NumberText.Share(share)}: what guessing it always gets.",
            Series = [.. figure.Series, new FigureSeries("largest class", Mark.Guide, Colour.Grey, Dash.Solid, ends)],
        };
    }

    private static FigurePoint Point(MethodPoint point)
    {
        Sample summary = point.Summary;
        string note = summary.StandardError is { } error ? $"{summary.Count} seeds, standard error {error:G2}" : "1 seed";
        return summary.StandardError is null
            ? new FigurePoint(point.Labels, summary.Mean, Note: note)
            : new FigurePoint(point.Labels, summary.Mean, summary.Low, summary.High, note);
    }
}
