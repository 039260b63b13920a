using System.CommandLine;
using ActiveInas.Runs.Experiments;
using ActiveInas.Runs.Folder;
using Spectre.Console.Rendering;

namespace ActiveInas.Cli.Views;

/// <summary>Chooses how progress is shown: dashboards and bars that move on a terminal, otherwise one line a stage.</summary>
internal static class ProgressViews
{
    /// <summary>Whether pictures that move make sense.</summary>
    public static bool Moves(Terminal terminal, ParseResult parsed) => terminal.ShowsProgress && !parsed.GetValue(CommonOptions.NoProgress);

    /// <summary>Watches work that loads, measures or writes: a bar.</summary>
    public static Task<T> WatchAsync<T>(Terminal terminal, ParseResult parsed, Func<IProgress<ProgressEvent>, Task<T>> work)
        => Moves(terminal, parsed) ? TerminalProgress.WatchAsync(terminal.Progress, terminal.Error, work) : work(Lines(terminal.Error));

    /// <summary>Watches a run: its dashboard as soon as its folder is known.</summary>
    public static Task<T> WatchRunAsync<T>(Terminal terminal, ParseResult parsed, Func<IProgress<ProgressEvent>, CancellationToken, Task<T>> work)
        => WatchAsync(terminal, parsed, work, latest => latest.Folder is { } folder ? LiveView.OfRun(RunFolder.At(folder), latest.Notices) : null);

    /// <summary>Watches one training: a bar.</summary>
    public static async Task<T> WatchTrialAsync<T>(Terminal terminal, ParseResult parsed, Func<IProgress<ProgressEvent>, CancellationToken, Task<T>> work)
    {
        // A line of its own would tear the bar: it stands among the events.
        using Signals signals = new(terminal, stopping: null);
        return await WatchAsync(terminal, parsed, async progress =>
        {
            using CancellationTokenRegistration stopping = signals.Token.Register(() => progress.Report(new Notice(Signals.Stopping)));
            return await work(progress, signals.Token).ConfigureAwait(false);
        }).ConfigureAwait(false);
    }

    /// <summary>Watches an experiment: its dashboard.</summary>
    public static Task<T> WatchExperimentAsync<T>(
        Terminal terminal, ParseResult parsed, Experiment experiment, ExperimentFolder folder, Func<IProgress<ProgressEvent>, CancellationToken, Task<T>> work)
    {
        ExperimentDashboard dashboard = new(experiment, folder);
        return WatchAsync(terminal, parsed, work, latest => dashboard.Create(dashboard.Read(), latest.Notices));
    }

    /// <summary>One line a stage.</summary>
    public static IProgress<ProgressEvent> Lines(TextWriter error)
        => new SafeProgress(new PlainProgress(error), exception => LiveView.ReportFailure(error, exception));

    private static async Task<T> WatchAsync<T>(
        Terminal terminal, ParseResult parsed, Func<IProgress<ProgressEvent>, CancellationToken, Task<T>> work, Func<LatestEvents, IRenderable?> picture)
    {
        if (!Moves(terminal, parsed))
        {
            using Signals plain = new(terminal);
            return await work(Lines(terminal.Error), plain.Token).ConfigureAwait(false);
        }

        // A line of its own would tear the picture: the dashboard says it.
        using Signals signals = new(terminal, stopping: null);
        LatestEvents latest = new();
        using CancellationTokenRegistration stopping = signals.Token.Register(() => latest.Report(new Notice(Signals.Stopping)));
        SafeProgress events = new(latest, exception => LiveView.ReportFailure(terminal.Error, exception));
        Task<T> task = Task.Run(() => work(events, signals.Token));
        if (!await LiveView.ShowAsync(terminal.Progress, terminal.Error, () => picture(latest) ?? Tables.Text(latest.Loading ?? "starting"), task).ConfigureAwait(false))
        {
            using CancellationTokenRegistration said = signals.Token.Register(() => terminal.Error.WriteLine(Signals.Stopping));
            return await task.ConfigureAwait(false);
        }

        return await task.ConfigureAwait(false);
    }
}
