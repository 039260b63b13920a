using System.CommandLine;
using ActiveInas.Cli.Views;
using ActiveInas.Kernels;
using ActiveInas.Runs;

namespace ActiveInas.Cli.Commands;

/// <summary><c>ainas run [CONFIG.json]</c>: starts a run and sees it through.</summary>
internal static class RunCommand
{
    public static Command Create(Terminal terminal)
    {
        Argument<string?> file = new("CONFIG.json") { Arity = ArgumentArity.ZeroOrOne, Description = "configuration file; options override it" };
        Option<bool> dryRun = new("--dry-run") { Description = "check and print the resolved configuration, and run nothing" };
        RunOptions options = new();
        Command command = new("run", "Learn actively: query labels, search the architecture, train, until the budget is spent.") { file };
        options.AddTo(command);
        command.Add(dryRun);
        command.SetAction(async (parsed, _) =>
        {
            RunConfiguration configuration = options.Resolve(parsed, parsed.GetValue(file));
            if (parsed.GetValue(dryRun))
            {
                terminal.Out.WriteLine((configuration.Validate() with { Kernels = KernelSelection.FindForRun(configuration.Kernels).Name }).ToJson());
                return ExitCode.Ok;
            }

            return await RunWatcher.WatchAsync(
                terminal,
                parsed,
                (progress, cancellation) => ActiveInasRun.StartAsync(configuration, progress, cancellation: cancellation)).ConfigureAwait(false);
        });
        return command;
    }
}
