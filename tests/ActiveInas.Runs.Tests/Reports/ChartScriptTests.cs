using System.Xml.Linq;
using ActiveInas.Runs.Reports;
using ActiveInas.Runs.Reports.Figures;

namespace ActiveInas.Runs.Tests.Reports;

public sealed class ChartScriptTests : IDisposable
{
    private const string Awkward = "a \"b\" <c> & 'd' </svg>";
    private static readonly XNamespace s_svg = "http://www.w3.org/2000/svg";
    private readonly ChartScript _script = new();

    public static TheoryData<string> Figures => [.. Samples().Select(figure => figure.Id)];

    public void Dispose() => _script.Dispose();

    [Theory]
    [MemberData(nameof(Figures))]
    public void It_is_xml_with_the_texts_of_the_figure(string id)
    {
        Figure figure = Sample(id);
        XElement root = XDocument.Parse(_script.Svg(figure)).Root!;
        Assert.Equal(s_svg + "svg", root.Name);
        Assert.Equal(($"{figure.Width}", $"{figure.Height}"), (root.Attribute("width")!.Value, root.Attribute("height")!.Value));
        Assert.Equal("img", root.Attribute("role")!.Value);
        Assert.Equal((figure.Title, figure.Caption), (root.Element(s_svg + "title")!.Value, root.Element(s_svg + "desc")!.Value));

        string[] texts = [.. root.Descendants(s_svg + "text").Select(text => text.Value)];
        string[] wanted =
        [
            .. figure.Series.Count > 1 ? figure.Series.Select(series => series.Name) : [],
            .. figure.X.Categories ?? [],
            .. figure.Nodes.SelectMany(node => node.Lines),
            .. new[] { figure.X.Title, figure.Y.Title }.Where(title => title.Length > 0),
        ];
        Assert.All(wanted, text => Assert.Contains(text, texts));
        Assert.NotEmpty(root.Descendants(s_svg + "path"));
        Assert.DoesNotContain("NaN", root.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Figures))]
    public void The_same_figure_gives_the_same_bytes(string id)
    {
        string first = _script.Svg(Sample(id));
        foreach (Figure other in Samples())
        {
            _script.Svg(other);
        }

        Assert.Equal(first, _script.Svg(Sample(id)));
        using ChartScript fresh = new();
        Assert.Equal(first, fresh.Svg(Sample(id)));
    }

    [Theory]
    [MemberData(nameof(Figures))]
    public void Dark_has_another_paper_and_other_inks(string id)
    {
        XElement light = XDocument.Parse(_script.Svg(Sample(id))).Root!;
        XElement dark = XDocument.Parse(_script.Svg(Sample(id), "dark")).Root!;
        Assert.Equal(("#ffffff", "#0f1419"), (Paper(light), Paper(dark)));
        Assert.Equal(["#1b1f24"], Inks(light));
        Assert.Equal(["#e6edf3"], Inks(dark));
        Assert.Equal(light.Descendants(s_svg + "path").Count(), dark.Descendants(s_svg + "path").Count());
    }

    [Fact]
    public void Lines_carry_their_dash_and_bands_lie_behind_them()
    {
        XElement[] paths = [.. XDocument.Parse(_script.Svg(Sample("lines"))).Root!.Descendants()];
        Assert.Contains(paths, path => path.Attribute("stroke")?.Value == "#1f5fc4" && path.Attribute("stroke-dasharray") is not null);
        int band = Array.FindIndex(paths, path => path.Attribute("fill-opacity")?.Value == "0.16");
        int line = Array.FindIndex(paths, path => path.Attribute("stroke")?.Value == "#111111" && path.Attribute("fill")?.Value == "none" && path.Attribute("d")!.Value.Count(letter => letter == 'L') == 2);
        Assert.InRange(band, 0, line - 1);
    }

    [Fact]
    public void Bars_differ_by_more_than_their_colour()
    {
        XElement root = XDocument.Parse(_script.Svg(Sample("bars"))).Root!;
        Assert.NotEmpty(root.Descendants(s_svg + "pattern"));
        string[] references = [.. root.Descendants().Attributes("fill").Select(fill => fill.Value).Where(fill => fill.StartsWith("url(#", StringComparison.Ordinal)).Distinct()];
        Assert.NotEmpty(references);
        Assert.All(references, reference => Assert.Contains(root.Descendants(s_svg + "pattern"), pattern => reference == $"url(#{pattern.Attribute("id")!.Value})"));
    }

    [Fact]
    public void A_logarithmic_axis_has_steps_of_one_two_and_five()
    {
        string[] texts = [.. XDocument.Parse(_script.Svg(Sample("logarithmic"))).Root!.Descendants(s_svg + "text").Select(text => text.Value)];
        Assert.All(new[] { "100 k", "200 k", "500 k", "1 M", "2 M", "5 M", "10 M" }, text => Assert.Contains(text, texts));
        Assert.DoesNotContain("20 M", texts);
    }

    [Fact]
    public void Names_too_long_to_stand_below_bars_stand_beside_them()
    {
        XElement[] texts = [.. XDocument.Parse(_script.Svg(Sample("stacked"))).Root!.Descendants(s_svg + "text")];
        Assert.All(Sample("stacked").X.Categories!, name =>
        {
            XElement text = texts.Single(each => each.Value == name);
            Assert.Equal("end", text.Attribute("text-anchor")!.Value);
            Assert.DoesNotContain("matrix", text.Attribute("transform")!.Value, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Values_that_are_missing_leave_a_gap()
    {
        FigureSeries gap = new("gap", Mark.Line, Colour.Green, Dash.Solid, [new(1, 0.5), new(2, null), new(3, double.NaN), new(4, 0.7), new(5, double.PositiveInfinity)]);
        Figure figure = Of("gap", new FigureAxis("x"), new FigureAxis("y"), gap);
        Assert.DoesNotContain("NaN", _script.Svg(figure), StringComparison.Ordinal);
        Assert.NotEmpty(XDocument.Parse(_script.Svg(Of("empty", new FigureAxis("x"), new FigureAxis("y", AxisScale.Logarithmic)))).Descendants(s_svg + "text"));
    }

    private static string Paper(XElement root) => root.Element(s_svg + "rect")!.Attribute("fill")!.Value;

    private static string[] Inks(XElement root) => [.. root.Descendants(s_svg + "text").Select(text => text.Attribute("fill")!.Value).Distinct()];

    private static Figure Sample(string id) => Samples().Single(figure => figure.Id == id);

    private static IEnumerable<Figure> Samples()
    {
        FigureAxis percent = new("share", Format: NumberFormat.Percent, Min: 0, Max: 1);
        yield return Of(
            "lines",
            new FigureAxis("labels"),
            percent,
            new FigureSeries("black", Mark.Line, Colour.Ink, Dash.Solid, [new(1000, 0.2, 0.1, 0.3, "note"), new(2000, 0.4, 0.3, 0.5), new(3000, 0.5, 0.5, 0.5)]),
            new FigureSeries(Awkward, Mark.Line, Colour.Blue, Dash.Dashed, [new(1000, 0.3), new(2000, 0.35)]),
            new FigureSeries("level", Mark.Guide, Colour.Grey, Dash.Solid, [new(1000, 0.25), new(3000, 0.25)]));
        yield return Of(
            "logarithmic",
            new FigureAxis("time", AxisScale.Logarithmic, NumberFormat.Duration),
            new FigureAxis("parameters", AxisScale.Logarithmic, NumberFormat.Short),
            new FigureSeries("one", Mark.Line, Colour.Red, Dash.Dotted, [new(10, 120_000, -5, 300_000), new(500, 9_000_000, 7_000_000, 10_000_000)]));
        yield return Of(
            "scatter",
            new FigureAxis("labels", Min: 0),
            percent,
            new FigureSeries("not chosen", Mark.Scatter, Colour.Grey, Dash.Solid, [new(1, 0.5, Note: Awkward), new(2, 0.4)]),
            new FigureSeries("chosen", Mark.Scatter, Colour.Blue, Dash.Solid, [new(1, 0.3)]));
        yield return Of(
            "bars",
            new FigureAxis("", AxisScale.Category, Categories: ["cat", Awkward]),
            new FigureAxis("labels", Min: 0),
            new FigureSeries("first", Mark.Bar, Colour.Orange, Dash.Solid, [new(0, 3), new(1, null)]),
            new FigureSeries("second", Mark.Bar, Colour.Purple, Dash.Dashed, [new(0, 1), new(1, 2)]));
        yield return Of(
            "stacked",
            new FigureAxis("", AxisScale.Category, Categories: ["softmax-response, active-iNAS", "random, a network of a fixed size"]),
            percent,
            new FigureSeries("search", Mark.StackedBar, Colour.Teal, Dash.Solid, [new(0, 0.3), new(1, 0.6)]),
            new FigureSeries("training", Mark.StackedBar, Colour.Pink, Dash.Solid, [new(0, 0.7), new(1, 0.4)]),
            new FigureSeries("query", Mark.StackedBar, Colour.Brown, Dash.Solid, [new(0, 0), new(1, 0)]));
        yield return Of("graph", new FigureAxis("blocks, i", Min: 1, Max: 2), new FigureAxis("stacks, j", Min: 1, Max: 2)) with
        {
            Nodes =
            [
                new FigureNode("A(1,1)", 1, 1, ["A(1,1)", "<76 k>"], 1, Awkward), new FigureNode("A(2,1)", 2, 1, ["A(2,1)", "\"150\" k"], 0), new FigureNode("A(2,2)", 2, 2, ["A(2,2)"], 0.5),
            ],
            Edges = [new FigureEdge("A(1,1)", "A(2,1)", true), new FigureEdge("A(2,1)", "A(2,2)", false)],
        };
    }

    private static Figure Of(string id, FigureAxis x, FigureAxis y, params FigureSeries[] series)
        => new(id, $"Title of {Awkward}", $"Caption of {Awkward}", x, y, series) { Table = new FigureTable([], []) };
}
