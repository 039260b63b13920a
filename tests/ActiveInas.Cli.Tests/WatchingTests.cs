using System.CommandLine;
using System.Text;
using ActiveInas.Cli.Views;
using ActiveInas.Data;
using ActiveInas.Runs.Sessions;
using ActiveInas.Tests.Shared;
using Microsoft.Data.Sqlite;
using Spectre.Console;

namespace ActiveInas.Cli.Tests;

/// <summary>Whatever happens to those who watch, the work goes on to its own end.</summary>
public sealed class WatchingTests(FinishedRun run) : IClassFixture<FinishedRun>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SkippableFact]
    public async Task A_damaged_store_ends_the_dashboard_and_not_the_run()
    {
        Directory.CreateDirectory(_folder["run"]);
        foreach (string file in Directory.GetFiles(run.Folder, "run.db*"))
        {
            File.Copy(file, Path.Combine(_folder["run"], Path.GetFileName(file)));
        }

        using (SqliteConnection store = new($"Data Source={_folder["run/run.db"]};Pooling=False"))
        {
            store.Open();
            using SqliteCommand damage = new("UPDATE runs SET classes = '['", store);
            damage.ExecuteNonQuery();
        }

        using StringWriter error = new();
        using Terminal terminal = new(TextWriter.Null, error, outputIsTerminal: false, errorIsTerminal: true, handlesSignals: false);
        Skip.IfNot(terminal.ShowsProgress, "NO_COLOR or CI is set: no dashboard is drawn");
        int result = await ProgressViews.WatchRunAsync(terminal, Parsed(), async (progress, _) =>
        {
            progress.Report(new RunOpened("0badcafe", _folder["run"], 48));
            await Wait.UntilAsync(() => error.ToString().Contains("no longer shown", StringComparison.Ordinal));
            progress.Report(new Notice("still there"));
            return 7;
        });
        Assert.Equal(7, result);
        Assert.Single(error.ToString().Split('\n'), line => line.Contains("no longer shown", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_event_that_cannot_be_shown_ends_the_showing_and_not_the_work()
    {
        using StringWriter error = new();
        using Terminal terminal = new(TextWriter.Null, error, false, false, false);
        int result = await ProgressViews.WatchRunAsync(terminal, Parsed(), (progress, _) =>
        {
            progress.Report(new Notice("one"));
            progress.Report(new Unspeakable());
            progress.Report(new Notice("two"));
            return Task.FromResult(7);
        });
        Assert.Equal(7, result);
        Assert.Equal(["one", "progress is no longer shown (no words); the work goes on"], error.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task Without_a_stderr_a_run_ends_like_any_other()
    {
        using StringWriter output = new();
        using Gone error = new();
        using Terminal terminal = new(output, error, false, false, false);
        int code = await Application.RunAsync([.. Cli.TinyRun, "--threads", "1", "--out", _folder["run"], "--json"], terminal);
        Assert.Equal(0, code);
        Assert.Equal("finished", new CliResult(code, output.ToString(), "").Json["state"]!.GetValue<string>());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_console_that_fails_ends_the_bar_and_not_the_work(bool afterAWhile)
    {
        using StringWriter error = new();
        using Gone broken = new() { Works = afterAWhile };
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(broken), Ansi = AnsiSupport.Yes, Interactive = InteractionSupport.Yes });
        int result = await TerminalProgress.WatchAsync(console, error, async progress =>
        {
            progress.Report(new DataProgressed("photos", 1, 2));
            await Task.Delay(300);
            broken.Works = false;
            progress.Report(new DataProgressed("photos", 2, 2));
            await Wait.UntilAsync(() => error.ToString().Contains("no longer shown", StringComparison.Ordinal));
            return 7;
        });
        Assert.Equal(7, result);
    }

    private static ParseResult Parsed() => new RootCommand { CommonOptions.NoProgress }.Parse([]);

    private sealed record Unspeakable : ProgressEvent
    {
        public override string? Line => throw new InvalidOperationException("no words");
    }

    /// <summary>A terminal that went away.</summary>
    private sealed class Gone : TextWriter
    {
        public bool Works { get; set; }

        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value)
        {
            if (!Works)
            {
                throw new IOException("Input/output error");
            }
        }
    }
}
