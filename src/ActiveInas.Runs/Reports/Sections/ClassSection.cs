using ActiveInas.Runs.Reports.Figures;
using ActiveInas.Runs.Statistics;
using ActiveInas.Training;

namespace ActiveInas.Runs.Reports.Sections;

/// <summary>Classes: how many labels each got, and how well each is recognised.</summary>
internal static class ClassSection
{
    /// <summary>More classes make no readable picture: the table holds them all.</summary>
    private const int MostShown = 30;

    public static Section Create(Comparison comparison)
    {
        List<Figure> figures = [];
        foreach (Panel panel in comparison.Panels)
        {
            string suffix = comparison.Panels.Count > 1 ? $", {panel.Name}" : "";
            IReadOnlyList<string> classes = panel.Lines[0].Method.Runs[0].Run.Classes;
            PanelLine[] lines = [.. panel.Lines.Where(line => line.Method.Runs[0].Run.Classes.SequenceEqual(classes))];
            figures.Add(Bars(
                lines, classes, $"picked-{panel.Key}", $"Labels of each class{suffix}", "Labels at the end of the runs, mean over seeds: what the query picked, and what was drawn at the start.",
                new FigureAxis("labels", Min: 0), Picked));
            figures.Add(Bars(
                lines, classes, $"classes-{panel.Key}", $"Accuracy of each class{suffix}", "Share of right predictions among the test images of each class after the last round, mean over seeds.",
                new FigureAxis("test accuracy", Format: NumberFormat.Percent, Min: 0), Recognised));
            figures.Add(WithImages(panel, Bars(
                lines, classes, $"predicted-{panel.Key}", $"Predictions of each class{suffix}",
                "Share of the test images that the model of the last round takes for each class, mean over seeds, beside the share that is of the class: a class without a bar is never predicted.",
                new FigureAxis("share of the test images", Format: NumberFormat.Percent, Min: 0), Predicted)));
        }

        return new Section("classes", "Classes", "Which classes the queries asked for, what the models predict, and how well each class is recognised in the end. "
            + "A class that a model never predicts got too few labels or too little training: the documentation (docs/imbalance.md) says what to do.")
        {
            Tables = ClassTables.Of(comparison),
            Figures = [.. figures.Where(figure => figure.Table.Rows.Count > 0)],
        };
    }

    private static Figure Bars(
        PanelLine[] lines, IReadOnlyList<string> classes, string id, string title, string caption, FigureAxis y, Func<ReportRun, int, double?> value)
    {
        List<FigureSeries> series = [];
        List<object?[]> rows = [];
        int shown = Math.Min(classes.Count, MostShown);
        foreach (PanelLine line in lines)
        {
            Sample[] samples = [.. classes.Select((_, c) => Sample.Of([.. line.Method.Runs.Select(run => value(run, c)).OfType<double>()]))];
            if (samples.All(sample => sample.Count == 0))
            {
                continue;
            }

            rows.AddRange(samples.Select((sample, c) => new object?[] { line.Name, classes[c], sample.Count, sample.Mean, sample.StandardError }));
            series.Add(new FigureSeries(line.Name, Mark.Bar, line.Colour, line.Dash, [.. samples.Take(shown).Select((sample, c) => new FigurePoint(
                c, sample.Count == 0 ? null : sample.Mean, Note: sample.StandardError is { } error ? $"standard error {(error < 100 ? error.ToString("G2") : error.ToString("N0"))}" : null))]));
        }

        string more = classes.Count > shown ? $" The first {shown} of {classes.Count} classes are drawn." : "";
        return new Figure(id, title, caption + more, new FigureAxis("", AxisScale.Category, Categories: [.. classes.Take(shown)]), y, series)
        {
            Table = new FigureTable(["method", "class", "seeds", y.Title, "standard error"], rows),
        };
    }

    // What the predictions would be if all were right.
    private static Figure WithImages(Panel panel, Figure figure)
    {
        int[] images = [.. panel.Lines[0].Method.Runs[0].Run.Rounds[^1].Test?.Classes.Select(result => result.Images) ?? []];
        return figure.Series.Count == 0 || images.Length == 0
            ? figure
            : figure with
            {
                Series =
                [
                    new FigureSeries(
                        "test images", Mark.Bar, Colour.Grey, Dash.Solid, [.. figure.X.Categories!.Select((_, c) => new FigurePoint(c, (double)images[c] / Math.Max(1, images.Sum())))]),
                    .. figure.Series,
                ],
            };
    }

    private static double? Predicted(ReportRun run, int index)
        => run.Run.Rounds[^1].Test is { Count: > 0 } test && index < test.Classes.Count ? (double)test.Classes[index].Predicted / test.Count : null;

    /// <summary>Labels of a class at the end of a run.</summary>
    internal static double? Picked(ReportRun run, int index)
        => run.Run.ClassLabels.TryGetValue(run.Run.Rounds[^1].Round, out IReadOnlyList<int>? counts) ? counts[index] : null;

    private static double? Recognised(ReportRun run, int index)
        => run.Run.Rounds[^1].Test is Evaluation test && double.IsFinite(test.ClassAccuracy[index]) ? test.ClassAccuracy[index] : null;
}
