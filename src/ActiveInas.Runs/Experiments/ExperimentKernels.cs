using ActiveInas.Compute;
using ActiveInas.Runs.Folder;
using ActiveInas.Runs.Sessions;
using ActiveInas.Runs.Store;
using Microsoft.Data.Sqlite;

namespace ActiveInas.Runs.Experiments;

/// <summary>The kernels of all runs of an experiment: chosen when the first run starts, recorded in its folder, the same on every machine that works on it.</summary>
internal static class ExperimentKernels
{
    /// <summary>Name of the kernels for runs that start.</summary>
    /// <param name="experiment">May name kernels.</param>
    /// <param name="folder">May record some; null: there is none.</param>
    /// <param name="parts">Choose.</param>
    /// <param name="allowOther">Others where the recorded may not be used.</param>
    /// <exception cref="RunException">Those that are recorded may not be used here, or the experiment names others.</exception>
    /// <exception cref="ConfigurationException">Those that the experiment names may not be used here.</exception>
    public static string Resolve(Experiment experiment, ExperimentFolder? folder, RunParts parts, bool allowOther)
    {
        string? named = experiment.Cells.Select(cell => cell.Configuration.Kernels).FirstOrDefault(kernels => kernels is not null);
        string? recorded = folder is null ? null : Recorded(experiment, folder);
        if (recorded is null)
        {
            return named is null ? parts.ChooseKernels(null) : parts.RequireKernels(named);
        }

        if (named is not null && !KernelTable.GiveSameBytes(named, recorded))
        {
            throw new RunException(
                $"{folder!.Root}: the experiment asks for the kernels {named}, its runs are made with {recorded}: runs of one experiment compare only with the same. "
                + "Leave the kernels out, or choose another folder with `out`.");
        }

        string chosen = parts.ChooseKernels(recorded);
        return KernelTable.GiveSameBytes(recorded, chosen) || allowOther
            ? chosen
            : throw new RunException(
                $"{folder!.Root}: its runs are made with the kernels {recorded}, which this process may not use; runs with {chosen} would not compare with them. "
                + "Go on where they may be used ('ainas info' lists them; see AINAS_MAX_ISA), choose another folder with `out`, or add `allowOtherKernels`.");
    }

    /// <summary>Resolves them and records them, unless another process was faster: then its choice holds.</summary>
    /// <inheritdoc cref="Resolve"/>
    public static string Record(Experiment experiment, ExperimentFolder folder, RunParts parts, bool allowOther)
    {
        string kernels = Resolve(experiment, folder, parts, allowOther);
        string own = $"{folder.Kernels}.{Environment.ProcessId}";
        try
        {
            if (File.Exists(folder.Kernels))
            {
                return kernels;
            }

            AtomicFile.WriteText(own, kernels + "\n");
            File.Move(own, folder.Kernels, overwrite: false);
            return kernels;
        }
        catch (IOException) when (File.Exists(folder.Kernels))
        {
            File.Delete(own);
            return Resolve(experiment, folder, parts, allowOther);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new RunException($"{folder.Kernels}: the file cannot be written: {exception.Message} Make room, or choose another folder with `out`.", exception);
        }
    }

    private static string? Recorded(Experiment experiment, ExperimentFolder folder)
    {
        try
        {
            // Folders of earlier versions have no such file; their runs tell.
            return File.Exists(folder.Kernels)
                ? File.ReadAllText(folder.Kernels).Trim()
                : experiment.Cells.Select(cell => OfRun(folder.Cell(cell.Id))).FirstOrDefault(kernels => kernels is not null);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new RunException($"{folder.Kernels}: the kernels of the experiment cannot be read: {exception.Message}", exception);
        }
    }

    private static string? OfRun(RunFolder run)
    {
        try
        {
            if (!run.HasStore)
            {
                return null;
            }

            using RunStore store = RunStore.OpenReader(run.Database);
            return store.FindRun()?.Kernels;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or RunException or SqliteException)
        {
            // A damaged run says so when it is gone on with.
            return null;
        }
    }
}
