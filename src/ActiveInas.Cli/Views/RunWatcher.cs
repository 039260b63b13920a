using System.CommandLine;
using ActiveInas.Learning;
using ActiveInas.Runs.Folder;
using ActiveInas.Runs.Output;
using ActiveInas.Runs.Sessions;

namespace ActiveInas.Cli.Views;

/// <summary>Sees a run through: progress, signals, and its result or the way to go on.</summary>
internal static class RunWatcher
{
    public static async Task<int> WatchAsync(
        Terminal terminal, ParseResult parsed, Func<IProgress<ProgressEvent>, CancellationToken, Task<RunDocument>> run)
    {
        FolderWatch watch = new();
        bool json = parsed.GetValue(CommonOptions.Json);
        try
        {
            RunDocument document = await ProgressViews.WatchRunAsync(
                terminal, parsed, (progress, cancellation) => run(watch.Before(progress), cancellation)).ConfigureAwait(false);
            Write(terminal, document, json);
            return ExitCode.Ok;
        }
        catch (Exception exception) when (exception is OperationCanceledException or LabelsPendingException)
        {
            terminal.Error.WriteLine(Explanation(exception, watch.Folder));
            if (json && watch.Folder is { } folder)
            {
                terminal.Out.WriteLine(RunDocument.Read(RunFolder.At(folder)).ToJson());
            }

            return ExitCode.Stopped;
        }
    }

    private static string Explanation(Exception exception, string? folder) => exception switch
    {
        LabelsPendingException => SettingTable.InOptions(exception.Message),
        _ when folder is null => "stopped before anything was recorded; start again with 'ainas run'",
        _ => $"stopped with a checkpoint; go on with: ainas resume {folder}",
    };

    private static void Write(Terminal terminal, RunDocument document, bool json)
    {
        if (json)
        {
            terminal.Out.WriteLine(document.ToJson());
            return;
        }

        RunView.WriteCurve(terminal.Result, document);
        RunView.WriteFiles(terminal.Result, document);
    }

    /// <summary>Remembers the run's folder, which is chosen inside.</summary>
    private sealed class FolderWatch
    {
        public string? Folder { get; private set; }

        public IProgress<ProgressEvent> Before(IProgress<ProgressEvent> next) => new Tee(this, next);

        private sealed class Tee(FolderWatch watch, IProgress<ProgressEvent> next) : IProgress<ProgressEvent>
        {
            public void Report(ProgressEvent value)
            {
                if (value is RunOpened opened)
                {
                    watch.Folder = opened.Folder;
                }

                next.Report(value);
            }
        }
    }
}
