using Spectre.Console;

namespace ActiveInas.Cli;

/// <summary>Where a command writes: results to <see cref="Out"/>, everything else to <see cref="Error"/>.</summary>
internal sealed class Terminal : IDisposable
{
    private const int RedirectedWidth = 132;

    /// <param name="output">stdout.</param>
    /// <param name="error">stderr.</param>
    /// <param name="outputIsTerminal">Whether a person reads stdout directly.</param>
    /// <param name="errorIsTerminal">Whether a person reads stderr directly.</param>
    /// <param name="handlesSignals">Whether SIGINT and SIGTERM are this program's to handle.</param>
    public Terminal(TextWriter output, TextWriter error, bool outputIsTerminal, bool errorIsTerminal, bool handlesSignals)
    {
        Out = output;
        Error = new LastingWriter(error);
        HandlesSignals = handlesSignals;
        ShowsProgress = errorIsTerminal && !IsSet("NO_COLOR") && !IsSet("CI");
        Result = Create(output, outputIsTerminal);
        Progress = Create(error, errorIsTerminal);
    }

    public TextWriter Out { get; }

    /// <summary>Never throws.</summary>
    public TextWriter Error { get; }

    /// <summary>Tables for stdout.</summary>
    public IAnsiConsole Result { get; }

    /// <summary>Progress bars for stderr.</summary>
    public IAnsiConsole Progress { get; }

    /// <summary>Whether bars that move make sense.</summary>
    public bool ShowsProgress { get; }

    public bool HandlesSignals { get; }

    /// <summary>The console of this process. A file that cannot be written is an error; a terminal that went away is not, and messages are for whoever is left.</summary>
    public static Terminal OfProcess()
    {
        // Set, not just wrapped: Spectre.Console knows a terminal by its being the console's own writer.
        Console.SetError(new LastingWriter(Console.Error));
        if (!Console.IsOutputRedirected)
        {
            Console.SetOut(new LastingWriter(Console.Out));
        }

        return new(Console.Out, Console.Error, !Console.IsOutputRedirected, !Console.IsErrorRedirected, handlesSignals: true);
    }

    public void Dispose()
    {
        Out.Flush();
        Error.Flush();
    }

    private static bool IsSet(string variable) => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(variable));

    private static IAnsiConsole Create(TextWriter writer, bool isTerminal)
    {
        bool colours = isTerminal && !IsSet("NO_COLOR");
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = colours ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = colours ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = isTerminal ? InteractionSupport.Detect : InteractionSupport.No,
        });
        if (!isTerminal)
        {
            console.Profile.Width = RedirectedWidth;
        }

        console.Profile.Capabilities.Unicode = true;
        return console;
    }
}
