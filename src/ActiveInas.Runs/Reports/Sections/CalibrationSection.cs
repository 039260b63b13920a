using ActiveInas.Runs.Output;
using ActiveInas.Runs.Reports.Figures;
using ActiveInas.Training;

namespace ActiveInas.Runs.Reports.Sections;

/// <summary>Whether the probabilities mean what they say: reliability diagrams and the calibration error over the labels.</summary>
internal static class CalibrationSection
{
    public static Section? Create(Comparison comparison)
    {
        List<Figure> figures = [];
        foreach (Panel panel in comparison.Panels)
        {
            string suffix = comparison.Panels.Count > 1 ? $", {panel.Name}" : "";
            if (Reliability(panel, suffix) is { } diagram)
            {
                figures.Add(diagram);
            }

            Figure errors = CurveSection.Of(
                panel, $"calibration-{panel.Key}", $"Calibration error{suffix}", "Expected calibration error on the test part over 15 bins of the maximal probability: the mean over seeds; the band is one standard error.",
                new FigureAxis(RoundMetrics.CalibrationError.Title, Format: NumberFormat.Percent), RoundMetrics.CalibrationError.Of);
            figures.AddRange(errors.Series.Count > 0 ? [errors] : []);
        }

        return figures.Count == 0
            ? null
            : new Section("calibration", "Calibration", "Of all predictions that are 80 % sure, 80 % should be right: below the diagonal the network is too sure of itself.") { Figures = figures };
    }

    private static Figure? Reliability(Panel panel, string suffix)
    {
        List<FigureSeries> series = [];
        List<object?[]> rows = [];
        foreach (PanelLine line in panel.Lines)
        {
            // Bins of all seeds together: each image counts once.
            CalibrationBin[][] runs = [.. line.Method.Runs.Select(run => run.Run.Rounds[^1].Test?.Calibration.ToArray() ?? []).Where(bins => bins.Length > 0)];
            if (runs.Length == 0)
            {
                continue;
            }

            List<FigurePoint> points = [];
            for (int b = 0; b < runs.Max(bins => bins.Length); b++)
            {
                CalibrationBin[] filled = [.. runs.Where(bins => b < bins.Length && bins[b].Count > 0).Select(bins => bins[b])];
                int count = filled.Sum(bin => bin.Count);
                if (count > 0)
                {
                    double confidence = filled.Sum(bin => bin.Count * bin.Confidence) / count;
                    double accuracy = filled.Sum(bin => bin.Count * bin.Accuracy) / count;
                    points.Add(new FigurePoint(confidence, accuracy, Note: $"{count:N0} predictions"));
                    rows.Add([line.Name, b + 1, count, confidence, accuracy]);
                }
            }

            series.Add(new FigureSeries(line.Name, Mark.Line, line.Colour, line.Dash, points));
        }

        if (series.Count == 0)
        {
            return null;
        }

        series.Add(new FigureSeries("perfect", Mark.Guide, Colour.Grey, Dash.Solid, [new FigurePoint(0, 0), new FigurePoint(1, 1)]));
        return new Figure(
            $"reliability-{panel.Key}", $"Reliability{suffix}", "Test images after the last round of all seeds, by the probability of the predicted class (15 bins).",
            new FigureAxis("confidence", Format: NumberFormat.Percent, Min: 0, Max: 1), new FigureAxis("share that is right", Format: NumberFormat.Percent, Min: 0, Max: 1), series)
        {
            Table = new FigureTable(["method", "bin", "predictions", "mean confidence", "share that is right"], rows),
        };
    }
}
