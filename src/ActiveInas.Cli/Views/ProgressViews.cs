using System.CommandLine;

namespace ActiveInas.Cli.Views;

/// <summary>Chooses how progress is shown: moving bars on a terminal, otherwise one line a stage.</summary>
internal static class ProgressViews
{
    public static Task<T> WatchAsync<T>(Terminal terminal, ParseResult parsed, Func<IProgress<ProgressEvent>, Task<T>> work)
        => terminal.ShowsProgress && !parsed.GetValue(CommonOptions.NoProgress)
            ? TerminalProgress.WatchAsync(terminal.Progress, work)
            : work(new PlainProgress(terminal.Error));
}
