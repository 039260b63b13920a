using ActiveInas.Runs.Experiments;
using ActiveInas.Runs.Live;
using ActiveInas.Runs.Output;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ActiveInas.Cli.Views;

/// <summary>An experiment at a glance while it goes on: what came out of each method so far, the runs under way, and the time left.</summary>
internal sealed class ExperimentDashboard(Experiment experiment, ExperimentFolder folder)
{
    private readonly Dictionary<string, CellState> _finished = [];

    /// <summary>The states of all cells. A finished one is read once.</summary>
    public IReadOnlyList<CellState> Read()
    {
        List<CellState> cells = [];
        foreach (ExperimentCell cell in experiment.Cells)
        {
            CellState state = _finished.GetValueOrDefault(cell.Id) ?? CellState.Read(cell, folder.Cell(cell.Id));
            if (state.State == RunState.Finished)
            {
                _finished[cell.Id] = state;
            }

            cells.Add(state);
        }

        return cells;
    }

    /// <summary>The picture of a moment.</summary>
    public IRenderable Create(IReadOnlyList<CellState> cells, IReadOnlyList<string> notices)
    {
        List<IRenderable> parts = [new Text($"{experiment.Title} ({folder.Root})", new Style(decoration: Decoration.Bold)), ExperimentView.Methods(cells)];
        if (ExperimentView.FewSeeds(cells) is { } few)
        {
            parts.Add(new Text(few, new Style(Color.Grey)));
        }

        CellState[] running = [.. cells.Where(cell => cell.State == RunState.Running)];
        if (running.Length > 0)
        {
            Table table = Tables.Create("run", "#labels", "under way", "", "#left");
            foreach (CellState cell in running)
            {
                LiveProgress? progress = LiveProgress.Read(cell.Folder);
                table.AddRow(
                    Tables.Text(cell.Cell.Label),
                    Tables.Text($"{NumberText.Count(progress?.Labels ?? 0)} of {NumberText.Count(cell.Cell.Configuration.Budget)}"),
                    Tables.Text(progress is null ? "-" : $"{progress.Stage} {progress.Architecture}"),
                    Tables.Text(progress is { Steps: > 0 } ? RunDashboard.Bar((double)progress.Step / progress.Steps) : ""),
                    Tables.Text(progress?.SecondsLeft is { } seconds ? NumberText.Duration(seconds) : "-"));
            }

            parts.Add(table);
        }

        int done = cells.Count(cell => cell.State == RunState.Finished);
        string left = SecondsLeft(cells, Math.Max(1, running.Length)) is { } all ? $", about {NumberText.Duration(all)} left" : "";
        parts.Add(new Text($"{"all runs",-24} {RunDashboard.Bar((double)done / Math.Max(1, cells.Count))} {done} of {cells.Count}{left}"));
        parts.AddRange(notices.Select(notice => new Text(notice, new Style(Color.Grey))));
        return new Rows(parts);
    }

    /// <summary>What the runs under way say of themselves, and for those that wait the mean of the finished ones of their method, or of all.</summary>
    internal static double? SecondsLeft(IReadOnlyList<CellState> cells, int jobs)
    {
        CellState[] finished = [.. cells.Where(cell => cell.State == RunState.Finished)];
        double sum = 0;
        foreach (CellState cell in cells.Where(cell => cell.State != RunState.Finished))
        {
            double[] alike = [.. finished.Where(other => other.Cell.Method == cell.Cell.Method).Select(other => other.Run!.Seconds)];
            double? expected = cell.State == RunState.Running && LiveProgress.Read(cell.Folder)?.SecondsLeft is { } left ? left
                : alike.Length > 0 ? alike.Average()
                : finished.Length > 0 ? finished.Average(other => other.Run!.Seconds)
                : null;
            if (expected is null)
            {
                return null;
            }

            sum += expected.Value;
        }

        return sum / jobs;
    }
}
