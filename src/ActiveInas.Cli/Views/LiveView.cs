using ActiveInas.Runs.Folder;
using ActiveInas.Runs.Live;
using ActiveInas.Runs.Output;
using ActiveInas.Runs.Store;
using Microsoft.Data.Sqlite;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ActiveInas.Cli.Views;

/// <summary>Keeps a dashboard on the terminal up to date from what a run or an experiment writes, in this process or in another.</summary>
internal static class LiveView
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(500);

    /// <summary>Shows pictures until the work is over, then clears them. What goes wrong with a picture is one line on stderr and nothing to the work.</summary>
    /// <returns>Whether pictures were shown to the end.</returns>
    public static async Task<bool> ShowAsync(IAnsiConsole console, TextWriter error, Func<IRenderable> picture, Task work)
    {
        try
        {
            await console.Live(new Text("")).AutoClear(true).Overflow(VerticalOverflow.Crop).Cropping(VerticalOverflowCropping.Bottom).StartAsync(async context =>
            {
                while (!work.IsCompleted)
                {
                    context.UpdateTarget(picture());
                    await Task.WhenAny(work, Task.Delay(s_interval)).ConfigureAwait(false);
                }
            }).ConfigureAwait(false);
            return true;
        }
        catch (Exception exception)
        {
            ReportFailure(error, exception);
            return false;
        }
    }

    /// <summary>Says that nothing more is shown.</summary>
    public static void ReportFailure(TextWriter error, Exception exception)
        => error.WriteLine($"progress is no longer shown ({string.Join(' ', exception.Message.Split((char[])['\r', '\n'], StringSplitOptions.RemoveEmptyEntries))}); the work goes on");

    /// <summary>The dashboard of a run's folder; null while nothing is recorded, or while the store is busy.</summary>
    public static IRenderable? OfRun(RunFolder folder, IReadOnlyList<string> notices)
        => Read(folder) is { } run ? RunDashboard.Create(run, run.State == RunState.Running ? LiveProgress.Read(folder) : null, notices) : null;

    /// <summary>A run, or null while nothing is recorded.</summary>
    public static RunDocument? Read(RunFolder folder)
    {
        try
        {
            return RunDocument.Find(folder);
        }
        catch (SqliteException)
        {
            // The writer is just making it.
            return null;
        }
    }
}
