using ActiveInas.Data;
using ActiveInas.Runs.Experiments;
using ActiveInas.Runs.Reports;
using ActiveInas.Runs.Sessions;
using ActiveInas.Runs.Tests.Support;
using ActiveInas.Tests.Shared;
using Microsoft.Playwright;

namespace ActiveInas.Runs.Tests.Reports;

/// <summary>The report of an experiment whose names are hostile, opened in a browser of this machine.</summary>
public sealed class ReportPage : IAsyncLifetime, IDisposable
{
    /// <summary>Names of classes: markup that would run, and what ends attributes and script elements.</summary>
    public static readonly string[] Classes = ["<script>alert(1)</script>", "</script><img src=x onerror=alert(2)>", "\"quoted\" & 'more'"];

    public const string Title = "Title </title><script>alert(3)</script> & \"more\"";

    private const string File =
        """
        {
          "run": { "data": "shapes", "initial": 12, "batch": "6", "budget": 24 },
          "seeds": [1, 2],
          "grids": [ { "query": ["softmax-response", "random"], "architecture": ["search", "A(2,2)", "A(1,2)"] } ]
        }
        """;

    private readonly TemporaryFolder _folder = new();
    private Browser? _browser;

    internal Report Report { get; private set; } = null!;

    internal string Path => _folder["report \"1\" & more.html"];

    /// <summary>A name of an image of the pool.</summary>
    public static string ImageName(int index) => $"train/{index:00} \"a\" <b onclick='alert(4)'>&amp;.png";

    public async Task InitializeAsync()
    {
        Experiment experiment = ExperimentFile.Parse(File, "file.json") with { Title = Title };
        ExperimentFolder folder = ExperimentFolder.Open(_folder["experiment"], experiment);
        RunParts parts = FakeBackend.Parts(data: Data());
        await new ExperimentRunner(experiment, folder, new ExperimentOptions(2), null, parts).RunAsync(CancellationToken.None);
        Report = await Report.CreateAsync(ReportInput.OfExperiment(_folder["experiment"]), parts: parts);
        System.IO.File.WriteAllText(Path, HtmlReport.Page(Report));
        if (Browser.Program is { } program)
        {
            _browser = await Browser.StartAsync(program);
        }
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>Opens the report; the test is skipped where there is no browser.</summary>
    internal Task<BrowserPage> OpenAsync(int width = 1280, ColorScheme scheme = ColorScheme.Light, bool scripts = true)
    {
        Skip.If(_browser is null, "no chromium, chromium-browser or google-chrome on the PATH");
        return _browser!.OpenAsync(Path, width, scheme, scripts);
    }

    private static Dataset Data()
    {
        Dataset tiny = FakeBackend.Data();
        ImageSet train = tiny.Train;
        return tiny with
        {
            Classes = Classes,
            Train = new ImageSet(train.Height, train.Width, train.Pixels, train.Labels, [.. Enumerable.Range(0, train.Count).Select(ImageName)]),
        };
    }
}
