using System.Buffers.Binary;
using System.Text.RegularExpressions;
using System.Xml;
using ActiveInas.Architectures;
using ActiveInas.Data;
using ActiveInas.Runs.Configuration;
using ActiveInas.Runs.Experiments;
using ActiveInas.Runs.Reports;
using ActiveInas.Runs.Reports.Figures;
using ActiveInas.Runs.Sessions;
using ActiveInas.Runs.Tests.Support;
using ActiveInas.Tests.Shared;
using ImageMagick;

namespace ActiveInas.Runs.Tests.Reports;

public sealed partial class ReportTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_report_of_an_experiment_has_every_section_and_the_same_bytes_twice()
    {
        string experiment = await RunExperimentAsync("[1, 2]");
        Report report = await Report.CreateAsync(ReportInput.OfExperiment(experiment), parts: FakeBackend.Parts());
        Assert.Equal(
            ["overview", "curves", "pairs", "auc-gain", "architectures", "cost", "search", "classes", "calibration", "gallery"], report.Sections.Select(section => section.Id));
        Assert.Empty(report.Notes);
        Assert.Equal(report.Figures.Count(), report.Figures.Select(figure => figure.Id).Distinct().Count());

        string html = HtmlReport.Page(report);
        Report again = await Report.CreateAsync(ReportInput.OfExperiment(experiment), parts: FakeBackend.Parts());
        Assert.Equal(html, HtmlReport.Page(again));
        Assert.Equal(report.Figures.Count(), Regex.Count(html, "class=\"figure-data\""));
        Assert.DoesNotContain("src=\"http", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<link", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_gallery_shows_the_pixels_that_the_query_saw()
    {
        string experiment = await RunExperimentAsync("[1]");
        Report report = await Report.CreateAsync(ReportInput.OfExperiment(experiment), parts: FakeBackend.Parts());
        GalleryRound round = report.Sections.Single(section => section.Id == "gallery").Gallery[0];
        Assert.Equal(6, round.Images.Count);
        Assert.Equal([1, 2, 3, 4, 5, 6], round.Images.Select(image => image.Rank));
        GalleryImage first = round.Images[0];
        Assert.StartsWith("data:image/png;base64,", first.DataUri!, StringComparison.Ordinal);
        Assert.NotNull(first.Label);

        // Other data of the same names would show other images; other names show none.
        Report renamed = await Report.CreateAsync(ReportInput.OfExperiment(experiment), parts: FakeBackend.Parts(data: Renamed()));
        Assert.All(renamed.Sections.Single(section => section.Id == "gallery").Gallery[0].Images, image => Assert.Null(image.DataUri));
    }

    [Theory]
    [InlineData(100, 120, 100, 120)]
    [InlineData(200, 300, 85, 128)]
    [InlineData(512, 256, 128, 64)]
    public async Task Images_of_the_gallery_are_at_most_128_pixels_long(int height, int width, int expectedHeight, int expectedWidth)
    {
        string experiment = await RunExperimentAsync("[1]");
        Report report = await Report.CreateAsync(ReportInput.OfExperiment(experiment), parts: FakeBackend.Parts(data: Sized(height, width)));
        string uri = report.Sections.Single(section => section.Id == "gallery").Gallery[0].Images[0].DataUri!;
        ReadOnlySpan<byte> png = Convert.FromBase64String(uri[(uri.IndexOf(',', StringComparison.Ordinal) + 1)..]);
        Assert.Equal((expectedWidth, expectedHeight), (BinaryPrimitives.ReadInt32BigEndian(png[16..]), BinaryPrimitives.ReadInt32BigEndian(png[20..])));
    }

    [Fact]
    public async Task Data_that_is_gone_leaves_a_note_and_no_images()
    {
        string experiment = await RunExperimentAsync("[1]");
        RunParts gone = FakeBackend.Parts() with { LoadData = (_, _, _) => throw new DataException("the disk was taken home") };
        Report report = await Report.CreateAsync(ReportInput.OfExperiment(experiment), parts: gone);
        Assert.Contains("the disk was taken home", Assert.Single(report.Notes), StringComparison.Ordinal);
        Assert.Contains("no image", HtmlReport.Page(report), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_experiment_under_way_is_reported_with_what_is_missing()
    {
        string path = _folder["experiment"];
        Experiment experiment = ExperimentFile.Parse(Json("[1, 2]"), "file.json");
        ExperimentFolder folder = ExperimentFolder.Open(path, experiment);
        await Assert.ThrowsAsync<RunException>(() => Task.FromResult(ReportInput.OfExperiment(path)));
        ExperimentCell first = experiment.Cells[0];
        await ActiveInasRun.StartAsync(first.Configuration with { Out = folder.Cell(first.Id).Root }, parts: FakeBackend.Parts());
        Report report = await Report.CreateAsync(ReportInput.OfExperiment(path), parts: FakeBackend.Parts());
        Assert.Contains("7 of 8 runs missing", Assert.Single(report.Notes), StringComparison.Ordinal);
        Assert.Single(report.Configurations);
    }

    [Fact]
    public async Task Any_runs_can_be_reported_together_and_differ_by_what_their_configurations_say()
    {
        RunConfiguration configuration = new() { Data = "shapes", Initial = 12, Batch = new(6), Budget = 24, Query = "random" };
        string[] paths = [_folder["a"], _folder["b"], _folder["c"]];
        await ActiveInasRun.StartAsync(configuration with { Out = paths[0] }, parts: FakeBackend.Parts());
        await ActiveInasRun.StartAsync(configuration with { Out = paths[1], Query = "coreset" }, parts: FakeBackend.Parts());
        await ActiveInasRun.StartAsync(configuration with { Out = paths[2], Query = "coreset", Seed = 2 }, parts: FakeBackend.Parts());

        RunException twice = Assert.Throws<RunException>(() => ReportInput.OfRuns([paths[0], paths[0]]));
        Assert.Contains("same configuration and seed", twice.Message, StringComparison.Ordinal);
        ReportInput several = ReportInput.OfRuns(paths);
        Assert.Equal(["query"], several.Varying);
        Comparison comparison = new(several);
        Assert.Equal(["random", "coreset"], comparison.Methods.Select(comparison.NameOf));
        Report one = await Report.CreateAsync(ReportInput.OfRuns(paths[..1]), parts: FakeBackend.Parts());
        Assert.DoesNotContain(one.Sections, section => section.Id is "pairs" or "auc-gain");
        Assert.Contains("config.json", one.Command, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_number_is_in_a_csv_file()
    {
        Report report = await Report.CreateAsync(ReportInput.OfExperiment(await RunExperimentAsync("[1, 2]")), parts: FakeBackend.Parts());
        IReadOnlyList<string> paths = ReportCsv.Write(report, _folder["csv"]);
        Assert.Equal(report.Figures.Count() + report.Sections.Sum(section => section.Tables.Count) + 1, paths.Count);
        string[] lines = File.ReadAllLines(_folder["csv/curve-random.csv"]);
        Assert.Equal("method,labels,seeds,test accuracy,standard error,which seeds", lines[0]);
        FigureTable table = report.Figures.Single(figure => figure.Id == "curve-random").Table;
        Assert.Equal(table.Rows.Count + 1, lines.Length);
        Assert.Equal(((double)table.Rows[0][3]!).ToString("R"), lines[1].Split(',')[3]);

        IReadOnlyList<GalleryRound> gallery = report.Sections.Single(section => section.Id == "gallery").Gallery;
        string[] images = File.ReadAllLines(_folder["csv/gallery.csv"]);
        Assert.Equal("query,rank,path,label,score", images[0]);
        Assert.Equal(gallery.Sum(round => round.Images.Count) + 1, images.Length);
        GalleryImage first = gallery[0].Images[0];
        Assert.Equal($"\"{gallery[0].Title}\",1,{first.Path},{first.Label},{first.Score:R}", images[1]);
    }

    [Fact]
    public async Task Figures_are_drawn_as_files()
    {
        Report report = await Report.CreateAsync(ReportInput.OfExperiment(await RunExperimentAsync("[1]")), parts: FakeBackend.Parts());
        Figure[] figures = [.. report.Figures.Where(figure => figure.Id is "curve-random" or "path")];
        IReadOnlyList<string> paths = FigureFiles.Write(figures, _folder["figures"], CancellationToken.None);
        Assert.Equal(4, paths.Count);
        foreach (string path in paths.Where(path => path.EndsWith(".svg", StringComparison.Ordinal)))
        {
            XmlDocument svg = new() { XmlResolver = null };
            svg.Load(path);
            Assert.Equal("svg", svg.DocumentElement!.Name);
            Assert.Contains(path.Contains("path", StringComparison.Ordinal) ? "A(2,1)" : "test accuracy", svg.InnerText, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Png_files_show_the_figure_and_are_the_same_in_every_run()
    {
        Figure figure = SpaceFigure.Create(new SearchSpace(2, 2), 32, 32, 10, [], "space", "all of it");
        byte[] first = File.ReadAllBytes(FigureFiles.Write([figure], _folder["figures"], CancellationToken.None)[1]);
        using MagickImage image = new(first);
        Assert.Equal(((uint)(figure.Width * SvgRenderer.Scale), (uint)(figure.Height * SvgRenderer.Scale)), (image.Width, image.Height));
        byte[] rgb = image.GetPixels().ToByteArray("RGB")!;

        // White paper, ink on it.
        Assert.Equal([255, 255, 255], rgb[..3]);
        Assert.InRange(rgb.Min(), 0, 100);
        Assert.Equal(first, File.ReadAllBytes(FigureFiles.Write([figure], _folder["again"], CancellationToken.None)[1]));
    }

    [Fact]
    public void Names_of_classes_are_text_and_nothing_else()
    {
        Report report = new()
        {
            Title = "<script>alert(1)</script>",
            Command = "ainas \"&\"",
            Notes = ["a < b"],
            Configurations = [("</script>", "{}")],
            Sections =
            [
                new Section("classes", "Classes", "text")
                {
                    Figures =
                    [
                        new Figure("f", "</script><b>", "c", new FigureAxis("x"), new FigureAxis("y"), [new FigureSeries("<i>", Mark.Line, Colour.Ink, Dash.Solid, [new FigurePoint(1, double.NaN)])])
                        {
                            Table = new FigureTable(["<u>"], [["<s>"]]),
                        },
                    ],
                },
            ],
        };
        string html = HtmlReport.Page(report);
        Assert.DoesNotContain("<script>alert", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>", html[..html.IndexOf("<script>", StringComparison.Ordinal)], StringComparison.Ordinal);
        Assert.DoesNotContain("<s>", html[..html.IndexOf("<script>", StringComparison.Ordinal)], StringComparison.Ordinal);
        Assert.Matches(ScriptEnd(), html);

        // Data of figures, the library, our own: as many ends as beginnings.
        Assert.Equal(Regex.Count(html, "<script[ >]"), Regex.Count(html, "</script>"));
        Assert.Equal(3, Regex.Count(html, "</script>"));
    }

    [Fact]
    public async Task A_png_file_holds_the_pixels()
    {
        SeededRandom random = new(3);
        byte[] pixels = [.. Enumerable.Range(0, 5 * 7 * 3).Select(_ => (byte)random.NextInt(256))];
        foreach (string place in (string[])["train/a", "train/b", "test/a", "test/b"])
        {
            Directory.CreateDirectory(_folder[place]);
            File.WriteAllBytes(_folder[$"{place}/1.png"], PngFile.Encode(pixels, 5, 7));
        }

        Dataset data = await DataSources.LoadAsync(new DataRequest(_folder.Path));

        Assert.Equal((5, 7), (data.Train.Height, data.Train.Width));
        Assert.Equal(pixels, data.Train.Image(0));
    }

    private static Dataset Renamed()
    {
        Dataset data = FakeBackend.Data();
        return data with { Train = new ImageSet(data.Train.Height, data.Train.Width, data.Train.Pixels, data.Train.Labels, [.. data.Train.Names.Select(name => "other/" + name)]) };
    }

    private static Dataset Sized(int height, int width)
    {
        Dataset data = FakeBackend.Data();
        return data with { Train = new ImageSet(height, width, new byte[data.Train.Count * height * width * 3], data.Train.Labels, data.Train.Names) };
    }

    private static string Json(string seeds)
        => $$"""
        {
          "title": "A small one",
          "run": { "data": "shapes", "initial": 12, "batch": "6", "budget": 24 },
          "seeds": {{seeds}},
          "grids": [ { "query": ["softmax-response", "random"], "architecture": ["search", "A(1,2)"] } ]
        }
        """;

    private async Task<string> RunExperimentAsync(string seeds)
    {
        Experiment experiment = ExperimentFile.Parse(Json(seeds), "small.json");
        ExperimentFolder folder = ExperimentFolder.Open(_folder["small"], experiment);
        ExperimentOutcome outcome = await new ExperimentRunner(experiment, folder, new ExperimentOptions(2), null, FakeBackend.Parts()).RunAsync(CancellationToken.None);
        Assert.Empty(outcome.Failed);
        return folder.Root;
    }

    [GeneratedRegex("</html>\n$")]
    private static partial Regex ScriptEnd();
}
