using System.CommandLine;
using ActiveInas.Cli.Views;
using ActiveInas.Runs.Configuration;
using ActiveInas.Runs.Sessions;

namespace ActiveInas.Cli.Commands;

/// <summary><c>ainas resume RUN</c>: goes on with a run that stopped, to the same result as if it had not.</summary>
internal static class ResumeCommand
{
    public static Command Create(Terminal terminal)
    {
        Argument<string> run = new("RUN") { Description = "a run's folder, or its id in runs/" };
        Option<bool> otherKernels = new("--allow-other-kernels")
        {
            Description = "go on where the recorded kernels may not be used; the result will not be that of an uninterrupted run",
        };

        // What may differ in a resume is parsed like the same options of run.
        SettingOptions settings = new("labels", "data", "threads");
        Command command = new("resume", "Go on with a run that was stopped or killed.") { run };
        settings.AddTo(command);
        command.Add(otherKernels);
        command.SetAction((parsed, _) =>
        {
            ConfigurationBuilder builder = new(new RunConfiguration { Data = "", Threads = -1 });
            settings.Apply(parsed, builder);
            RunConfiguration given = builder.Resolve();
            ResumeOptions options = new()
            {
                Labels = given.Labels,
                Data = given.Data.Length > 0 ? given.Data : null,
                Threads = given.Threads >= 0 ? given.Threads : null,
                AllowOtherKernels = parsed.GetValue(otherKernels),
            };
            return RunWatcher.WatchAsync(
                terminal,
                parsed,
                (progress, cancellation) => ActiveInasRun.ResumeAsync(
                    parsed.GetRequiredValue(run), options, progress, cancellation: cancellation));
        });
        return command;
    }
}
