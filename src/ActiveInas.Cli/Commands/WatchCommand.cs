using System.CommandLine;
using ActiveInas.Cli.Views;
using ActiveInas.Runs.Experiments;
using ActiveInas.Runs.Folder;
using ActiveInas.Runs.Live;
using ActiveInas.Runs.Output;
using ActiveInas.Runs.Sessions;

namespace ActiveInas.Cli.Commands;

/// <summary><c>ainas watch RUN|EXPERIMENT</c>: follows what another process does until it ends.</summary>
internal static class WatchCommand
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    public static Command Create(Terminal terminal)
    {
        Argument<string> what = new("RUN|EXPERIMENT") { Description = "a run (folder, or id in runs/), or the folder of an experiment" };
        Command command = new("watch", "Follow a run or an experiment of another process: curve, stage, time left.") { what };
        command.SetAction(async (parsed, _) =>
        {
            using Signals signals = new(terminal, stopping: null);
            string path = parsed.GetRequiredValue(what);
            return ExperimentFolder.IsExperiment(path)
                ? await WatchExperimentAsync(terminal, parsed, path, signals.Token).ConfigureAwait(false)
                : await WatchRunAsync(terminal, parsed, Catalog.Find(path), signals.Token).ConfigureAwait(false);
        });
        return command;
    }

    private static async Task<int> WatchRunAsync(Terminal terminal, ParseResult parsed, RunFolder folder, CancellationToken cancellation)
    {
        RunDocument run = RunDocument.Read(folder);
        if (run.State == RunState.Running)
        {
            Task end = UntilAsync(() => !folder.HasStore || LiveView.Read(folder) is { State: not RunState.Running }, cancellation);
            await ShowAsync(terminal, parsed, () => LiveView.OfRun(folder, []) ?? Tables.Text(""), () => Line(folder), end).ConfigureAwait(false);
            run = RunDocument.Read(folder);
        }

        if (parsed.GetValue(CommonOptions.Json))
        {
            terminal.Out.WriteLine(run.ToJson());
        }
        else
        {
            RunView.WriteHead(terminal.Result, run);
            RunView.WriteCurve(terminal.Result, run);
            RunView.WriteFiles(terminal.Result, run);
        }

        return ExitCode.Ok;
    }

    private static async Task<int> WatchExperimentAsync(Terminal terminal, ParseResult parsed, string path, CancellationToken cancellation)
    {
        ExperimentFolder folder = ExperimentFolder.At(path);
        Experiment experiment = folder.Read();
        ExperimentDashboard dashboard = new(experiment, folder);
        IReadOnlyList<CellState> cells = dashboard.Read();
        if (cells.Any(cell => cell.State == RunState.Running))
        {
            Task end = UntilAsync(() => dashboard.Read().All(cell => cell.State != RunState.Running), cancellation);
            await ShowAsync(terminal, parsed, () => dashboard.Create(dashboard.Read(), []), () => ExperimentView.Counts(dashboard.Read()), end).ConfigureAwait(false);
        }

        ExperimentView.WriteCells(terminal, experiment, folder, parsed.GetValue(CommonOptions.Json));
        return ExitCode.Ok;
    }

    // A dashboard on a terminal; otherwise a line whenever it changes.
    private static async Task ShowAsync(
        Terminal terminal, ParseResult parsed, Func<Spectre.Console.Rendering.IRenderable> picture, Func<string?> line, Task end)
    {
        if (ProgressViews.Moves(terminal, parsed))
        {
            await LiveView.ShowAsync(terminal.Progress, terminal.Error, picture, end).ConfigureAwait(false);
        }

        for (string? last = null; !end.IsCompleted; await Task.WhenAny(end, Task.Delay(s_interval)).ConfigureAwait(false))
        {
            if (line() is { } now && now != last)
            {
                terminal.Error.WriteLine(now);
                last = now;
            }
        }

        await end.ConfigureAwait(false);
    }

    private static string? Line(RunFolder folder)
        => LiveProgress.Read(folder) is { } progress ? $"round {progress.Round}: {progress.Stage} {progress.Architecture} ({NumberText.Count(progress.Labels)} {Counted.Word(progress.Labels, "label")})" : null;

    // Ctrl+C ends the watching, not the run.
    private static async Task UntilAsync(Func<bool> ended, CancellationToken cancellation)
    {
        try
        {
            // Twice in a row: between two runs of an experiment nothing runs for a moment.
            for (int still = 0; still < 2; still = ended() ? still + 1 : 0)
            {
                await Task.Delay(s_interval, cancellation).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
        }
    }
}
