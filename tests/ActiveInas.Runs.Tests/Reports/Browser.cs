using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace ActiveInas.Runs.Tests.Reports;

/// <summary>Chromium or Chrome of this machine, without a window and without a network.</summary>
internal sealed class Browser : IAsyncDisposable
{
    private const float Patience = 60_000;
    private static readonly string[] s_names = ["chromium", "chromium-browser", "google-chrome"];
    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;

    private Browser(IPlaywright playwright, IBrowser browser)
    {
        _playwright = playwright;
        _browser = browser;
    }

    /// <summary>The program, or null where there is none.</summary>
    public static string? Program { get; } = s_names
        .SelectMany(name => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries), (name, folder) => Path.Combine(folder, name))
        .FirstOrDefault(File.Exists);

    public static async Task<Browser> StartAsync(string program)
    {
        IPlaywright playwright = await Playwright.CreateAsync();
        try
        {
            return new Browser(playwright, await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
            {
                ExecutablePath = program,
                Headless = true,

                // Chromium refuses to run as root inside its sandbox; the page is our own.
                ChromiumSandbox = !Environment.IsPrivilegedProcess,
                Args =
                [
                    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
                ],
            }));
        }
        catch
        {
            playwright.Dispose();
            throw;
        }
    }

    /// <summary>Opens a file or an address in a window of its own; dispose it to close the window.</summary>
    public async Task<BrowserPage> OpenAsync(string path, int width = 1280, ColorScheme scheme = ColorScheme.Light, bool scripts = true, int height = 900, bool isPhone = false)
    {
        IBrowserContext context = await _browser.NewContextAsync(new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = height },
            IsMobile = isPhone,
            HasTouch = isPhone,
            ColorScheme = scheme,
            JavaScriptEnabled = scripts,
        });
        context.SetDefaultTimeout(Patience);
        BrowserPage page = new(context, await context.NewPageAsync());
        await page.GoToAsync(path);
        return page;
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.CloseAsync();
        _playwright.Dispose();
    }
}

/// <summary>A window, and all that went wrong in it.</summary>
internal sealed class BrowserPage : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private string _origin = "file:";

    public BrowserPage(IBrowserContext context, IPage page)
    {
        _context = context;
        Page = page;
        page.Console += (_, message) => Note(message.Type is "error" or "warning", $"console {message.Type}: {message.Text}");
        page.PageError += (_, error) => Note(true, $"error: {error}");
        page.Request += (_, request) => Note(!IsOurs(request.Url), $"request: {request.Url}");
        page.Dialog += (_, dialog) => _ = AnswerAsync(dialog);
    }

    public IPage Page { get; }

    /// <summary>Requests to anything but files and the server opened, messages of the console, errors, dialogs.</summary>
    public ConcurrentQueue<string> Complaints { get; } = new();

    public async Task GoToAsync(string path)
    {
        Uri address = new(path);
        _origin = address.IsFile ? "file:" : address.GetLeftPart(UriPartial.Authority) + "/";
        await _context.RouteAsync("**/*", route => IsOurs(route.Request.Url) ? route.ContinueAsync() : route.AbortAsync());
        await Page.GotoAsync(address.AbsoluteUri);
    }

    public async ValueTask DisposeAsync() => await _context.CloseAsync();

    private async Task AnswerAsync(IDialog dialog)
    {
        try
        {
            // Asking whether to leave the page is the one dialog that is wanted; whoever tests it leaves.
            if (dialog.Type == DialogType.BeforeUnload)
            {
                await dialog.AcceptAsync();
                return;
            }

            Note(true, $"dialog: {dialog.Message}");
            await dialog.DismissAsync();
        }
        catch (PlaywrightException)
        {
            // The page had left before it was answered, and the dialog with it.
        }
    }

    private bool IsOurs(string url) => url.StartsWith(_origin, StringComparison.Ordinal) || url.StartsWith("data:image/png;base64,", StringComparison.Ordinal);

    private void Note(bool isWrong, string what)
    {
        if (isWrong)
        {
            Complaints.Enqueue(what);
        }
    }
}
