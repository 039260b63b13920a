using ActiveInas.Reports;
using ActiveInas.Reports.Figures;
using ActiveInas.Reports.Sections;

namespace ActiveInas.Tests.Reports;

public sealed class ComparisonTests
{
    [Fact]
    public void Panels_are_query_functions_and_lines_are_architectures_in_the_colours_of_the_paper()
    {
        Comparison comparison = Curves.Compare(
            Curves.Run("softmax-response", "search", 2, 0.5, 0.4),
            Curves.Run("softmax-response", "search", 1, 0.5, 0.4),
            Curves.Run("softmax-response", "A(2,4)", 1, 0.6, 0.5),
            Curves.Run("softmax-response", "A(1,2)", 1, 0.6, 0.5),
            Curves.Run("random", "A(1,2)", 1, 0.6, 0.55));

        Assert.Equal(["softmax-response", "random"], comparison.Panels.Select(panel => panel.Name));
        Assert.Equal(
            [("active-iNAS", Colour.Ink, Dash.Solid), ("Resnet-18", Colour.Blue, Dash.Dashed), ("A(1,2)", Colour.Red, Dash.Dashed)],
            comparison.Panels[0].Lines.Select(line => (line.Name, line.Colour, line.Dash)));
        Assert.Equal([1ul, 2ul], comparison.Panels[0].Lines[0].Method.Runs.Select(run => run.Seed));
        Assert.Equal("softmax-response, Resnet-18", comparison.NameOf(comparison.Methods[1]));
    }

    [Fact]
    public void With_one_architecture_lines_are_query_functions()
    {
        ReportInput input = new()
        {
            Title = "queries",
            Command = "ainas",
            Varying = ["query"],
            Runs = [.. new[] { "softmax-response", "mc-dropout", "coreset", "random" }.Select(query => Curves.Run(query, "search", 1, 0.5, 0.4) with { Settings = [query] })],
        };
        Panel panel = Assert.Single(new Comparison(input).Panels);
        Assert.Equal(
            [("softmax-response", Colour.Ink, Dash.Solid), ("mc-dropout", Colour.Red, Dash.Dashed), ("coreset", Colour.Blue, Dash.Dashed), ("random", Colour.Grey, Dash.Dotted)],
            panel.Lines.Select(line => (line.Name, line.Colour, line.Dash)));
    }

    [Fact]
    public void A_curve_has_mean_and_standard_error_over_the_seeds_that_got_there()
    {
        Comparison comparison = Curves.Compare(
            Curves.Run("coreset", "search", 1, 0.5, 0.3), Curves.Run("coreset", "search", 2, 0.6, 0.4), Curves.Run("coreset", "search", 3, 0.7));
        Figure figure = Assert.Single(CurveSection.Create(comparison).Figures);
        IReadOnlyList<FigurePoint> points = Assert.Single(figure.Series).Points;
        Assert.Equal([100, 200], points.Select(point => point.X));
        Assert.Equal(0.4, points[0].Y!.Value, 12);
        Assert.Equal(0.1 / Math.Sqrt(3), (points[0].High!.Value - points[0].Low!.Value) / 2, 12);
        Assert.Equal(0.65, points[1].Y!.Value, 12);
        Assert.Equal((2, "1 2"), ((int)figure.Table.Rows[1][2]!, (string)figure.Table.Rows[1][5]!));
        Assert.Contains("Few seeds (3)", figure.Caption, StringComparison.Ordinal);
    }

    [Fact]
    public void One_seed_has_no_band_and_says_so()
    {
        Figure figure = Assert.Single(CurveSection.Create(Curves.Compare(Curves.Run("coreset", "search", 1, 0.5, 0.3))).Figures);
        Assert.All(Assert.Single(figure.Series).Points, point => Assert.Null(point.Low));
        Assert.Contains("One seed", figure.Caption, StringComparison.Ordinal);
    }

