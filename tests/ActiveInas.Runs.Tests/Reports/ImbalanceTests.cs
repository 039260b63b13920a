using ActiveInas.Runs.Reports;
using ActiveInas.Runs.Reports.Figures;
using ActiveInas.Runs.Reports.Sections;
using ActiveInas.Runs.Tests.Support;

namespace ActiveInas.Runs.Tests.Reports;

/// <summary>What a report says where classes are unequal: 900 test images of cats, 100 of dogs.</summary>
public sealed class ImbalanceTests
{
    // Active: 0.9 of the cats and half, then 0.8 of the dogs. Random: cats alone, then 0.9 and 0.1.
    private static readonly Comparison s_comparison = Curves.Compare(
        Curves.Uneven(Curves.Run("coreset", "search", 1, 0, 0), (0.9, 0.5), (0.9, 0.8)), Curves.Uneven(Curves.Run("random", "search", 1, 0, 0), (1, 0), (0.9, 0.1)));

    [Fact]
    public void Balanced_accuracy_stands_beside_the_accuracy_in_the_overview()
    {
        IReadOnlyList<NamedTable> tables = OverviewSection.Create(s_comparison).Tables;
        Assert.Equal(["overview", "balanced-overview"], tables.Select(table => table.Id));
        Dictionary<string, object?> plain = Row(tables[0].Table, 1);
        Assert.Equal((0.82, 0.5), ((double)plain["test accuracy"]!, (double)plain["balanced accuracy"]!));

        Dictionary<string, object?> random = Row(tables[1].Table, 1);
        Assert.Equal((0.82, 0.9), ((double)random["test accuracy"]!, (double)random["largest class"]!));

        // Cats: 810 of 900 right, 900 predictions; dogs: 10 of 100, 100 predictions.
        Assert.Equal((0.9 + 0.1) / 2, (double)random["macro F1"]!, 12);
        Assert.Equal(0.5, (double)random["mean balanced error"]!, 12);
        Assert.Equal((0.3 + 0.15) / 2, (double)Row(tables[1].Table, 0)["mean balanced error"]!, 12);
    }

    [Fact]
    public void Curves_gains_and_pairs_are_drawn_for_both_accuracies()
    {
        Figure[] curves = [.. CurveSection.Create(s_comparison).Figures];
        Assert.Equal(["curve-coreset", "balanced-curve-coreset", "curve-random", "balanced-curve-random"], curves.Select(figure => figure.Id));
        Assert.Equal([0.5, 0.5], curves[3].Series[0].Points.Select(point => point.Y!.Value));
        Assert.Equal(0.9, curves[0].Series.Single(series => series.Name == "largest class").Points[0].Y);

        // Areas under the balanced error: 0.5 and 0.225, under the 0-1 error: (0.1 + 0.18) / 2 and (0.14 + 0.11) / 2.
        Figure[] gains = [.. AucGainSection.Create(s_comparison)!.Figures];
        Assert.Equal(["auc-gain-coreset", "balanced-auc-gain-coreset"], gains.Select(figure => figure.Id));
        Assert.Equal((0.14 - 0.125) / 0.14, (double)gains[0].Table.Rows[0][3]!, 11);
        Assert.Equal((0.5 - 0.225) / 0.5, (double)gains[1].Table.Rows[0][3]!, 11);

        IReadOnlyList<NamedTable> pairs = PairSection.Create(s_comparison)!.Tables;
        Assert.Equal(["pairs", "balanced-pairs"], pairs.Select(table => table.Id));
        Assert.Equal(0.5 - 0.225, (double)Row(pairs[1].Table, 0)["mean balanced error less by"]!, 11);
        Assert.Equal(0.85 - 0.5, (double)Row(pairs[1].Table, 0)["balanced accuracy at the end higher by"]!, 11);
    }

    [Fact]
    public void The_classes_have_predictions_precision_and_F1_and_those_never_predicted_are_named()
    {
        ReportRun collapsed = Curves.Run("random", "search", 2, 0.5);
        collapsed = collapsed with { Run = collapsed.Run with { Rounds = [collapsed.Run.Rounds[0] with { NeverPredicted = [1] }] } };
        Section section = ClassSection.Create(Curves.Compare(Curves.Uneven(Curves.Run("coreset", "search", 1, 0), (0.9, 0.5)), collapsed));
        Assert.Equal(["never-predicted", "class-results"], section.Tables.Select(table => table.Id));
        Assert.Equal("dog", Row(section.Tables[0].Table, 0)["never predicted"]);
        Dictionary<string, object?> dogs = Row(section.Tables[1].Table, 1);
        Assert.Equal(("dog", 100.0, 140.0, 0.5), (dogs["class"], (double)dogs["test images"]!, (double)dogs["predictions"]!, (double)dogs["test accuracy"]!));
        Assert.Equal(50.0 / 140, (double)dogs["precision"]!, 12);
        Assert.Equal(100.0 / 240, (double)dogs["F1"]!, 12);
        Figure predicted = section.Figures.Single(figure => figure.Id == "predicted-coreset");
        Assert.Equal([0.9, 0.1], predicted.Series[0].Points.Select(point => point.Y!.Value));
        Assert.Equal([0.86, 0.14], predicted.Series[1].Points.Select(point => point.Y!.Value));
    }

    [Fact]
    public async Task A_collapsed_model_is_a_note_at_the_top()
    {
        ReportRun collapsed = Curves.Run("random", "search", 2, 0.5, 0.5);
        collapsed = collapsed with { Run = collapsed.Run with { Rounds = [collapsed.Run.Rounds[0], collapsed.Run.Rounds[1] with { NeverPredicted = [1] }] } };
        ReportInput Input(params ReportRun[] runs) => new() { Title = "t", Command = "ainas", Varying = ["query", "architecture"], Runs = runs };
        Report one = await Report.CreateAsync(Input(collapsed), parts: FakeBackend.Parts());
        Assert.StartsWith("round 2: the model never predicts 1 of its 2 classes (dog)", Assert.Single(one.Notes), StringComparison.Ordinal);
        Assert.Contains("never predicts 1 of its 2 classes (dog)", HtmlReport.Page(one), StringComparison.Ordinal);

        ReportRun[] many = [.. Enumerable.Range(1, 7).Select(seed => collapsed with { Run = collapsed.Run with { Configuration = collapsed.Run.Configuration with { Seed = (ulong)seed } } })];
        Report several = await Report.CreateAsync(Input(many), parts: FakeBackend.Parts());
        Assert.Equal(5, several.Notes.Count);
        Assert.StartsWith("random, active-iNAS, seed 1: round 2:", several.Notes[0], StringComparison.Ordinal);
        Assert.StartsWith("3 more runs", several.Notes[4], StringComparison.Ordinal);
    }

    private static Dictionary<string, object?> Row(FigureTable table, int index)
        => table.Columns.Zip(table.Rows[index]).DistinctBy(cell => cell.First).ToDictionary(cell => cell.First, cell => cell.Second);
}
