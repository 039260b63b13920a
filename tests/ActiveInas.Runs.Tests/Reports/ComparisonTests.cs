using ActiveInas.Architectures;
using ActiveInas.Runs.Reports;
using ActiveInas.Runs.Reports.Figures;
using ActiveInas.Runs.Reports.Sections;

namespace ActiveInas.Runs.Tests.Reports;

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
    public void Numbers_and_switches_are_named_by_their_keys()
    {
        ReportInput input = new()
        {
            Title = "batches",
            Command = "ainas",
            Varying = ["query", "batch", "recipe.dropoutInTraining"],
            Runs =
            [
                Curves.Run("coreset", "search", 1, 0.5, 0.4) with { Settings = ["coreset", "50", "true"] },
                Curves.Run("random", "search", 1, 0.5, 0.4) with { Settings = ["random", "50", "true"] },
                Curves.Run("random", "search", 1, 0.5, 0.4) with { Settings = ["random", "100", "true"] },
            ],
        };
        Comparison comparison = new(input);
        Assert.Equal("coreset, batch 50, recipe.dropoutInTraining true", comparison.NameOf(comparison.Methods[0]));
        Assert.Equal(["batch 50, recipe.dropoutInTraining true", "batch 100, recipe.dropoutInTraining true"], comparison.Panels.Select(panel => panel.Name));
        MethodPair pair = comparison.Pairs()[^1];
        Assert.Equal(("batch", "batch 50", "batch 100"), (pair.Key, pair.FirstName, pair.SecondName));
    }

    [Fact]
    public void A_curve_has_mean_and_standard_error_over_the_seeds_that_got_there()
    {
        Comparison comparison = Curves.Compare(
            Curves.Run("coreset", "search", 1, 0.5, 0.3), Curves.Run("coreset", "search", 2, 0.6, 0.4), Curves.Run("coreset", "search", 3, 0.7));
        Figure figure = CurveSection.Create(comparison).Figures[0];
        IReadOnlyList<FigurePoint> points = Assert.Single(figure.Series).Points;
        Assert.Equal([100, 200], points.Select(point => point.X));
        Assert.Equal(0.4, points[0].Y!.Value, 12);
        Assert.Equal(0.1 / Math.Sqrt(3), (points[0].High!.Value - points[0].Low!.Value) / 2, 12);
        Assert.Equal(0.65, points[1].Y!.Value, 12);
        Assert.Equal((2, "1 2"), ((int)figure.Table.Rows[1][2]!, (string)figure.Table.Rows[1][5]!));
        Assert.Contains("Few seeds (2 to 3): differences may be chance.", figure.Caption, StringComparison.Ordinal);
    }

    [Fact]
    public void One_seed_has_no_band_and_says_so()
    {
        Figure figure = CurveSection.Create(Curves.Compare(Curves.Run("coreset", "search", 1, 0.5, 0.3))).Figures[0];
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
        Figure figure = AucGainSection.Create(comparison)!.Figures[0];
        Assert.Equal(["A(1,2)", "no gain"], figure.Series.Select(series => series.Name));
        Assert.Equal(Dash.Solid, figure.Series[0].Dash);
    }

    [Fact]
    public void Pairs_are_compared_seed_by_seed_up_to_the_labels_that_both_reached_with_all_seeds()
    {
        // Seed 1 of both got on to 300 labels, where it looks better still: seed 2 did not, so 200 count. Seed 3 has one point and no area.
        Comparison comparison = Curves.Compare(
            Curves.Run("coreset", "search", 1, 0.5, 0.3, 0.1), Curves.Run("coreset", "search", 2, 0.5, 0.3), Curves.Run("coreset", "search", 3, 0.5),
            Curves.Run("coreset", "search", 9, 0.1, 0.1),
            Curves.Run("coreset", "A(1,2)", 1, 0.5, 0.4, 0.9), Curves.Run("coreset", "A(1,2)", 2, 0.5, 0.301, 0.3), Curves.Run("coreset", "A(1,2)", 3, 0.5, 0.1));
        Section section = PairSection.Create(comparison)!;
        IReadOnlyList<object?> row = Assert.Single(section.Tables[0].Table.Rows);

        // Mean test errors: 0.40 against 0.45, and 0.40 against 0.4005, which is a tie.
        Assert.Equal(["active-iNAS", "A(1,2)", "architecture", "coreset", 2, 200], row.Take(6));
        Assert.Equal((0.05 + 0.0005) / 2, (double)row[6]!, 12);
        Assert.Equal([1, 1, 0], row.Skip(9).Take(3).Select(value => (int)value!));
        Assert.Equal(0.5, (double)row[12]!, 12);
        Assert.Equal(0.0505, (double)row[14]!, 12);
    }

    [Theory]
    [InlineData(5, true)]
    [InlineData(6, false)]
    public void Rows_of_fewer_than_6_seeds_are_said_to_prove_nothing(int seeds, bool said)
    {
        ulong[] all = [.. Enumerable.Range(1, seeds).Select(seed => (ulong)seed)];
        Comparison comparison = Curves.Compare(
            [.. all.Select(seed => Curves.Run("coreset", "search", seed, 0.5, 0.3)), .. all.Select(seed => Curves.Run("coreset", "A(1,2)", seed, 0.5, 0.4))]);
        Section section = PairSection.Create(comparison)!;
        Assert.Equal(said, section.Text.Contains("Rows with fewer than 6 seeds cannot reach 5 %", StringComparison.Ordinal));
        Assert.Equal(said, (double)section.Tables[0].Table.Rows[0][12]! > 0.05);
    }

    [Fact]
    public void All_methods_that_differ_in_one_setting_are_compared()
    {
        Comparison comparison = Curves.Compare(
            Curves.Run("coreset", "search", 1, 0.5, 0.3), Curves.Run("coreset", "A(2,4)", 1, 0.5, 0.4),
            Curves.Run("random", "search", 1, 0.5, 0.45), Curves.Run("random", "A(2,4)", 1, 0.5, 0.5));
        FigureTable table = PairSection.Create(comparison)!.Tables[0].Table;
        Assert.Equal(["method", "beside", "differ in", "share"], table.Columns.Take(4));
        Assert.Equal(
            [
                "active-iNAS|Resnet-18|architecture|coreset", "active-iNAS|Resnet-18|architecture|random", "coreset|random|query|active-iNAS", "coreset|random|query|Resnet-18",
            ],
            table.Rows.Select(row => string.Join('|', row.Take(4))));
    }

    [Fact]
    public void The_overview_has_the_mean_test_error_up_to_the_labels_that_all_seeds_reached_and_its_interval()
    {
        Comparison comparison = Curves.Compare(
            Curves.Run("coreset", "search", 1, 0.5, 0.3, 0.1), Curves.Run("coreset", "search", 2, 0.6, 0.4), Curves.Run("coreset", "search", 3, 0.9), Curves.Run("random", "search", 1, 0.5, 0.4));
        FigureTable table = OverviewSection.Create(comparison).Tables[0].Table;
        Dictionary<string, object?> Row(int index) => table.Columns.Zip(table.Rows[index]).DistinctBy(cell => cell.First).ToDictionary(cell => cell.First, cell => cell.Second);

        // Seed 3 has one point and no area; areas of the others up to 200 labels are 0.4 and 0.5.
        Dictionary<string, object?> coreset = Row(0);
        Assert.Equal((3, 100, 2, 200), ((int)coreset["seeds"]!, (int)coreset["labels"]!, (int)coreset["its seeds"]!, (int)coreset["up to labels"]!));
        Assert.Equal(0.45, (double)coreset["mean test error"]!, 12);

        // Means of the four draws: 0.4, 0.45, 0.45, 0.5; quantiles 0.075 of the way between the ends and their neighbours.
        Assert.Equal(0.4 + (0.075 * 0.05), (double)coreset["95 % interval from"]!, 12);
        Assert.Equal(0.5 - (0.075 * 0.05), (double)coreset["to"]!, 12);
        Assert.Null(Row(1)["95 % interval from"]);
        Assert.Equal(0.45, (double)Row(1)["mean test error"]!, 12);
        Assert.Contains("Rows up to different labels do not compare.", OverviewSection.Create(comparison).Text, StringComparison.Ordinal);
        Assert.DoesNotContain("different labels", OverviewSection.Create(Curves.Compare(Curves.Run("coreset", "search", 1, 0.5, 0.3))).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Few_seeds_are_named_wherever_means_rest_on_them()
    {
        ReportRun[] Runs(int seeds) =>
        [
            .. Enumerable.Range(1, seeds).SelectMany(seed => new[] { "coreset", "random" }.SelectMany(query => new[] { "search", "A(1,2)" }.Select(
                architecture => Curves.Run(query, architecture, (ulong)seed, seed == 1 ? [0.5, 0.3] : [0.5, 0.3, 0.2])))),
        ];
        const string Few = "Few seeds (3 to 4): differences may be chance.";
        Comparison few = Curves.Compare(Runs(4));
        Assert.Contains(Few, AucGainSection.Create(few)!.Text, StringComparison.Ordinal);
        Figure[] figures = [.. CostSection.Create(few).Figures.Where(figure => figure.Id != "cost-shares"), .. ArchitectureSection.Create(few).Figures.Where(figure => figure.Nodes.Count == 0)];
        Assert.Equal(6, figures.Length);
        Assert.All(figures, figure => Assert.Contains(Few, figure.Caption, StringComparison.Ordinal));

        Comparison enough = Curves.Compare(Runs(6));
        Assert.DoesNotContain("seeds (", AucGainSection.Create(enough)!.Text, StringComparison.Ordinal);
        Assert.All(CostSection.Create(enough).Figures.Concat(ArchitectureSection.Create(enough).Figures), figure => Assert.DoesNotContain("Few seeds", figure.Caption, StringComparison.Ordinal));
    }

    [Fact]
    public void The_start_of_a_search_is_no_round_and_nodes_say_at_which_labels_they_were_used()
    {
        ReportRun run = Curves.Run("coreset", "search", 1, 0.5, 0.4, 0.3, 0.2);
        Architecture[] walk = [new(2, 1), new(2, 1), new(2, 2), new(2, 1)];
        ReportRun moved = run with { Run = run.Run with { Rounds = [.. run.Run.Rounds.Select((round, i) => round with { Architecture = walk[i] })] } };
        Figure path = ArchitectureSection.Create(Curves.Compare(moved)).Figures.Single(figure => figure.Id == "path");
        FigureNode Node(string id) => path.Nodes.Single(node => node.Id == id);

        Assert.Contains("The first search starts at A(1,1). Paths: seed 1: A(2,1) x2 -> A(2,2) -> A(2,1).", path.Caption, StringComparison.Ordinal);
        Assert.Equal(0, Node("A(1,1)").Weight);
        Assert.DoesNotContain("rounds", Node("A(1,1)").Note!, StringComparison.Ordinal);
        Assert.Contains(new FigureEdge("A(1,1)", "A(2,1)", Strong: true), path.Edges);
        Assert.EndsWith("3 of 4 rounds, at 100 to 400 labels", Node("A(2,1)").Note!, StringComparison.Ordinal);
        Assert.EndsWith("1 of 4 rounds, at 300 labels", Node("A(2,2)").Note!, StringComparison.Ordinal);
        Assert.Equal(["rounds", "labels from", "to"], path.Table.Columns.TakeLast(3));
        Assert.Equal(["A(2,1) 2 100 200", "A(2,2) 1 300 300", "A(2,1) 1 400 400"], path.Table.Rows.Select(row => $"{row[1]} {row[6]} {row[7]} {row[8]}"));
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
        Assert.Contains("the passes over the test part and the choice of the initial points are not in them", seconds.Caption, StringComparison.Ordinal);
        Assert.Equal([2, 5, 8], seconds.Series[0].Points.Select(point => point.X));
        Figure flops = section.Figures.Single(figure => figure.Id == "cost-flops-coreset");
        Assert.Contains("passes without training (validation, queries, test) are not in them", flops.Caption, StringComparison.Ordinal);
        double step = 3.0 * 10 * 64 * comparison.Methods[0].Runs[0].Run.Rounds[0].Flops;
        Assert.Equal([step, 2 * step, 3 * step], flops.Series[0].Points.Select(point => point.X));
        Figure shares = section.Figures.Single(figure => figure.Id == "cost-shares");
        Assert.Contains("the passes over the test part and the choice of the initial points are not in them", shares.Caption, StringComparison.Ordinal);
        Assert.Equal([0, 6.0 / 8, 2.0 / 8], shares.Series.Select(series => series.Points[0].Y!.Value));
    }
}
