using System.CommandLine;
using System.Text.Json.Nodes;
using ActiveInas.Architectures;
using ActiveInas.Cli.Views;
using ActiveInas.Runs.Configuration;
using ActiveInas.Runs.Output;
using ActiveInas.Runs.Trials;
using ActiveInas.Training;
using Spectre.Console;

namespace ActiveInas.Cli.Commands;

/// <summary><c>ainas trial JOB.json --out DIR</c>: one training of a run, for queues and clusters; <c>ainas trial JOB.json --from RUN</c> writes such a file.</summary>
internal static class TrialCommand
{
    public static Command Create(Terminal terminal)
    {
        Argument<string> file = new("JOB.json") { Description = "what to train, as the library's TrialFile.Write wrote it; paths in it are relative to it" };
        Option<string?> folder = new("--out") { HelpName = "DIR", Description = "where its checkpoint and its result.json lie: a folder for each job" };
        Option<string?> from = new("--from") { HelpName = "RUN", Description = "write JOB.json instead: a training of a run (folder, or id in runs/)" };
        Option<int?> round = new("--round") { HelpName = "N", Description = "with --from: which round (default: the last finished one)" };
        Option<string?> architecture = new("--architecture") { HelpName = "A(i,j)", Description = "with --from: a candidate of the round's search (default: the round's network)" };
        SettingOptions settings = new("threads", "dataDirectory");
        Command command = new("trial", "Do one training that a file describes, or write such a file; run again, it goes on, and ends at once where its result exists.")
        {
            file, folder, from, round, architecture,
        };
        settings.AddTo(command);
        command.SetAction((parsed, _) =>
        {
            ConfigurationBuilder builder = new();
            settings.Apply(parsed, builder);
            RunConfiguration machine = builder.ResolveValid();
            TrialOptions options = new(machine.Threads, machine.DataDirectory);
            (string path, string? output, string? run) = (parsed.GetRequiredValue(file), parsed.GetValue(folder), parsed.GetValue(from));
            (int? t, string? candidate) = (parsed.GetValue(round), parsed.GetValue(architecture));
            return (output, run) switch
            {
                (null, { } source) => WriteJobAsync(terminal, parsed, source, t, candidate is null ? null : Architecture.Parse(candidate), path, options),
                ({ } target, null) when t is null && candidate is null => RunAsync(terminal, parsed, path, target, options),
                ({ }, null) => throw new UsageException("--round and --architecture choose a training of the run that --from names"),
                ({ }, { }) => throw new UsageException("--out is for doing a training, and --from for writing its file: give one of them"),
                _ => throw new UsageException("--out is missing"),
            };
        });
        return command;
    }

    private static async Task<int> WriteJobAsync(Terminal terminal, ParseResult parsed, string run, int? round, Architecture? candidate, string file, TrialOptions options)
    {
        using Signals signals = new(terminal, stopping: null);
        TrialJob job = await ProgressViews.WatchAsync(
            terminal, parsed, progress => TrialRun.JobFromAsync(run, round, candidate, options, progress, signals.Token)).ConfigureAwait(false);
        NamedFiles.Write("The job", "JOB.json", () =>
        {
            TrialFile.Write(file, job);
            return file;
        });
        if (parsed.GetValue(CommonOptions.Json))
        {
            terminal.Out.WriteLine(JsonText.Write(new JsonObject
            {
                ["schema_version"] = RunDocument.SchemaVersion,
                ["job"] = job.Id,
                ["training"] = job.Request.Key,
                ["file"] = file,
            }));
            return ExitCode.Ok;
        }

        Tables.Fact(terminal.Result, "job", job.Id);
        Tables.Fact(terminal.Result, "training", $"{job.Request.Key}: {job.Request.Architecture}");
        Tables.Fact(terminal.Result, "do it", $"ainas trial {file} --out DIR");
        return ExitCode.Ok;
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
