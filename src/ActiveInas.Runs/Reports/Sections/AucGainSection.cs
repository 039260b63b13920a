using ActiveInas.Learning;
using ActiveInas.Runs.Reports.Figures;
using ActiveInas.Runs.Statistics;
using ActiveInas.Training;

namespace ActiveInas.Runs.Reports.Sections;

/// <summary>AUC-GAIN over the labels: figure 6b of the paper. Only where the same architecture was also trained on random points.</summary>
internal static class AucGainSection
{
    public static Section? Create(Comparison comparison)
    {
        Figure[] figures = [.. comparison.Panels.SelectMany(panel => ReportMeasure.All.Select(measure => Gains(comparison, panel, measure))).OfType<Figure>()];
        return figures.Length == 0
            ? null
            : new Section(
                "auc-gain",
                "Gain over random points",
                "AUC-GAIN(m) = (AUC of random points - AUC of the query) / AUC of random points, both areas under the test error (balanced: 1 - balanced accuracy) up to m labels, of the "
                + "same architecture and the same seed. Above 0 the query saves labels." + FewSeeds.Note(figures.SelectMany(figure => figure.Table.Rows).Select(row => (int)row[2]!)))
            {
                Figures = figures,
            };
    }

    /// <summary>The gain of each seed that both methods share, at each number of labels that both reached.</summary>
    public static IReadOnlyList<MethodPoint> Curve(Method active, Method passive, ErrorMeasure measure = ErrorMeasure.ZeroOne)
    {
        List<(int Labels, ulong Seed, double Gain)> gains = [];
        foreach (ulong seed in active.Runs.Select(run => run.Seed).Intersect(passive.Runs.Select(run => run.Seed)))
        {
            IReadOnlyList<CurvePoint> ours = active.ErrorCurve(seed, measure);
            IReadOnlyList<CurvePoint> random = passive.ErrorCurve(seed, measure);
            int common = ours.Zip(random).TakeWhile(pair => pair.First.Labels == pair.Second.Labels).Count();
            for (int i = 1; i < common; i++)
            {
                if (LearningCurve.AucGain(random, ours, ours[i].Labels) is { } gain)
                {
                    gains.Add((ours[i].Labels, seed, gain));
                }
            }
        }

        return [.. gains.GroupBy(gain => gain.Labels).OrderBy(group => group.Key)
            .Select(group => new MethodPoint(group.Key, group.ToDictionary(gain => gain.Seed, gain => gain.Gain)))];
    }

    private static Figure? Gains(Comparison comparison, Panel panel, ReportMeasure measure)
    {
        List<FigureSeries> series = [];
        List<object?[]> rows = [];
        foreach (PanelLine line in panel.Lines)
        {
            if (comparison.PassiveFor(line.Method) is not { } passive || Curve(line.Method, passive, measure.Measure) is not { Count: > 0 } curve)
            {
                continue;
            }

            // The paper draws the small network as an unbroken line here.
            Dash dash = line.Colour == Colour.Red ? Dash.Solid : line.Dash;
            series.Add(new FigureSeries(line.Name, Mark.Line, line.Colour, dash, [.. curve.Select(point => new FigurePoint(
                point.Labels,
                point.Summary.Mean,
                point.Summary.StandardError is null ? null : point.Summary.Low,
                point.Summary.StandardError is null ? null : point.Summary.High,
                $"{point.Summary.Count} seeds"))]));
            rows.AddRange(curve.Select(point => Row(line.Name, point)));
        }

        if (series.Count == 0)
        {
            return null;
        }

        int[] labels = [.. series.SelectMany(line => line.Points).Select(point => (int)point.X)];
        series.Add(new FigureSeries("no gain", Mark.Guide, Colour.Grey, Dash.Solid, [new FigurePoint(labels.Min(), 0), new FigurePoint(labels.Max(), 0)]));
        string name = measure == ReportMeasure.Accuracy ? "AUC-GAIN" : "Balanced AUC-GAIN";
        string title = comparison.Panels.Count > 1 ? $"{name}, {panel.Name}" : name;
        return new Figure(
            $"{measure.Prefix}auc-gain-{panel.Key}", title, "Mean over the seeds that both share; the band is one standard error.", new FigureAxis("labels"), new FigureAxis("AUC-GAIN", Format: NumberFormat.Percent), series)
        {
            Table = new FigureTable(["method", "labels", "seeds", "AUC-GAIN", "standard error", "95 % interval from", "to"], rows),
        };
    }

    private static object?[] Row(string name, MethodPoint point)
    {
        Interval? interval = Bootstrap.OfMean([.. point.Values.OrderBy(pair => pair.Key).Select(pair => pair.Value)]);
        return [name, point.Labels, point.Summary.Count, point.Summary.Mean, point.Summary.StandardError, interval?.Low, interval?.High];
    }
}
