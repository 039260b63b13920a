using ActiveInas.Runs.Folder;

namespace ActiveInas.Runs.Experiments;

/// <summary>Where everything of an experiment lies: <c>experiment.json</c>, <c>kernels.txt</c>, <c>cells/ID/</c> (a run's folder each), <c>tb/</c>.</summary>
public sealed class ExperimentFolder
{
    private ExperimentFolder(string root) => Root = root;

    /// <summary>The folder.</summary>
    public string Root { get; }

    /// <summary>experiment.json: the cells of the latest start.</summary>
    public string Definition => Path.Combine(Root, "experiment.json");

    /// <summary>kernels.txt: the kernels of every run of it.</summary>
    public string Kernels => Path.Combine(Root, "kernels.txt");

    /// <summary>shared/: trainings that several runs ask for alike, until all are finished.</summary>
    internal string Shared => Path.Combine(Root, "shared");

    /// <summary>tb/.</summary>
    public string EventFiles => Path.Combine(Root, "tb");

    /// <summary>tb/METHOD_seed-N/: event files under names that people can read.</summary>
    public string TensorBoard(ExperimentCell cell)
    {
        ArgumentNullException.ThrowIfNull(cell);
        string name = string.Join('_', cell.Settings.Append($"seed-{cell.Seed}"));
        return Path.Combine(EventFiles, string.Concat(name.Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.' or '(' or ')' or ',' ? letter : '-')));
    }

    /// <summary>The run's folder of a cell.</summary>
    public RunFolder Cell(string id) => RunFolder.At(Path.Combine(Root, "cells", id));

    /// <summary>runs/NAME.</summary>
    public static string DefaultPath(string name) => Path.Combine(RunFolder.DefaultRoot, name);

    /// <summary>Names a folder without touching it.</summary>
    public static ExperimentFolder At(string path) => new(Path.TrimEndingDirectorySeparator(path));

    /// <summary>Whether an experiment is recorded in a folder.</summary>
    public static bool IsExperiment(string path) => File.Exists(At(path).Definition);

    /// <summary>The experiment recorded in the folder.</summary>
    /// <exception cref="RunException">There is none, or it cannot be read.</exception>
    public Experiment Read()
    {
        try
        {
            return Experiment.FromJson(File.ReadAllText(Definition), Definition);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new RunException($"{Root} holds no experiment that can be read: {exception.Message} Start one with 'ainas experiment FILE.json `out={Root}`'.", exception);
        }
    }

    /// <summary>Makes the folder and records the experiment in it. A folder that holds an earlier state of an experiment keeps its runs.</summary>
    /// <exception cref="RunException">It holds something else, or cannot be written.</exception>
    public static ExperimentFolder Open(string path, Experiment experiment)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        ExperimentFolder folder = At(path);
        if (Directory.Exists(folder.Root) && !File.Exists(folder.Definition)
            && Directory.EnumerateFileSystemEntries(folder.Root).FirstOrDefault(entry => !entry.StartsWith(folder.Definition, StringComparison.Ordinal)) is { } other)
        {
            throw new RunException($"`out={path}` is not empty (it holds '{Path.GetFileName(other)}') and is no experiment: choose an empty or new folder.");
        }

        try
        {
            // Several processes may open one experiment at once: each writes a file of its own, and the same definition is left alone.
            string text = experiment.ToJson() + "\n";
            if (!File.Exists(folder.Definition) || File.ReadAllText(folder.Definition) != text)
            {
                string own = $"{folder.Definition}.{Environment.ProcessId}";
                AtomicFile.WriteText(own, text);
                File.Move(own, folder.Definition, overwrite: true);
            }

            return folder;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new RunException($"`out={path}`: the folder cannot be written: {exception.Message} Choose another folder with `out`.", exception);
        }
    }
}
