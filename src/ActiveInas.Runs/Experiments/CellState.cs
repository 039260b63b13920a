using System.Text.Json;
using ActiveInas.Runs.Folder;
using ActiveInas.Runs.Output;
using ActiveInas.Runs.Store;
using Microsoft.Data.Sqlite;

namespace ActiveInas.Runs.Experiments;

/// <summary>A cell with what its folder holds.</summary>
/// <param name="Cell">Which.</param>
/// <param name="Folder">The run's folder.</param>
/// <param name="State">What it does.</param>
/// <param name="Run">Null while nothing is recorded: a run that is loading its data is running without one.</param>
public sealed record CellState(ExperimentCell Cell, RunFolder Folder, RunState State, RunDocument? Run)
{
    /// <summary>The states of all cells, also while processes write them.</summary>
    public static IReadOnlyList<CellState> ReadAll(Experiment experiment, ExperimentFolder folder)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        ArgumentNullException.ThrowIfNull(folder);
        return [.. experiment.Cells.Select(cell => Read(cell, folder.Cell(cell.Id)))];
    }

    /// <summary>Whether a run is recorded as finished; a damaged one is not.</summary>
    internal static bool IsFinished(RunFolder folder)
    {
        try
        {
            if (!folder.HasStore)
            {
                return false;
            }

            using RunStore store = RunStore.OpenReader(folder.Database);
            return store.FindRun() is { IsFinished: true };
        }
        catch (Exception exception) when (IsDamage(exception))
        {
            return false;
        }
    }

    // What reading a run throws when its files are not those of a run.
    private static bool IsDamage(Exception exception) => exception is RunException or ConfigurationException or SqliteException or JsonException;

    /// <summary>The state of a cell, also while a process writes it.</summary>
    public static CellState Read(ExperimentCell cell, RunFolder folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        try
        {
            if (!RunStore.HasRun(folder))
            {
                return new CellState(cell, folder, FolderLock.IsHeld(folder) ? RunState.Running : RunState.Missing, null);
            }

            RunDocument run = RunDocument.Read(folder);
            return new CellState(cell, folder, run.State, run);
        }
        catch (Exception exception) when (IsDamage(exception))
        {
            // One damaged run must not hide the others.
            return new CellState(cell, folder, RunState.Unreadable, null);
        }
    }
}
