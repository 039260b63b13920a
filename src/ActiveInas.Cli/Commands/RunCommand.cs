using System.CommandLine;
using ActiveInas.Cli.Views;
using ActiveInas.Kernels;
using ActiveInas.Runs.Configuration;
using ActiveInas.Runs.Estimation;
using ActiveInas.Runs.Sessions;

namespace ActiveInas.Cli.Commands;

/// <summary><c>ainas run [CONFIG.json]</c>: starts a run and sees it through.</summary>
internal static class RunCommand
{
    // As ainas estimate: for each figure measured before a run with --hours.
    private static readonly TimeSpan s_measurement = TimeSpan.FromSeconds(0.5);

    public static Command Create(Terminal terminal)
    {
        Argument<string?> file = new("CONFIG.json") { Arity = ArgumentArity.ZeroOrOne, Description = "configuration file; options override it" };
        Option<bool> dryRun = new("--dry-run") { Description = "check and print the resolved configuration, and run nothing" };
        Option<double?> hours = new("--hours")
        {
            Description = "shorten trainings so that the run is predicted to end in so many hours, measured before it starts",
            HelpName = "H",
        };
        RunOptions options = new();
        Command command = new("run", "Learn actively: query labels, search the architecture, train, until the budget is spent.") { file };
        options.AddTo(command);
        command.Add(dryRun);
        command.Add(hours);
        command.SetAction(async (parsed, _) =>
        {
            RunConfiguration configuration = options.Resolve(parsed, parsed.GetValue(file));
            double? limit = parsed.GetValue(hours);
            if (limit is { } given && !(given is > 0 and < 1e6))
            {
                throw new UsageException($"--hours is {given}; it must be above 0, for example 2 or 0.5");
            }

            if (parsed.GetValue(dryRun))
            {
                terminal.Out.WriteLine((configuration with { Kernels = KernelSelection.FindForRun(configuration.Kernels).Name }).ToJson());
                return ExitCode.Ok;
            }

            return await RunWatcher.WatchAsync(
                terminal,
                parsed,
                async (progress, cancellation) => await ActiveInasRun.StartAsync(
                    await FittedAsync(configuration, limit, progress, cancellation).ConfigureAwait(false), progress, cancellation: cancellation).ConfigureAwait(false)).ConfigureAwait(false);
        });
        return command;
    }

    private static async Task<RunConfiguration> FittedAsync(
        RunConfiguration configuration, double? hours, IProgress<ProgressEvent>? progress, CancellationToken cancellation)
    {
        if (hours is not { } limit)
        {
            return configuration;
        }

        FittedRun fitted = await RecipeBudget.FitAsync(configuration, limit, s_measurement, progress, cancellation).ConfigureAwait(false);
        progress?.Report(new Notice(fitted.Message));
        return fitted.Configuration;
    }
}
