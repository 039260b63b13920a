using System.Globalization;
using System.Security.Cryptography;

namespace ActiveInas.Runs.Folder;

/// <summary>Where the parts of a run lie. It can be moved or copied: config.json and log.txt say where it was begun, and nothing reads that.</summary>
/// <remarks>
/// <list type="table">
/// <item><term>run.db</term><description>the source of truth; config.json, environment.json, rounds.csv, metrics.jsonl, queries/ and the rounds in tb/ are made from it</description></item>
/// <item><term>config.json, environment.json</term><description>what was asked for, and where it ran</description></item>
/// <item><term>rounds.csv, metrics.jsonl, tb/, queries/round_NN.csv</term><description>rewritten after each round and query</description></item>
/// <item><term>model/model.safetensors</term><description>the final model, when the run is finished</description></item>
/// <item><term>progress.json</term><description>where the run stands, while a process writes it</description></item>
/// <item><term>initial.safetensors</term><description>a copy of the network that its trainings begin from, where one was given</description></item>
/// <item><term>labelling/</term><description>of a labelling project: lock and secret of its server</description></item>
/// <item><term>checkpoints/</term><description>the latest round's model and the trainings under way</description></item>
/// </list>
/// </remarks>
public sealed class RunFolder
{
    /// <summary>Where runs lie unless --out says otherwise.</summary>
    public const string DefaultRoot = "runs";

    private RunFolder(string root) => Root = root;

    /// <summary>The folder as the user named it.</summary>
    public string Root { get; }

    /// <summary>run.db.</summary>
    public string Database => Path.Combine(Root, "run.db");

    /// <summary>config.json.</summary>
    public string Configuration => Path.Combine(Root, "config.json");

    /// <summary>environment.json.</summary>
    public string Environment => Path.Combine(Root, "environment.json");

    /// <summary>rounds.csv.</summary>
    public string Rounds => Path.Combine(Root, "rounds.csv");

    /// <summary>metrics.jsonl.</summary>
    public string Metrics => Path.Combine(Root, "metrics.jsonl");

    /// <summary>log.txt.</summary>
    public string Log => Path.Combine(Root, "log.txt");

    /// <summary>progress.json.</summary>
    public string Progress => Path.Combine(Root, "progress.json");

    /// <summary>tb/.</summary>
    public string TensorBoard => Path.Combine(Root, "tb");

    /// <summary>checkpoints/.</summary>
    public string Checkpoints => Path.Combine(Root, "checkpoints");

    /// <summary>model/model.safetensors.</summary>
    public string FinalModel => Path.Combine(Root, "model", "model.safetensors");

    /// <summary>initial.safetensors: the network that a run's trainings begin from, where one was given.</summary>
    public string InitialWeights => Path.Combine(Root, "initial.safetensors");

    /// <summary>run.lock.</summary>
    internal string LockFile => Path.Combine(Root, "run.lock");

    /// <summary>run.pid.</summary>
    internal string HolderFile => Path.Combine(Root, "run.pid");

    /// <summary>labelling/: where the process that serves the labellers of a project keeps its lock and its secret.</summary>
    public RunFolder Labelling => At(Path.Combine(Root, "labelling"));

    /// <summary>queries/round_NN.csv.</summary>
    public string Query(int round) => Path.Combine(Root, "queries", $"round_{round:00}.csv");

    /// <summary>checkpoints/round_NN.safetensors.</summary>
    internal string RoundModel(int round) => Path.Combine(Checkpoints, $"round_{round:00}.safetensors");

    /// <summary>The latest trained network: the final one, else that of the last finished round; null before the first. The folder of a trial has its network where
    /// a run has the final one.</summary>
    internal string? LatestModel => File.Exists(FinalModel) ? FinalModel : RoundModels().DefaultIfEmpty().MaxBy(model => model.Round).Path;

    private IEnumerable<(int Round, string? Path)> RoundModels()
    {
        const string Start = "round_";
        IEnumerable<string> files = Directory.Exists(Checkpoints) ? Directory.EnumerateFiles(Checkpoints, $"{Start}*.safetensors") : [];
        foreach (string file in files)
        {
            if (int.TryParse(Path.GetFileNameWithoutExtension(file)[Start.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out int round))
            {
                yield return (round, file);
            }
        }
    }

    /// <summary>A short id for a new run. It names the run and influences no result.</summary>
    internal static string NewId() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4));

    /// <summary>runs/DATE-ID.</summary>
    internal static string DefaultPath(string id)
        => Path.Combine(DefaultRoot, $"{DateTime.Now.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}-{id}");

    /// <summary>Names an existing run's folder without touching it.</summary>
    public static RunFolder At(string path) => new(Path.TrimEndingDirectorySeparator(path));

    /// <summary>Makes the folder of a new run with its parents. An empty folder, and one whose run recorded nothing, are fine. Whether a run is recorded
    /// there is for the store to say.</summary>
    /// <exception cref="RunException">It holds something else, or cannot be made.</exception>
    internal static RunFolder Create(string path)
    {
        RunFolder folder = At(path);
        try
        {
            if (Directory.Exists(folder.Root))
            {
                folder.RequireFree();
            }

            Directory.CreateDirectory(folder.Root);
            string probe = Path.Combine(folder.Root, "run.lock");
            File.Open(probe, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite).Dispose();
            return folder;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Someone who writes a run there holds its lock: let FolderLock name the process.
            if (File.Exists(folder.LockFile))
            {
                return folder;
            }

            throw new RunException($"`out={path}`: the folder cannot be written: {exception.Message} Choose another folder with `out`.", exception);
        }
    }

    /// <summary>Whether run.db is there.</summary>
    public bool HasStore => File.Exists(Database);

    /// <summary>Removes what a run that recorded nothing left, and the folder when that was all.</summary>
    internal void RemoveTraces()
    {
        string[] traces = [Database, Database + "-wal", Database + "-shm", LockFile, HolderFile, HolderFile + AtomicFile.TemporarySuffix, Log, Progress, InitialWeights];
        foreach (string path in traces)
        {
            File.Delete(path);
        }

        if (Directory.Exists(Root) && !Directory.EnumerateFileSystemEntries(Root).Any())
        {
            Directory.Delete(Root);
        }
    }

    private void RequireFree()
    {
        string? other = Directory.EnumerateFileSystemEntries(Root).Select(path => Path.GetFileName(path)!)
            .FirstOrDefault(name => name is not ("log.txt" or "labelling") && !name.StartsWith("run.", StringComparison.Ordinal));
        if (other is not null)
        {
            throw new RunException($"`out={Root}` is not empty (it holds '{other}') and is no run: choose an empty or new folder.");
        }
    }
}
