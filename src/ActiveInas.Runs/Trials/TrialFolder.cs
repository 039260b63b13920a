using ActiveInas.Runs.Folder;
using ActiveInas.Training;

namespace ActiveInas.Runs.Trials;

/// <summary>Where one trial lies. The folder is the state: whoever runs the job again goes on from it.</summary>
/// <remarks>
/// <list type="table">
/// <item><term>job.json</term><description>the job, written once its data is loaded: the folder takes no other one</description></item>
/// <item><term>checkpoints/</term><description>the training under way, until there is a result</description></item>
/// <item><term>model/model.safetensors</term><description>the network, of a round's training only</description></item>
/// <item><term>result.json</term><description>written last: where it is, nothing is left to do</description></item>
/// </list>
/// </remarks>
/// <param name="root">The folder as the user named it.</param>
internal sealed class TrialFolder(string root)
{
    private const string ModelFolder = "model", ModelFile = "model.safetensors";

    /// <summary>How result.json names the network.</summary>
    public const string ModelPath = $"{ModelFolder}/{ModelFile}";

    public string Root { get; } = Path.TrimEndingDirectorySeparator(root);

    public string Job => Path.Combine(Root, "job.json");

    public string Result => Path.Combine(Root, "result.json");

    public string Model => Path.Combine(Root, ModelFolder, ModelFile);

    public string Checkpoints => Path.Combine(Root, "checkpoints");

    /// <summary>The result of a job; null: none yet.</summary>
    /// <exception cref="RunException">It is that of another job, or cannot be read.</exception>
    public TrialOutcome? FindResult(TrialJob job)
    {
        if (!File.Exists(Result))
        {
            return null;
        }

        TrialOutcome outcome = TrialOutcome.Read(Result);
        return outcome.Job == job.Id ? outcome : throw Other(outcome.Job, job);
    }

    /// <summary>Makes the folder and locks it.</summary>
    /// <exception cref="RunException">It cannot be written, or another process writes it.</exception>
    public FolderLock Take()
    {
        try
        {
            Directory.CreateDirectory(Root);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new RunException($"`out={Root}`: the folder cannot be made: {exception.Message} Choose another folder with `out`.", exception);
        }

        return FolderLock.Take(RunFolder.At(Root));
    }

    /// <summary>Whether a job is recorded.</summary>
    public bool IsRecorded => File.Exists(Job);

    /// <summary>Refuses a folder that is another job's, or holds something else that a trial would overwrite.</summary>
    /// <exception cref="RunException">It is so.</exception>
    public void RequireFor(TrialJob job)
    {
        if (IsRecorded)
        {
            string recorded = TrialFile.Read(Job).Id;
            if (recorded != job.Id)
            {
                throw Other(recorded, job);
            }
        }
        else if (((string[])[RunFolder.At(Root).Database, Checkpoints, Path.Combine(Root, ModelFolder)]).FirstOrDefault(Path.Exists) is { } foreign)
        {
            throw new RunException($"`out={Root}` holds '{Path.GetFileName(foreign)}' and is not the folder of a trial: choose an empty or new folder.");
        }
    }

    /// <summary>Records the job, once; the folder is locked.</summary>
    /// <exception cref="RunException">It became another job's.</exception>
    public void Record(TrialJob job)
    {
        RequireFor(job);
        if (!IsRecorded)
        {
            TrialFile.Write(Job, job);
        }
    }

    /// <summary>Removes the checkpoints: the result is recorded.</summary>
    public void DeleteCheckpoints()
    {
        if (Directory.Exists(Checkpoints))
        {
            Directory.Delete(Checkpoints, recursive: true);
        }
    }

    /// <summary>Removes what a job that was not recorded left, and the folder when that was all.</summary>
    public void RemoveTraces()
    {
        File.Delete(RunFolder.At(Root).LockFile);
        if (Directory.Exists(Root) && !Directory.EnumerateFileSystemEntries(Root).Any())
        {
            Directory.Delete(Root);
        }
    }

    private RunException Other(string found, TrialJob job)
        => new($"`out={Root}` is the folder of job {found}, and this is job {job.Id}: give each job a folder of its own.");
}
