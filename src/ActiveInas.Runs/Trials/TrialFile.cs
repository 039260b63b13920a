using ActiveInas.Data;
using ActiveInas.Runs.Folder;
using ActiveInas.Training;

namespace ActiveInas.Runs.Trials;

/// <summary>Jobs in files. Paths in a file are relative to it, so that file and data can be moved together.</summary>
public static class TrialFile
{
    /// <summary>Reads a job; its paths are full ones.</summary>
    /// <exception cref="ConfigurationException">The file cannot be read, or describes no job; the message names the key.</exception>
    public static TrialJob Read(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        string json;
        try
        {
            json = File.ReadAllText(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"The job '{path}' cannot be read: {exception.Message}", exception);
        }

        string folder = FolderOf(path);
        return WithPaths(TrialJob.FromJson(json, path), file => Path.GetFullPath(file, folder));
    }

    /// <summary>Writes a job, in one piece or not at all.</summary>
    /// <param name="path">Of the file.</param>
    /// <param name="job">Its paths are full ones, or relative to the working directory.</param>
    public static void Write(string path, TrialJob job)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(job);
        string folder = FolderOf(path);
        AtomicFile.WriteText(path, WithPaths(job, file => Relative(file, folder)).ToJson() + "\n");
    }

    private static string FolderOf(string path) => Path.GetDirectoryName(Path.GetFullPath(path))!;

    private static TrialJob WithPaths(TrialJob job, Func<string, string> change)
    {
        DataRequest request = job.Data.Request;
        return job with
        {
            Request = job.Request with { Init = job.Request.Init is { } init ? init with { File = change(init.File) } : null },
            Data = job.Data with
            {
                Request = request with
                {
                    Source = DataSources.Names.Contains(request.Source) ? request.Source : change(request.Source),
                    LabelsTable = request.LabelsTable is { } table ? change(table) : null,
                },
            },
        };
    }

    // With "/", whatever the system; a folder called like a named data set must not be taken for it.
    private static string Relative(string file, string folder)
    {
        string relative = Path.GetRelativePath(folder, Path.GetFullPath(file)).Replace(Path.DirectorySeparatorChar, '/');
        return DataSources.Names.Contains(relative) ? $"./{relative}" : relative;
    }
}
