using System.CommandLine;
using ActiveInas.Cli.Views;
using ActiveInas.Runs.Labelling;
using ActiveInas.Server;

namespace ActiveInas.Cli.Commands;

/// <summary>What <c>ainas label</c> does in processes of their own, so that a broken image or a long training harms no page. Not meant to be called by people.</summary>
internal static class LabelWorkers
{
    /// <summary>The command that reads the images and records a project; takes what <c>ainas label</c> does.</summary>
    public const string Begin = "label-create";

    public static Command CreateProject(Terminal terminal)
    {
        LabelOptions options = new();
        Command command = new(Begin, "Begin a labelling project.") { Hidden = true };
        options.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            using Signals signals = new(terminal, stopping: null);
            await ProgressViews.WatchAsync(
                terminal,
                parsed,
                async progress =>
                {
                    await options.CreateAsync(parsed, progress, signals.Token).ConfigureAwait(false);
                    return ExitCode.Ok;
                }).ConfigureAwait(false);
            return ExitCode.Ok;
        });
        return command;
    }

    public static Command CreateRound(Terminal terminal)
    {
        Argument<string> root = new("PROJECT");
        Option<bool> review = new(ProcessRoundWorker.ReviewOption);
        Command command = new(ProcessRoundWorker.Command, "Compute until labels are missing, or the input ends.") { root, review };
        command.Hidden = true;
        command.SetAction(async (parsed, _) =>
        {
            using Signals signals = new(terminal, stopping: null);
            using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(signals.Token);

            // Whoever started this holds the other end of the input: when they are gone, whatever the reason, it stops with a checkpoint.
            Task watch = StopAtEndOfInputAsync(stop);
            string folder = parsed.GetRequiredValue(root);
            await (parsed.GetValue(review)
                ? LabellingRounds.ReviewAsync(folder, progress: null, stop.Token)
                : LabellingRounds.AdvanceAsync(folder, progress: null, stop.Token)).ConfigureAwait(false);
            return watch.IsFaulted ? ExitCode.Failed : ExitCode.Ok;
        });
        return command;
    }

    private static async Task StopAtEndOfInputAsync(CancellationTokenSource stop)
    {
        await Task.Yield();
        await Console.In.ReadToEndAsync(CancellationToken.None).ConfigureAwait(false);
        if (!stop.IsCancellationRequested)
        {
            await stop.CancelAsync().ConfigureAwait(false);
        }
    }

    public static Command CreateImages()
    {
        Command command = new(ProcessImageConverter.Command, "Decode images for a page.") { Hidden = true };
        command.SetAction(_ =>
        {
            using Stream input = Console.OpenStandardInput();
            using Stream output = Console.OpenStandardOutput();
            ProcessImageConverter.Serve(input, output);
            return ExitCode.Ok;
        });
        return command;
    }
}
