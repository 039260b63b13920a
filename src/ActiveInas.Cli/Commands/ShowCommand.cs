using System.CommandLine;
using ActiveInas.Cli.Views;
using ActiveInas.Runs.Output;
using ActiveInas.Runs.Sessions;

namespace ActiveInas.Cli.Commands;

/// <summary><c>ainas show RUN</c>: learning curve, architecture path and search trace, also while the run goes on.</summary>
internal static class ShowCommand
{
    public static Command Create(Terminal terminal)
    {
        Argument<string> run = new("RUN") { Description = "a run's folder, or its id in runs/" };
        Command command = new("show", "Show a run: learning curve, architecture path, search trace.") { run };
        command.SetAction(parsed =>
        {
            RunDocument document = RunDocument.Read(Catalog.Find(parsed.GetRequiredValue(run)));
            if (parsed.GetValue(CommonOptions.Json))
            {
                terminal.Out.WriteLine(document.ToJson());
                return;
            }

            RunView.WriteHead(terminal.Result, document);
            RunView.WriteCurve(terminal.Result, document);
            SearchTraceView.Write(terminal.Result, document);
            RunView.WriteFiles(terminal.Result, document);
        });
        return command;
    }
}
