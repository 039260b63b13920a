using System.Globalization;
using System.Text.RegularExpressions;
using ActiveInas.Runs.Reports.Figures;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ActiveInas.Runs.Tests.Reports;

public sealed class ReportPageTests(ReportPage report) : IClassFixture<ReportPage>
{
    private const string Chart = ".chart";

    // Body of a function. Paints by their numbers: "rgb(1, 2, 3)" or "#010203" to [r, g, b], and the ratio of WCAG 2 between two of them.
    private const string Contrast =
        """
        function rgb(text) {
          if (text[0] === '#') { return [1, 3, 5].map(i => parseInt(text.substr(i, 2), 16)); }
          return text.match(/[\d.]+/g).slice(0, 3).map(Number);
        }
        function luminance(colour) {
          const [r, g, b] = colour.map(c => c / 255).map(c => c <= 0.04045 ? c / 12.92 : Math.pow((c + 0.055) / 1.055, 2.4));
          return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        }
        function contrast(a, b) {
          const [light, dark] = [luminance(rgb(a)), luminance(rgb(b))].sort((x, y) => y - x);
          return (light + 0.05) / (dark + 0.05);
        }
        """;

    [SkippableFact]
    public async Task It_needs_nothing_but_itself_and_nothing_goes_wrong()
    {
        await using BrowserPage window = await report.OpenAsync();
        await window.Page.EvaluateAsync("document.querySelectorAll('details').forEach(d => d.open = true)");
        await window.Page.WaitForLoadStateAsync(LoadState.NetworkIdle);
        Assert.Empty(window.Complaints);
    }

