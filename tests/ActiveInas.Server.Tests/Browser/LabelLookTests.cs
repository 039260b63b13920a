using ActiveInas.Runs.Tests.Labelling;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ActiveInas.Server.Tests.Browser;

/// <summary>What WCAG 2 AA asks of the page: contrasts, names, sizes; and that it stays inside a phone.</summary>
public sealed class LabelLookTests(Chromium chromium) : IClassFixture<Chromium>, IAsyncLifetime, IDisposable
{
    // The ratio of WCAG 2 between two colours of the style sheet, named without their dashes.
    private const string Contrast =
        """
        ([a, b]) => {
          const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
          const luminance = name => {
            canvas.fillStyle = name.startsWith('mix ') ? name.slice(4) : getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim();
            canvas.fillRect(0, 0, 1, 1);
            const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3).map(c => c / 255).map(c => c <= 0.04045 ? c / 12.92 : Math.pow((c + 0.055) / 1.055, 2.4));
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
          };
          const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
          return (light + 0.05) / (dark + 0.05);
        }
        """;

    private static readonly (string Text, string Ground)[] s_texts =
    [
        ("text", "ground"), ("text", "faint"), ("text", "stage"), ("text", "tint"), ("muted", "ground"), ("muted", "faint"), ("muted", "stage"), ("accent", "ground"),
        ("accent", "stage"), ("on-accent", "accent"), ("on-wrong", "wrong"), ("wrong", "faint"), ("ground", "text"),
    ];

    private static readonly (string Shape, string Ground)[] s_shapes =
    [
        ("edge", "ground"), ("edge", "faint"), ("accent", "ground"), ("accent", "line"), ("accent", "faint"), ("good", "line"), ("good", "faint"), ("busy", "line"), ("busy", "faint"), ("wrong", "faint"),
    ];

    private readonly TinyProject _project = new(60);

