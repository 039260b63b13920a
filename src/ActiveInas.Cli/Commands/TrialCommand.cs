using System.CommandLine;
using ActiveInas.Architectures;
using ActiveInas.Cli.Views;
using ActiveInas.Runs.Configuration;
using ActiveInas.Runs.Output;
using ActiveInas.Runs.Trials;
using ActiveInas.Training;
using Spectre.Console;

namespace ActiveInas.Cli.Commands;

/// <summary><c>ainas trial FILE --out DIR</c>: one training of a run, for queues and clusters.</summary>
internal static class TrialCommand
{
    public static Command Create(Terminal terminal)
    {
        Argument<string> file = new("JOB.json") { Description = "what to train, as the library's TrialFile.Write wrote it; paths in it are relative to it" };
        Option<string> folder = new("--out") { Required = true, HelpName = "DIR", Description = "where its checkpoint and its result.json lie: a folder for each job" };
        SettingOptions settings = new("threads", "dataDirectory");
        Command command = new("trial", "Do one training that a file describes; run again, it goes on, and ends at once where its result exists.") { file, folder };
        settings.AddTo(command);
        command.SetAction((parsed, _) =>
        {
            ConfigurationBuilder builder = new();
            settings.Apply(parsed, builder);
            RunConfiguration machine = builder.ResolveValid();
            return RunAsync(terminal, parsed, parsed.GetRequiredValue(file), parsed.GetRequiredValue(folder), new TrialOptions(machine.Threads, machine.DataDirectory));
        });
        return command;
    }

    private static async Task<int> RunAsync(Terminal terminal, ParseResult parsed, string file, string folder, TrialOptions options)
    {
        try
        {
            TrialJob job = TrialFile.Read(file);
            TrialOutcome outcome = await ProgressViews.WatchTrialAsync(
                terminal, parsed, (progress, cancellation) => TrialRun.RunAsync(job, folder, options, progress, cancellation)).ConfigureAwait(false);
            if (parsed.GetValue(CommonOptions.Json))
            {
                terminal.Out.WriteLine(outcome.ToJson());
            }
            else
            {
                Write(terminal.Result, outcome, folder);
            }

            return ExitCode.Ok;
        }
        catch (OperationCanceledException)
        {
            terminal.Error.WriteLine(Printable.Text($"stopped; go on with: ainas trial {file} --out {folder}"));
            return ExitCode.Stopped;
        }
    }

    private static void Write(IAnsiConsole console, TrialOutcome outcome, string folder)
    {
        Tables.Fact(console, "job", outcome.Job);
        Tables.Fact(console, "training", $"{outcome.Key}: {outcome.Architecture}");
        if (outcome.Candidate is { } candidate)
        {
            Tables.Fact(console, "validation error", NumberText.Share(candidate.ValidationError));
        }

        Tables.Fact(console, "steps, loss", $"{NumberText.Count(outcome.Steps)}, {outcome.FinalLoss:0.000}");
        Tables.Fact(console, "time", NumberText.Duration(outcome.Seconds));
        Tables.Fact(console, "result", Path.Combine(folder, "result.json"));
    }
}
