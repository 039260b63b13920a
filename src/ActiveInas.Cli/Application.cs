using System.CommandLine;
using System.CommandLine.Parsing;
using ActiveInas.Cli.Commands;
using ActiveInas.Cli.Views;
using ActiveInas.Data;
using ActiveInas.Learning;
using ActiveInas.Runs;

namespace ActiveInas.Cli;

/// <summary>The command line: parses, runs a command, and turns its end into one line and an exit code.</summary>
internal static class Application
{
    /// <summary>Runs one command.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, Terminal terminal)
    {
        RootCommand root = CreateRoot(terminal);
        ParseResult parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        bool verbose = args.Contains("--verbose");
        try
        {
            ParseErrors.ThrowIfAny(parsed, root);

            // Signals are handled by the commands: a checkpoint may take longer than the parser would wait.
            InvocationConfiguration invocation = new()
            {
                Output = terminal.Out,
                Error = terminal.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            };
            return await parsed.InvokeAsync(invocation).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            return Report(exception, ParseErrors.CommandPath(parsed), terminal, verbose);
        }
    }

    /// <summary>The exit code that an exception means.</summary>
    internal static int CodeOf(Exception exception) => exception switch
    {
        UsageException => ExitCode.Usage,
        ConfigurationException or DataException or RunException => ExitCode.Configuration,
        LabelsPendingException or OperationCanceledException => ExitCode.Stopped,
        _ => ExitCode.Failed,
    };

    private static RootCommand CreateRoot(Terminal terminal)
    {
        RootCommand root = new("ainas: active learning that searches for the network architecture along with the labels (Active-iNAS).")
        {
            CommonOptions.Json,
            CommonOptions.NoProgress,
            CommonOptions.Verbose,
        };
        root.Add(RunCommand.Create(terminal));
        root.Add(ResumeCommand.Create(terminal));
        root.Add(ListCommand.Create(terminal));
        root.Add(ShowCommand.Create(terminal));
        root.Add(ExperimentCommand.Create(terminal));
        root.Add(TrialCommand.Create(terminal));
        root.Add(EstimateCommand.Create(terminal));
        root.Add(LabelCommand.Create(terminal));
        root.Add(LabelWorkers.CreateProject(terminal));
        root.Add(LabelWorkers.CreateRound(terminal));
        root.Add(LabelWorkers.CreateImages());
        root.Add(ReportCommand.Create(terminal));
        root.Add(WatchCommand.Create(terminal));
        root.Add(TrackCommand.Create(terminal));
        root.Add(ExportCommand.Create(terminal));
        root.Add(PredictCommand.Create(terminal));
        root.Add(ServeCommand.Create(terminal));
        root.Add(ModelCommand.Create(terminal));
        root.Add(EvaluateCommand.Create(terminal));
        root.Add(LabelsCommand.Create(terminal));
        root.Add(DataCommand.Create(terminal));
        root.Add(SpaceCommand.Create(terminal));
        root.Add(StrategiesCommand.Create(terminal));
        root.Add(InfoCommand.Create(terminal));
        root.Add(DoctorCommand.Create(terminal));
        root.Add(BenchCommand.Create(terminal));
        return root;
    }

    private static int Report(Exception exception, string command, Terminal terminal, bool verbose)
    {
        int code = CodeOf(exception);
        if (exception is ConfigurationException { Problems: { Count: > 1 } problems })
        {
            foreach (ConfigurationProblem problem in problems)
            {
                terminal.Error.WriteLine($"error: {OneLine(problem.Message)}");
            }
        }
        else
        {
            string message = exception is OperationCanceledException ? "stopped" : OneLine(exception.Message);
            terminal.Error.WriteLine(code switch
            {
                ExitCode.Usage => $"error: {message}{(message.EndsWith('?') ? " See" : "; see")} '{command} --help'",
                ExitCode.Stopped => message,
                _ => $"error: {message}",
            });
        }

        if (verbose && code != ExitCode.Usage)
        {
            terminal.Error.WriteLine(exception);
        }

        return code;
    }

    private static string OneLine(string text)
        => Printable.Text(string.Join(' ', text.Split((char[])['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)));
}