    [SkippableFact]
    public async Task What_goes_wrong_would_be_seen()
    {
        await using BrowserPage window = await report.OpenAsync();
        await window.Page.EvaluateAsync("fetch('https://localhost:9/x').catch(() => console.error('no network'))");
        await window.Page.EvaluateAsync("setTimeout(() => { throw new Error('on purpose'); }), new Promise(done => setTimeout(done, 100))");
        Assert.Contains("request: https://localhost:9/x", window.Complaints);
        Assert.Contains(window.Complaints, each => each.StartsWith("console error: no network", StringComparison.Ordinal));
        Assert.Contains(window.Complaints, each => each.Contains("on purpose", StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task Every_figure_is_drawn()
    {
        await using BrowserPage window = await report.OpenAsync();
        int[] paths = await window.Page.EvaluateAsync<int[]>("[...document.querySelectorAll('.chart')].map(c => c.querySelectorAll('svg path').length)");
        Assert.Equal(report.Report.Figures.Count(), paths.Length);
        Assert.All(paths, count => Assert.InRange(count, 5, int.MaxValue));
        Assert.Equal($"{paths.Length}", await window.Page.Locator("html").GetAttributeAsync("data-drawn"));
    }

    [SkippableFact]
    public async Task A_chart_has_a_role_a_name_and_a_description()
    {
        await using BrowserPage window = await report.OpenAsync();
        foreach (Figure figure in report.Report.Figures)
        {
            ILocator chart = window.Page.Locator($"#figure-{figure.Id}");
            await Expect(chart).ToHaveRoleAsync(AriaRole.Application);
            await Expect(chart).ToHaveAccessibleNameAsync(figure.Title);
            await Expect(chart).ToHaveAccessibleDescriptionAsync(new Regex(Regex.Escape(figure.Caption[..20]) + ".*Tab.*left.*right.*Space.*Esc", RegexOptions.Singleline));
        }
    }

    [SkippableFact]
    public async Task A_table_with_headings_stands_behind_each_chart()
    {
        await using BrowserPage window = await report.OpenAsync();
        foreach (Figure figure in report.Report.Figures)
        {
            ILocator details = window.Page.Locator(".card", new PageLocatorOptions { Has = window.Page.Locator($"#figure-{figure.Id}") }).Locator("details");
            Assert.False(await details.Locator("table").IsVisibleAsync());
            await details.Locator("summary").PressAsync("Enter");
            await Expect(details.GetByRole(AriaRole.Table, new LocatorGetByRoleOptions { Name = figure.Title })).ToBeVisibleAsync();
            await Expect(details.Locator("thead th[scope=col]")).ToHaveCountAsync(figure.Table.Columns.Count);
            await Expect(details.Locator("tbody th[scope=row]")).ToHaveCountAsync(figure.Table.Rows.Count);
        }
    }

    [SkippableFact]
    public async Task Arrow_keys_walk_along_the_points()
    {
        await using BrowserPage window = await report.OpenAsync();
        Figure figure = Of("curve-softmax-response");
        ILocator chart = window.Page.Locator($"#figure-{figure.Id}");
        ILocator live = window.Page.Locator("#live");
        await Expect(live).ToHaveAttributeAsync("aria-live", "polite");
        await chart.FocusAsync();

        await AssertPointAsync("ArrowRight", 0, 0);
        await AssertPointAsync("ArrowRight", 0, 1);
        await AssertPointAsync("ArrowDown", 1, 1);
        await AssertPointAsync("ArrowLeft", 1, 0);
        await AssertPointAsync("ArrowLeft", 1, figure.Series[1].Points.Count - 1);
        await AssertPointAsync("ArrowUp", 0, figure.Series[0].Points.Count - 1);

        // Guides are walked past.
        int last = figure.Series.Count(series => series.Mark != Mark.Guide) - 1;
        await AssertPointAsync("ArrowUp", last, figure.Series[last].Points.Count - 1);
        await AssertPointAsync("Home", last, 0);
        await AssertPointAsync("End", last, figure.Series[last].Points.Count - 1);

        await window.Page.Keyboard.PressAsync("Escape");
        await Expect(Tip(chart)).ToBeHiddenAsync();
        Assert.Equal($"figure-{figure.Id}", await FocusedAsync(window));
        await window.Page.Keyboard.PressAsync("Tab");
        Assert.Equal($"Table: {figure.Title}", await window.Page.EvaluateAsync<string>("document.activeElement.textContent"));

        async Task AssertPointAsync(string key, int series, int point)
        {
            await window.Page.Keyboard.PressAsync(key);
            FigureSeries line = figure.Series[series];
            string percent = $"{Math.Round(line.Points[point].Y!.Value * 100, 2).ToString("0.##", CultureInfo.InvariantCulture)} %";
            string[] parts = [line.Name, $"labels: {line.Points[point].X}", $"test accuracy: {percent}"];
            Assert.StartsWith(string.Join(", ", parts), await live.TextContentAsync());
            await Expect(Tip(chart)).ToBeVisibleAsync();
            string shown = await Tip(chart).InnerTextAsync();
            Assert.All(parts, part => Assert.Contains(part, shown, StringComparison.Ordinal));
        }
    }

    [SkippableFact]
    public async Task Arrow_keys_walk_over_a_graph_in_their_direction()
    {
        await using BrowserPage window = await report.OpenAsync();
        Figure figure = report.Report.Figures.First(each => each.Nodes.Count > 0);
        await window.Page.Locator($"#figure-{figure.Id}").FocusAsync();
        foreach ((string key, string node) in new[]
        {
            ("ArrowRight", "A(1,1)"), ("ArrowRight", "A(2,1)"), ("ArrowUp", "A(2,2)"), ("ArrowLeft", "A(1,2)"), ("ArrowLeft", "A(1,2)"), ("ArrowDown", "A(1,1)"), ("ArrowDown", "A(1,1)"),
        })
        {
            await window.Page.Keyboard.PressAsync(key);
            Assert.StartsWith(node + ": ", await window.Page.Locator("#live").TextContentAsync());
        }
    }

    [SkippableFact]
    public async Task Escape_closes_a_note_that_the_mouse_opened()
    {
        await using BrowserPage window = await report.OpenAsync();
        ILocator chart = window.Page.Locator("#figure-curve-softmax-response");
        await chart.ScrollIntoViewIfNeededAsync();
        float[] point = await window.Page.EvaluateAsync<float[]>(
            """
            () => {
              const canvas = document.querySelector('#figure-curve-softmax-response > div'), frame = canvas.getBoundingClientRect(), drawn = echarts.getInstanceByDom(canvas);
              const [x, y] = drawn.convertToPixel({ seriesIndex: 0 }, drawn.getOption().series[0].data[1].value);
              return [frame.x + x, frame.y + y];
            }
            """);
        await window.Page.Mouse.MoveAsync(point[0] - 2, point[1]);
        await window.Page.Mouse.MoveAsync(point[0], point[1]);
        await Expect(Tip(chart)).ToBeVisibleAsync();
        await window.Page.Keyboard.PressAsync("Escape");
        await Expect(Tip(chart)).ToBeHiddenAsync();
    }

    [SkippableFact]
    public async Task The_legend_hides_a_series_and_so_does_the_keyboard()
    {
        await using BrowserPage window = await report.OpenAsync();
        ILocator chart = window.Page.Locator("#figure-curve-softmax-response");
        ILocator strokes = chart.Locator("svg path[stroke='#c8322b'][fill='none']");
        int all = await strokes.CountAsync();
        await chart.Locator("svg text", new LocatorLocatorOptions { HasTextString = "A(1,2)" }).ClickAsync(new LocatorClickOptions { Force = true });
        await Expect(strokes).ToHaveCountAsync(all - 1);

        // It stays hidden when the picture is drawn again.
        await window.Page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = ColorScheme.Dark });
        await window.Page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = ColorScheme.Light });
        await Expect(strokes).ToHaveCountAsync(all - 1);

