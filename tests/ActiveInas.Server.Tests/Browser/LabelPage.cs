using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text.Json;
using ActiveInas.Runs.Tests.Reports;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace ActiveInas.Server.Tests.Browser;

/// <summary>One browser for the tests of a class.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private Runs.Tests.Reports.Browser? _browser;

    public async Task InitializeAsync()
    {
        SetDefaultExpectTimeout((float)LabelPage.Patience.TotalMilliseconds);
        _browser = Runs.Tests.Reports.Browser.Program is { } program ? await Runs.Tests.Reports.Browser.StartAsync(program) : null;
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }
    }

    /// <summary>The browser; skips the test where this machine has none.</summary>
    internal Runs.Tests.Reports.Browser Get()
    {
        Skip.If(_browser is null, "Neither Chromium nor Chrome is on the path.");
        return _browser!;
    }
}

/// <summary>A server of a project, its page in a browser, and a person who knows the labels.</summary>
internal sealed class LabelPage : IAsyncDisposable
{
    /// <summary>How long anything may take: machines that build something else meanwhile are slow.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly LabelServerOptions _options;
    private readonly HttpClient _client = new();

    private LabelPage(LabelServerOptions options, LabelServer server)
    {
        _options = options;
        Server = server;
        _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", server.Token);
        _client.DefaultRequestHeaders.Add("X-Labeller", options.Labeller);
    }

    /// <summary>Null while it is stopped.</summary>
    public LabelServer? Server { get; private set; }

    public BrowserPage Window { get; private set; } = null!;

    public IPage Page => Window.Page;

    public ILocator this[string selector] => Page.Locator(selector);

    /// <summary>Serves the project and opens the page at its start address.</summary>
    public static async Task<LabelPage> OpenAsync(
        Chromium chromium, string project, int width = 1280, int height = 800, ColorScheme scheme = ColorScheme.Light, bool isPhone = false)
    {
        Runs.Tests.Reports.Browser browser = chromium.Get();
        LabelServerOptions options = new(project) { Port = 0, Labeller = "ada" };
        LabelServer server = await StartAsync(options);
        LabelPage page = new(options with { Port = new Uri(server.Address).Port }, server);
        page.Window = await browser.OpenAsync(server.StartAddress, width, scheme, height: height, isPhone: isPhone);
        return page;
    }

    public async Task StopServerAsync()
    {
        await Server!.DisposeAsync();
        Server = null;
    }

    /// <summary>The server is back under the same address.</summary>
    public async Task StartServerAsync() => Server = await StartAsync(_options);

    /// <summary>Opens the page again. The browser tries a page that could not be reached again by itself, and that may take a navigation's place.</summary>
    public async Task GoAsync()
    {
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                await Page.GotoAsync(Server!.Address);
                return;
            }
            catch (PlaywrightException exception) when (attempt < 3 && exception.Message.Contains("ERR_ABORTED", StringComparison.Ordinal))
            {
                await Task.Delay(500);
            }
        }
    }

    /// <summary>Goes to another view.</summary>
    public async Task ShowAsync(string view)
    {
        await this[$"nav a[href='#{view}']"].ClickAsync();
        await Expect(this[$"#view-{view}"]).ToBeVisibleAsync();
    }

    /// <summary>The image on the stage; null: there is none.</summary>
    public Task<int?> ShownAsync() => Page.EvaluateAsync<int?>("Number(/images\\/(\\d+)/.exec(document.querySelector('#stage:not([hidden], .loading) img')?.src)?.[1] ?? NaN) || (document.querySelector('#stage:not([hidden], .loading) img') ? 0 : null)");

    /// <summary>The image on the stage, as soon as there is one that is not another.</summary>
    public async Task<int> NextAsync(int? after = null)
    {
        for (long start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < Patience;)
        {
            if (await ShownAsync() is { } id && id != after)
            {
                return id;
            }

            await Task.Delay(20);
        }

        throw new TimeoutException($"No image follows {after}. {await this["#stage-empty"].InnerTextAsync()}");
    }

    /// <summary>Waits until a function of the page is true. (Playwright's own waiting needs eval, which the page's policy forbids.)</summary>
    public async Task WaitAsync(string function, object? argument = null)
    {
        for (long start = Stopwatch.GetTimestamp(); !await Page.EvaluateAsync<bool>(function, argument);)
        {
            if (Stopwatch.GetElapsedTime(start) > Patience)
            {
                throw new TimeoutException($"Never true: {function}, {argument}.");
            }

            await Task.Delay(20);
        }
    }

    /// <summary>Presses a key and waits for what comes next; returns the image that was answered.</summary>
    public async Task<int> AnswerAsync(string key)
    {
        int id = await NextAsync();
        await Page.Keyboard.PressAsync(key);
        await WaitAsync("id => !new RegExp('/images/' + id + '($|\\\\?)').test(document.querySelector('#stage img')?.src)", id);
        return id;
    }

    /// <summary>Answers images until a text stands on the page; `key` knows the label.</summary>
    public async Task AnswerUntilAsync(Func<int, string> key, Func<Task<bool>> isEnough)
    {
        for (int count = 0; !await isEnough(); count++)
        {
            if (count > 1000)
            {
                throw new TimeoutException("A thousand answers were not enough.");
            }

            if (await ShownAsync() is { } id)
            {
                await AnswerAsync(key(id));
            }
            else
            {
                await Task.Delay(50);
            }
        }
    }

    /// <summary>Resolves when all answers have arrived at the server.</summary>
    public Task SavedAsync() => WaitAsync("() => sessionStorage.getItem('ainas.outbox') === null || sessionStorage.getItem('ainas.outbox') === '[]'");

    /// <summary>What the server says.</summary>
    public async Task<JsonElement> GetAsync(string path)
    {
        using JsonDocument document = JsonDocument.Parse(await _client.GetStringAsync(new Uri($"http://127.0.0.1:{_options.Port}/api/v1/{path}")));
        return document.RootElement.Clone();
    }

    /// <summary>The latest answers that the server has, newest first: image, action and class.</summary>
    public async Task<(int Id, string Action, string? Class)[]> HistoryAsync()
    {
        await SavedAsync();
        return [.. (await GetAsync("history?n=1000")).EnumerateArray()
            .Select(item => (item.GetProperty("id").GetInt32(), item.GetProperty("action").GetString()!, item.GetProperty("class").GetString()))];
    }

    public async Task<int> RoundAsync() => (await GetAsync("status")).GetProperty("model_round") is { ValueKind: JsonValueKind.Number } round ? round.GetInt32() : 0;

    public async ValueTask DisposeAsync()
    {
        await Window.DisposeAsync();
        _client.Dispose();
        if (Server is not null)
        {
            await Server.DisposeAsync();
        }
    }

    private static Task<LabelServer> StartAsync(LabelServerOptions options) => LabelServer.StartAsync(options, new LocalRoundWorker(), new LocalImageConverter());
}