    public async Task InitializeAsync()
    {
        _project.Configuration = _project.Configuration with { Initial = 40 };
        await _project.CreateAsync();
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _project.Dispose();

    [SkippableTheory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Texts_and_borders_stand_out_from_their_ground(ColorScheme scheme)
    {
        await using LabelPage page = await LabelPage.OpenAsync(chromium, _project.Root, scheme: scheme);
        Assert.Equal(21, await page.Page.EvaluateAsync<double>(Contrast, new[] { "mix #000", "mix #fff" }), 0.01);
        foreach ((string text, string ground) in s_texts)
        {
            Assert.True(await RatioAsync(text, ground) >= 4.5, $"{text} on {ground}, {scheme}: {await RatioAsync(text, ground):0.00}, wanted 4.5");
        }

        foreach ((string shape, string ground) in s_shapes)
        {
            Assert.True(await RatioAsync(shape, ground) >= 3, $"{shape} on {ground}, {scheme}: {await RatioAsync(shape, ground):0.00}, wanted 3");
        }

        Task<double> RatioAsync(string a, string b) => page.Page.EvaluateAsync<double>(Contrast, new[] { a, b });
    }

    [SkippableTheory]
    [InlineData("label")]
    [InlineData("review")]
    [InlineData("dashboard")]
    public async Task On_a_phone_nothing_lies_beside_the_window(string view)
    {
        await using LabelPage page = await LabelPage.OpenAsync(chromium, _project.Root, width: 360, height: 740, isPhone: true);
        await page.NextAsync();
        await page.ShowAsync(view);
        await page.Page.WaitForLoadStateAsync(LoadState.Load);
        Assert.Empty(await page.Page.EvaluateAsync<string[]>(
            """
            [...document.querySelectorAll('body *')].filter(e => e.checkVisibility() && e.closest('.scroll, .strip, .visually-hidden') === null && e.getBoundingClientRect().right > 360.5)
              .map(e => `${e.tagName} ${e.id} ${e.className}`)
            """));
        Assert.Equal(360, await page.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        double[] small = await page.Page.EvaluateAsync<double[]>(
            "[...document.querySelectorAll('button, nav a, a.button')].filter(e => e.checkVisibility()).map(e => Math.min(e.clientWidth, e.clientHeight)).filter(size => size < 24)");
        Assert.Empty(small);
    }

    [SkippableFact]
    public async Task On_a_phone_help_begins_with_its_first_line_and_a_class_is_one_word()
    {
        using TinyProject project = new(20);
        project.Configuration = project.Configuration with { Classes = ["cardboard", "light"] };
        await project.CreateAsync();
        await using LabelPage page = await LabelPage.OpenAsync(chromium, project.Root, width: 390, height: 844, isPhone: true);
        await page.NextAsync();
        await page["#help-button"].TapAsync();
        await Expect(page["#help-title"]).ToBeInViewportAsync();
        await page.Page.Keyboard.PressAsync("Escape");
        await page.ShowAsync("dashboard");
        await Expect(page["#class-table tr"]).ToHaveCountAsync(2);
        double[] heights = await page.Page.EvaluateAsync<double[]>("[...document.querySelectorAll('#class-table th')].map(e => e.getBoundingClientRect().height)");
        Assert.Equal(heights[1], heights[0], 1.0);
    }

    [SkippableFact]
    public async Task On_a_phone_a_label_is_one_tap_without_scrolling()
    {
        await using LabelPage page = await LabelPage.OpenAsync(chromium, _project.Root, width: 390, height: 844, isPhone: true);
        int id = await page.NextAsync();
        LocatorBoundingBoxResult box = (await page[".class[data-class=light]"].BoundingBoxAsync())!;
        Assert.True(box.Y + box.Height < 844, $"the class ends at {box.Y + box.Height}");
        await page[".class[data-class=light]"].TapAsync();
        await page.NextAsync(after: id);
        Assert.Equal([(id, "label", "light")], await page.HistoryAsync());
    }

    [SkippableTheory]
    [InlineData("label")]
    [InlineData("review")]
    [InlineData("dashboard")]
    public async Task Every_control_has_a_role_and_a_name_and_ids_are_unique(string view)
    {
        await using LabelPage page = await LabelPage.OpenAsync(chromium, _project.Root);
        await page.NextAsync();
        await page.ShowAsync(view);
        await AllHaveNamesAsync(page);

        Assert.Empty(await page.Page.EvaluateAsync<string[]>("[...document.querySelectorAll('[id]')].map(e => e.id).filter((id, i, all) => all.indexOf(id) !== i)"));
        Assert.Empty(await page.Page.EvaluateAsync<string[]>(
            "[...document.querySelectorAll('[aria-controls], [aria-labelledby]')].flatMap(e => [e.getAttribute('aria-controls'), e.getAttribute('aria-labelledby')]).filter(id => id && !document.getElementById(id))"));
        await Expect(page[$"nav a[href='#{view}']"]).ToHaveAttributeAsync("aria-current", "page");
        Assert.Empty(page.Window.Complaints);
    }

    // A view that is drawn anew meanwhile may have fewer controls than were counted: then they are counted again.
    private static async Task AllHaveNamesAsync(LabelPage page)
    {
        ILocator controls = page["button, a, input, select, [role=progressbar], [role=img], [role=group]"].Locator("visible=true");
        for (int i = 0; i < await controls.CountAsync(); i++)
        {
            try
            {
                await Expect(controls.Nth(i)).ToHaveAccessibleNameAsync(new System.Text.RegularExpressions.Regex(@"\S"), new LocatorAssertionsToHaveAccessibleNameOptions { Timeout = 5_000 });
            }
            catch (PlaywrightException)
            {
                if (i < await controls.CountAsync())
                {
                    throw;
                }
            }
        }
    }

    [SkippableTheory]
    [InlineData("label", null)]
    [InlineData("label", "#help-button")]
    [InlineData("label", "#classes-button")]
    [InlineData("label", "[data-command=filter]")]
    [InlineData("review", null)]
    [InlineData("dashboard", null)]
    public async Task Axe_finds_nothing_against_WCAG_AA(string view, string? opened)
    {
        foreach (ColorScheme scheme in (ColorScheme[])[ColorScheme.Light, ColorScheme.Dark])
        {
            await using LabelPage page = await LabelPage.OpenAsync(chromium, _project.Root, scheme: scheme);
            await page.AnswerAsync("1");
            await page.ShowAsync(view);
            if (opened is not null)
            {
                await page[opened].ClickAsync();
            }

            AxeResult result = await page.Page.RunAxe(new AxeRunOptions { RunOnly = RunOnlyOptions.Tags("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice") });
            Assert.Empty(result.Violations.Select(found => $"{scheme}: {found.Id}: {string.Join("; ", found.Nodes.Select(node => node.Html))}"));
            Assert.True(result.Passes.Length > 20, $"{result.Passes.Length} rules apply");
        }
    }

    [SkippableFact]
    public async Task What_happens_is_said_to_screen_readers()
    {
        await using LabelPage page = await LabelPage.OpenAsync(chromium, _project.Root);
        await page.AnswerAsync("1");
        await Expect(page["#answered[aria-live=polite]"]).ToHaveTextAsync("dark");
        await Expect(page["#spoken[aria-live=polite]"]).ToContainTextAsync("Next image.");
        await Expect(page["#state-spoken[role=status]"]).ToContainTextAsync("Waiting for labels");
    }

    [SkippableFact]
    public async Task Nothing_moves_for_who_wants_it_so()
    {
        await using LabelPage page = await LabelPage.OpenAsync(chromium, _project.Root);
        await page.Page.EmulateMediaAsync(new PageEmulateMediaOptions { ReducedMotion = ReducedMotion.Reduce });
        await page.NextAsync();
        await page.Page.EvaluateAsync("document.querySelector('#state').dataset.state = 'training'");
        Assert.Equal("none", await page[".light"].EvaluateAsync<string>("e => getComputedStyle(e).animationName"));
    }

    [SkippableFact]
    public async Task Who_is_not_signed_in_is_told_what_to_do()
    {
        await using LabelPage page = await LabelPage.OpenAsync(chromium, _project.Root);
        await page.NextAsync();
        await page.Page.Context.ClearCookiesAsync();
        await page.AnswerAsync("1");
        await Expect(page["#problem"]).ToContainTextAsync("open the start address");
        await Expect(page["#problem"]).ToContainTextAsync("1 answer kept here");
    }
}
