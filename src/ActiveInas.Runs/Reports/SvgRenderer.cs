using System.ComponentModel;
using System.Diagnostics;

namespace ActiveInas.Runs.Reports;

/// <summary>A program of this machine that turns SVG into PNG: rsvg-convert, or Chromium or Chrome without a window.</summary>
public sealed class SvgRenderer
{
    /// <summary>Pixels of the PNG for one of the figure: sharp on paper and on dense screens.</summary>
    public const int Scale = 2;

    private static readonly string[] s_browsers = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge", "msedge"];
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(5);
    private readonly string _program;
    private readonly bool _isBrowser;

    private SvgRenderer(string program, bool isBrowser)
    {
        _program = program;
        _isBrowser = isBrowser;
    }

    /// <summary>What to install where there is none.</summary>
    public static string Advice => $"PNG files need a program that draws SVG: rsvg-convert (apt-get install librsvg2-bin) or one of {string.Join(", ", s_browsers)} on the PATH.";

    /// <summary>The first that is on the PATH, or null.</summary>
    public static SvgRenderer? Find()
        => FindProgram("rsvg-convert") is { } converter ? new SvgRenderer(converter, isBrowser: false)
            : s_browsers.Select(FindProgram).OfType<string>().FirstOrDefault() is { } browser ? new SvgRenderer(browser, isBrowser: true)
            : null;

    /// <summary>Makes the PNG.</summary>
    /// <exception cref="IOException">The program failed.</exception>
    public void Render(string svg, string png, int width, int height)
    {
        string temporary = png + ".tmp.png";
        string profile = _isBrowser ? Directory.CreateTempSubdirectory("ainas-browser-").FullName : "";
        try
        {
            Run(_isBrowser ? BrowserArguments(svg, temporary, width, height, profile) : ["--zoom", $"{Scale}", "--output", temporary, svg]);
            if (!File.Exists(temporary))
            {
                throw new IOException($"{_program} made no picture of {svg}. {Advice}");
            }

            File.Move(temporary, png, overwrite: true);
        }
        finally
        {
            if (_isBrowser)
            {
                Directory.Delete(profile, recursive: true);
            }
        }
    }

    private static string[] BrowserArguments(string svg, string png, int width, int height, string profile) =>
    [
        "--headless", "--disable-gpu", "--no-first-run", "--hide-scrollbars", "--disable-background-networking", "--disable-component-update",
        "--disable-sync", $"--user-data-dir={profile}", $"--force-device-scale-factor={Scale}", $"--window-size={width},{height}", $"--screenshot={Path.GetFullPath(png)}",
        // Chromium refuses to run as root inside its sandbox; the picture is our own.
        .. Environment.IsPrivilegedProcess ? ["--no-sandbox"] : Array.Empty<string>(),
        new Uri(Path.GetFullPath(svg)).AbsoluteUri,
    ];

    private static string? FindProgram(string name)
        => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(folder => OperatingSystem.IsWindows() ? [Path.Combine(folder, name + ".exe")] : new[] { Path.Combine(folder, name) })
            .FirstOrDefault(File.Exists);

    private void Run(string[] arguments)
    {
        ProcessStartInfo start = new(_program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            using Process process = Process.Start(start) ?? throw new IOException($"{_program} did not start.");
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            Task<string> error = process.StandardError.ReadToEndAsync();
            if (!process.WaitForExit(s_limit))
            {
                process.Kill(entireProcessTree: true);
                throw new IOException($"{_program} did not finish a picture within {s_limit.TotalSeconds:0} s.");
            }

            if (process.ExitCode != 0)
            {
                // A helper that a browser leaves behind may hold its pipes open.
                string said = Task.WaitAll([output, error], s_grace) ? error.Result.Trim() : "it did not say why";
                throw new IOException($"{_program} ended with status {process.ExitCode}: {said}");
            }
        }
        catch (Win32Exception exception)
        {
            throw new IOException($"{_program} cannot be started: {exception.Message}", exception);
        }
    }
}