    [Fact]
    public void Gains_compare_with_random_points_of_the_same_architecture_and_seed()
    {
        Comparison comparison = Curves.Compare(
            Curves.Run("coreset", "A(1,2)", 1, 0.5, 0.3), Curves.Run("coreset", "A(2,4)", 1, 0.5, 0.3), Curves.Run("coreset", "A(1,2)", 2, 0.5, 0.5),
            Curves.Run("random", "A(1,2)", 1, 0.5, 0.4), Curves.Run("random", "A(1,2)", 2, 0.5, 0.5), Curves.Run("random", "A(1,2)", 3, 0.9, 0.9));
        Method active = comparison.Methods[0];
        MethodPoint gain = Assert.Single(AucGainSection.Curve(active, comparison.PassiveFor(active)!));

        // Seed 1: areas 45 and 40; seed 2: the same curve; A(2,4) has no random twin.
        Assert.Equal(5.0 / 45, gain.Values[1], 12);
        Assert.Equal(0, gain.Values[2], 12);
        Assert.Equal(2, gain.Values.Count);
        Assert.Null(comparison.PassiveFor(comparison.Methods[1]));
        Figure figure = Assert.Single(AucGainSection.Create(comparison)!.Figures);
        Assert.Equal(["A(1,2)", "no gain"], figure.Series.Select(series => series.Name));
        Assert.Equal(Dash.Solid, figure.Series[0].Dash);
    }

    [Fact]
    public void Pairs_are_compared_seed_by_seed_up_to_the_labels_that_both_reached()
    {
        Comparison comparison = Curves.Compare(
            Curves.Run("coreset", "search", 1, 0.5, 0.3, 0.1), Curves.Run("coreset", "search", 2, 0.5, 0.3), Curves.Run("coreset", "search", 9, 0.1, 0.1),
            Curves.Run("coreset", "A(1,2)", 1, 0.5, 0.4), Curves.Run("coreset", "A(1,2)", 2, 0.5, 0.301));
        IReadOnlyList<object?> row = Assert.Single(PairSection.Create(comparison)!.Tables[0].Table.Rows);

        // Mean test errors: 0.40 against 0.45, and 0.40 against 0.4005, which is a tie.
        Assert.Equal(["coreset", "active-iNAS", "A(1,2)", 2, 200], row.Take(5));
        Assert.Equal((0.05 + 0.0005) / 2, (double)row[5]!, 12);
        Assert.Equal([1, 1, 0], row.Skip(8).Take(3).Select(value => (int)value!));
        Assert.Equal(0.5, (double)row[11]!, 12);
        Assert.Equal(0.0505, (double)row[13]!, 12);
        Assert.Contains("With 2 seeds nothing here can be significant", PairSection.Create(comparison)!.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_in_common_is_no_pair()
        => Assert.Null(PairSection.Create(Curves.Compare(Curves.Run("coreset", "search", 1, 0.5, 0.3), Curves.Run("coreset", "A(1,2)", 2, 0.5, 0.3))));

    [Fact]
    public void Costs_add_up_to_each_round_and_leave_out_the_query_after_it()
    {
        Comparison comparison = Curves.Compare(Curves.Run("coreset", "A(1,2)", 1, 0.5, 0.3, 0.2));
        Section section = CostSection.Create(comparison);
        Figure seconds = section.Figures.Single(figure => figure.Id == "cost-seconds-coreset");
        Assert.Equal([2, 5, 8], seconds.Series[0].Points.Select(point => point.X));
        Figure flops = section.Figures.Single(figure => figure.Id == "cost-flops-coreset");
        double step = 3.0 * 10 * 64 * comparison.Methods[0].Runs[0].Run.Rounds[0].Flops;
        Assert.Equal([step, 2 * step, 3 * step], flops.Series[0].Points.Select(point => point.X));
        Figure shares = section.Figures.Single(figure => figure.Id == "cost-shares");
        Assert.Equal([0, 6.0 / 8, 2.0 / 8], shares.Series.Select(series => series.Points[0].Y!.Value));
    }
}
