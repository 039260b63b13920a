using ActiveInas.Architectures;
using ActiveInas.Cli.Views;
using ActiveInas.Data;
using ActiveInas.Learning;
using ActiveInas.Runs.Configuration;
using ActiveInas.Runs.Output;
using ActiveInas.Runs.Sessions;
using ActiveInas.Search;
using ActiveInas.Training;
using Spectre.Console;

namespace ActiveInas.Cli.Tests;

public sealed class ViewTests
{
    [Theory]
    [InlineData(null, "")]
    [InlineData(double.NaN, "")]
    [InlineData(0.0, "")]
    [InlineData(0.5, "████████")]
    [InlineData(1.0, "████████████████")]
    [InlineData(0.5 / 16, "▌")]
    [InlineData(1.125 / 16, "█▏")]
    public void A_bar_is_as_long_as_its_share(double? share, string bar) => Assert.Equal(bar, RunView.Bar(share));

    [Fact]
    public void A_path_counts_repeated_architectures()
    {
        RunDocument run = Document((1, 1), (1, 1), (2, 1), (1, 1));
        Assert.Equal("A(1,1) x2 -> A(2,1) -> A(1,1)", run.ArchitecturePath);
        Assert.Equal("", (run with { Rounds = [] }).ArchitecturePath);
    }

    [Theory]
    [InlineData(0.04, "0.0 s")]
    [InlineData(59.94, "59.9 s")]
    [InlineData(185.0, "3 min 05 s")]
    [InlineData(7500.0, "2 h 05 min")]
    public void A_duration_reads_well(double seconds, string text) => Assert.Equal(text, NumberText.Duration(seconds));

    [Fact]
    public void A_run_without_a_round_says_so_and_a_stopped_one_how_to_go_on()
    {
        using StringWriter text = new();
        using Terminal terminal = new(text, text, false, false, false);
        RunView.WriteCurve(terminal.Result, Document());
        RunView.WriteFiles(terminal.Result, Document() with { State = RunState.Stopped });
        Assert.Contains("no round is finished yet", text.ToString(), StringComparison.Ordinal);
        Assert.Contains("ainas resume runs/x", text.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bar_tells_what_is_loaded_and_lines_above_it_the_stages()
    {
        using StringWriter text = new();
        using TextWriter shared = TextWriter.Synchronized(text);
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(shared),
            Ansi = AnsiSupport.Yes,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.Yes,
        });
        console.Profile.Width = 140;
        RoundRecord round = Document((2, 1)).Rounds[0];
        await TerminalProgress.WatchAsync(console, shared, async progress =>
        {
            progress.Report(new DataProgressed("reading photos", 5, 10));
            await Wait.UntilAsync(() => Shown().Contains("5 of 10", StringComparison.Ordinal));
            progress.Report(new RunOpened("0badcafe", "runs/x", 1000));
            progress.Report(new StageStarted(1, 200, "search", new Architecture(1, 1)));
            progress.Report(new TrainingProgressed("round-01/search/A(2,1)", 10, 300, 2.5, 1234));
            await Wait.UntilAsync(() => Shown().Contains("10 of 300", StringComparison.Ordinal));
            progress.Report(new SearchEnded(1, new SearchOutcome(new Architecture(2, 1), [], 1)));
            progress.Report(new RoundEnded(round));
            return true;
        });
        string all = Shown();
        foreach (string part in (string[])["loading reading photos", "5 of 10", "training round-01/search/A(2,1)", "run 0badcafe in runs/x", "round 1: search A(1,1) (200 labels)", "round 1: A(2,1) with 200 labels"])
        {
            Assert.Contains(part, all, StringComparison.Ordinal);
        }

        string Shown()
        {
            lock (shared)
            {
                return text.ToString();
            }
        }
    }

    private static RunDocument Document(params (int Blocks, int Stacks)[] path) => new()
    {
        Run = "0badcafe",
        Out = "runs/x",
        State = RunState.Finished,
        CreatedAt = "2026-01-02T03:04:05Z",
        Configuration = new RunConfiguration(),
        Rounds =
        [
            .. path.Select((step, i) => new RoundRecord(
                i + 1, 200 * (i + 1), new Architecture(step.Blocks, step.Stacks), 1, 1, new Evaluation(1, 0.5, 1, [0.5], 0), 1, 1, 1, null)),
        ],
        Queries = [],
    };
}