        await chart.FocusAsync();
        await window.Page.Keyboard.PressAsync("ArrowRight");
        await window.Page.Keyboard.PressAsync("ArrowUp");
        await Expect(window.Page.Locator("#live")).ToHaveTextAsync("A(1,2), hidden");
        await window.Page.Keyboard.PressAsync("Space");
        await Expect(window.Page.Locator("#live")).ToContainTextAsync("A(1,2), labels: ");
        await Expect(strokes).ToHaveCountAsync(all);
        await window.Page.Keyboard.PressAsync("Enter");
        await Expect(window.Page.Locator("#live")).ToHaveTextAsync("A(1,2), hidden");
    }

    [SkippableTheory]
    [InlineData(ColorScheme.Light, "#ffffff")]
    [InlineData(ColorScheme.Dark, "#0f1419")]
    public async Task Texts_stand_out_from_what_is_behind_them(ColorScheme scheme, string background)
    {
        await using BrowserPage window = await report.OpenAsync(scheme: scheme);
        await window.Page.EvaluateAsync("document.querySelectorAll('details').forEach(d => d.open = true)");
        string[] backgrounds = await window.Page.EvaluateAsync<string[]>("[...document.querySelectorAll('.chart svg > rect')].map(r => r.getAttribute('fill'))");
        Assert.All(backgrounds, each => Assert.Equal(background, each));
        Assert.Empty(await window.Page.EvaluateAsync<string[]>($"() => {{ {Contrast}\n" +
            """
              const weak = [];
              function behind(element) {
                for (; element; element = element.parentElement) {
                  const colour = getComputedStyle(element).backgroundColor;
                  if (!/, 0\)$/.test(colour)) { return colour; }
                }
              }
              document.querySelectorAll('body *:not(script, style, svg, svg *)').forEach(element => {
                if (![...element.childNodes].some(n => n.nodeType === 3 && n.data.trim()) || element.getClientRects().length === 0) { return; }
                const ratio = contrast(getComputedStyle(element).color, behind(element));
                if (ratio < 4.5) { weak.push(`${element.tagName} ${element.className} ${element.textContent}: ${ratio}`); }
              });
              document.querySelectorAll('.chart svg').forEach(svg => {
                const boxes = [...svg.querySelectorAll('path')].filter(p => /^#/.test(p.getAttribute('fill'))).map(p => [p.getBoundingClientRect(), p.getAttribute('fill')]);
                svg.querySelectorAll('text').forEach(text => {
                  const at = text.getBoundingClientRect(), x = at.x + at.width / 2, y = at.y + at.height / 2;
                  const under = boxes.filter(([b]) => b.x < x && x < b.right && b.y < y && y < b.bottom).map(b => b[1]).pop() || svg.querySelector('rect').getAttribute('fill');
                  const ratio = contrast(text.getAttribute('fill'), under);
                  if (ratio < 4.5) { weak.push(`${text.textContent}: ${ratio}`); }
                });
              });
              return weak;
            }
            """));
    }

    [SkippableFact]
    public async Task Charts_follow_the_scheme_while_the_page_is_open()
    {
        await using BrowserPage window = await report.OpenAsync();
        ILocator paper = window.Page.Locator(Chart).First.Locator("svg > rect").First;
        await Expect(paper).ToHaveAttributeAsync("fill", "#ffffff");
        await window.Page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = ColorScheme.Dark });
        await Expect(paper).ToHaveAttributeAsync("fill", "#0f1419");
        Assert.Equal("rgb(15, 20, 25)", await window.Page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor"));
    }

    [SkippableFact]
    public async Task On_paper_it_is_light_whole_and_without_navigation()
    {
        // A4 less margins of 15 mm, in CSS pixels.
        const int PaperWidth = 680;
        const int PaperHeight = 1009;
        await using BrowserPage window = await report.OpenAsync(PaperWidth, ColorScheme.Dark);
        await window.Page.EmulateMediaAsync(new PageEmulateMediaOptions { Media = Media.Print });
        await Expect(window.Page.Locator("nav")).ToBeHiddenAsync();
        await Expect(window.Page.Locator("#keys")).ToBeHiddenAsync();
        Assert.Equal("rgb(255, 255, 255)", await window.Page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor"));
        await Expect(window.Page.Locator(".chart svg > rect[fill='#0f1419']")).ToHaveCountAsync(0);
        Assert.True(await window.Page.EvaluateAsync<int>("document.documentElement.scrollWidth") <= PaperWidth);
        foreach (ILocator card in await window.Page.Locator(".card").AllAsync())
        {
            LocatorBoundingBoxResult outer = (await card.BoundingBoxAsync())!;
            LocatorBoundingBoxResult chart = (await card.Locator("svg").BoundingBoxAsync())!;
            Assert.InRange(outer.Height, chart.Height, PaperHeight);
            Assert.InRange(chart.Width, PaperWidth * 0.9, outer.Width + 1);
            Assert.Equal("avoid", await card.EvaluateAsync<string>("card => getComputedStyle(card).breakInside"));
        }
    }

    [SkippableFact]
    public async Task It_prints_light_from_a_dark_screen_and_is_dark_again_afterwards()
    {
        await using BrowserPage window = await report.OpenAsync(scheme: ColorScheme.Dark);
        await window.Page.EvaluateAsync(
            """
            window.addEventListener('beforeprint', () => {
              window.printed = [...document.querySelectorAll('.chart svg')].map(s => `${s.querySelector('rect').getAttribute('fill')} ${s.getAttribute('viewBox').split(' ')[2]}`);
            })
            """);
        byte[] pdf = await window.Page.PdfAsync(new PagePdfOptions { Format = "A4" });
        Assert.StartsWith("%PDF-", System.Text.Encoding.Latin1.GetString(pdf[..8]));
        string[] printed = await window.Page.EvaluateAsync<string[]>("window.printed");
        Assert.Equal(report.Report.Figures.Count(), printed.Length);
        Assert.All(printed, each => Assert.Equal("#ffffff 680", each));
        await Expect(window.Page.Locator(".chart svg > rect[fill='#ffffff']")).ToHaveCountAsync(0);
    }

    [SkippableTheory]
    [InlineData(1280)]
    [InlineData(360)]
    public async Task It_fits_its_window_and_no_text_of_a_chart_is_cut_or_covered(int width)
    {
        await using BrowserPage window = await report.OpenAsync(width);
        await window.Page.EvaluateAsync("document.querySelectorAll('details').forEach(d => d.open = true)");
        Assert.Equal(width, await window.Page.EvaluateAsync<int>("Math.max(innerWidth, document.documentElement.scrollWidth)"));
        Assert.Empty(await window.Page.EvaluateAsync<string[]>(
            """
            [...document.querySelectorAll('.chart')].flatMap(chart => {
              const svg = chart.querySelector('svg'), frame = svg.getBoundingClientRect(), wrong = [];
              const texts = [...svg.querySelectorAll('text')].map(text => ({ text: text.textContent, box: text.getBoundingClientRect(), turned: text.getAttribute('transform')?.startsWith('matrix') }));
              texts.forEach((a, i) => {
                if (a.box.left < frame.left - 1 || a.box.right > frame.right + 1 || a.box.top < frame.top - 1 || a.box.bottom > frame.bottom + 1) { wrong.push(`${chart.id}: "${a.text}" is cut`); }
                texts.slice(i + 1).filter(b => !a.turned && !b.turned).forEach(b => {
                  const x = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left), y = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
                  if (x > 1 && y > 3) { wrong.push(`${chart.id}: "${a.text}" and "${b.text}" overlap by ${x} x ${y}`); }
                });
              });
              return wrong;
            })
            """));
    }

    [SkippableFact]
    public async Task Charts_follow_the_width_of_the_window()
    {
        await using BrowserPage window = await report.OpenAsync();
        await window.Page.SetViewportSizeAsync(420, 900);
        await window.Page.WaitForFunctionAsync("[...document.querySelectorAll('.chart')].every(c => c.querySelector('svg').getBoundingClientRect().width <= c.clientWidth || c.id.startsWith('figure-path'))");
        Assert.Equal(420, await window.Page.EvaluateAsync<int>("Math.max(innerWidth, document.documentElement.scrollWidth)"));
    }

    [SkippableFact]
    public async Task Hostile_names_are_text()
    {
        await using BrowserPage window = await report.OpenAsync();
        await window.Page.EvaluateAsync("document.querySelectorAll('details').forEach(d => d.open = true)");
        Assert.Equal(ReportPage.Title, await window.Page.TitleAsync());
        await Expect(window.Page.Locator("h1")).ToHaveTextAsync(ReportPage.Title);

        Figure figure = Of("classes-softmax-response");
        ILocator card = window.Page.Locator(".card", new PageLocatorOptions { Has = window.Page.Locator($"#figure-{figure.Id}") });
        ILocator chart = card.Locator(Chart);

        // Long names are broken into lines.
        string drawn = string.Concat(await chart.Locator("svg text").AllTextContentsAsync()).Replace(" ", "", StringComparison.Ordinal);
        await chart.FocusAsync();
        for (int c = 0; c < ReportPage.Classes.Length; c++)
        {
            string name = ReportPage.Classes[c];
            Assert.NotEqual(0, await card.Locator("td", new LocatorLocatorOptions { HasTextString = name }).CountAsync());
            Assert.Contains(name.Replace(" ", "", StringComparison.Ordinal), drawn, StringComparison.Ordinal);
            await window.Page.Keyboard.PressAsync("ArrowRight");
            await Expect(window.Page.Locator("#live")).ToContainTextAsync(name);
        }

        IReadOnlyList<string> paths = await window.Page.Locator(".gallery .path").AllTextContentsAsync();
        Assert.NotEmpty(paths);
        Assert.All(paths, path => Assert.Contains(path, Enumerable.Range(0, 60).Select(ReportPage.ImageName)));
        await Expect(window.Page.Locator("img:not([src^='data:image/png'])")).ToHaveCountAsync(0);
        await Expect(window.Page.Locator("[onclick], [onerror]")).ToHaveCountAsync(0);
        await Expect(window.Page.Locator("script:not([type])")).ToHaveCountAsync(2);
        Assert.Empty(window.Complaints);
    }

    [SkippableFact]
    public async Task The_images_of_the_gallery_load()
    {
        await using BrowserPage window = await report.OpenAsync();
        await window.Page.Locator(".gallery img").First.ScrollIntoViewIfNeededAsync();
        int[] widths = await window.Page.EvaluateAsync<int[]>("Promise.all([...document.querySelectorAll('.gallery img')].map(i => i.decode().then(() => i.naturalWidth)))");
        Assert.NotEmpty(widths);
        Assert.All(widths, width => Assert.Equal(8, width));
        string? alternative = await window.Page.Locator(".gallery img").First.GetAttributeAsync("alt");
        Assert.StartsWith("rank 1: train/", alternative);
    }

    [SkippableFact]
    public async Task Without_scripts_it_says_so_and_shows_its_tables()
    {
        await using BrowserPage window = await report.OpenAsync(scripts: false);
        await Expect(window.Page.Locator(".note", new PageLocatorOptions { HasTextString = "JavaScript" })).ToBeVisibleAsync();
        await Expect(window.Page.Locator(Chart).First).ToBeHiddenAsync();
        await Expect(window.Page.Locator("#overview table").First).ToBeVisibleAsync();
    }

    private static ILocator Tip(ILocator chart) => chart.Locator("> div > div:last-child");

    private static Task<string> FocusedAsync(BrowserPage window) => window.Page.EvaluateAsync<string>("document.activeElement.id");

    private Figure Of(string id) => report.Report.Figures.Single(figure => figure.Id == id);
}
