using ActiveInas.Runs.Configuration;
using ActiveInas.Runs.Folder;
using ActiveInas.Runs.Labelling.Formats;
using ActiveInas.Runs.Output;
using ActiveInas.Runs.Store;

namespace ActiveInas.Runs.Labelling;

/// <summary>A labelling project as its labellers see it: which image comes next, what was said, how well the last network does. Safe to call from many threads.</summary>
/// <remarks>
/// <para>The project is a run (<see cref="LabellingRounds"/>) whose folder also holds what people said. This class computes nothing: another process may do so meanwhile;
/// <see cref="Refresh"/> takes up what that has recorded.</para>
/// <para>An answer is on disk when its method returns. All that was ever said stays recorded.</para>
/// </remarks>
/// <example><code>
/// using LabellingProject project = LabellingProject.Open("birds");
/// foreach (LabelTask task in await project.NextAsync("ada", 5))
/// {
///     await project.AnswerAsync("ada", task.Lease, LabelAction.Label, "wren");
/// }
/// </code></example>
public sealed partial class LabellingProject : IDisposable
{
    private readonly Lock _gate = new();
    private readonly LabelStore _store;
    private readonly RunFolder _folder;
    private readonly TimeProvider _clock;
    private readonly TimeSpan _leaseTime;
    private readonly FolderLock _held;
    private readonly ProjectRow _project;
    private readonly RunConfiguration _configuration;
    private readonly string[] _paths;
    private readonly string?[] _hashes;
    private readonly List<string> _classes;
    private readonly int[] _audit;
    private readonly HashSet<int> _audited;
    private readonly Dictionary<int, Answer> _answers;
    private readonly AnswerCounts _counts;
    private readonly List<EventRow> _events;
    private readonly Dictionary<long, EventRow> _eventOf;
    private readonly Dictionary<string, EventRow> _answeredLeases;
    private readonly Dictionary<string, LeaseRow> _leases;
    private readonly Dictionary<int, LeaseRow> _shown = [];
    private readonly Dictionary<int, int> _skips = [];
    private readonly Dictionary<string, (LabelAction Action, int? Class, Task<AnswerOutcome> Task)> _writing = [];
    private readonly HashSet<int> _writingSamples = [];
    private readonly Dictionary<string, (string Labeller, Task<UndoneTask?> Task)> _undoing = [];

    // Leases of images that are back after an undo: where the undo brought an earlier answer back, another one may be given all the same.
    private readonly HashSet<string> _again = [];
    private RoundState _round = RoundState.None;

    private LabellingProject(RunFolder folder, FolderLock held, LabelStore store, TimeProvider clock, TimeSpan leaseTime)
    {
        _folder = folder;
        _held = held;
        _store = store;
        _clock = clock;
        _leaseTime = leaseTime;
        _project = store.Project();
        _configuration = RunConfiguration.FromJson(_project.Configuration, folder.Database);
        IReadOnlyList<(string Path, string? Sha256)> images = store.Images();
        _paths = [.. images.Select(image => image.Path)];
        _hashes = [.. images.Select(image => image.Sha256)];
        _classes = [.. store.Classes()];
        _audit = [.. store.Audit()];
        _audited = [.. _audit];
        _answers = store.Answers();
        _events = [.. store.Events()];
        _eventOf = _events.ToDictionary(said => said.Id);
        _counts = new AnswerCounts(_audited);
        foreach ((int sample, Answer answer) in _answers)
        {
            _counts.Add(sample, answer, _eventOf[answer.Event]);
        }

        _answeredLeases = _events.Where(said => said.Lease is not null).ToDictionary(said => said.Lease!, StringComparer.Ordinal);
        _leases = store.Leases().Where(lease => !_answeredLeases.ContainsKey(lease.Lease)).ToDictionary(lease => lease.Lease, StringComparer.Ordinal);
        foreach (LeaseRow lease in _leases.Values)
        {
            _shown[lease.Sample] = lease;
        }

        foreach (EventRow said in _events)
        {
            CountSkip(said);
        }
    }

    /// <summary>What the process that computes has recorded.</summary>
    /// <param name="Asked">The round that the last query's labels begin, its images and their scores; round 0: none yet.</param>
    /// <param name="Ahead">Images that come next.</param>
    /// <param name="Suggestions">What the last network thinks of them.</param>
    /// <param name="Audit">What it thinks of the images of the audit, by sample.</param>
    /// <param name="Qualities">How well labels fit, the worst first.</param>
    /// <param name="Run">Rounds so far; null before the run began.</param>
    private sealed record RoundState(
        (int Round, IReadOnlyList<(int Sample, double? Score)> Picks) Asked,
        IReadOnlyList<(int Sample, double? Score)> Ahead,
        ILookup<int, Prediction> Suggestions,
        IReadOnlyDictionary<int, Prediction> Audit,
        IReadOnlyList<LabelQuality> Qualities,
        RunDocument? Run)
    {
        public static RoundState None { get; } = new((0, []), [], Array.Empty<Prediction>().ToLookup(one => one.Sample), new Dictionary<int, Prediction>(), [], null);

        public int? ModelRound => Run?.Rounds.Count is > 0 and var count ? Run.Rounds[count - 1].Round : null;
    }

    /// <summary>Opens a project for its labellers. One process at a time may do so.</summary>
    /// <param name="root">The project's folder.</param>
    /// <param name="leaseTime">How long an image is shown to nobody else; null: five minutes.</param>
    /// <param name="clock">Null: the system's.</param>
    /// <exception cref="RunException">There is no such project, or another process serves it.</exception>
    public static LabellingProject Open(string root, TimeSpan? leaseTime = null, TimeProvider? clock = null)
    {
        RunFolder folder = RunFolder.At(root);
        if (!LabelStore.IsProject(folder))
        {
            throw new RunException($"{root} is no labelling project: begin one with its images and classes.");
        }

        Directory.CreateDirectory(folder.Labelling.Root);
        FolderLock held = FolderLock.Take(folder.Labelling);
        LabelStore? store = null;
        try
        {
            store = LabelStore.Open(folder.Database);
            LabellingProject project = new(folder, held, store, clock ?? TimeProvider.System, leaseTime ?? TimeSpan.FromMinutes(5));
            project.Refresh();
            return project;
        }
        catch
        {
            store?.Dispose();
            held.Dispose();
            throw;
        }
    }

    /// <summary>Whether a folder holds a labelling project.</summary>
    public static bool Exists(string root) => LabelStore.IsProject(RunFolder.At(root));

    /// <summary>The project's folder.</summary>
    public string Root => _folder.Root;

    /// <summary>The folder of the images.</summary>
    public string Source => _project.Source;

    /// <summary>Of the run beneath.</summary>
    public RunConfiguration Configuration => _configuration;

    /// <summary>Number of images.</summary>
    public int Images => _paths.Length;

    /// <summary>Images of the audit.</summary>
    public int Audited => _audit.Length;

    /// <summary>Whether the process that computes has something to do: the run has not begun, or all images asked for have an answer.</summary>
    public bool NeedsRound
    {
        get
        {
            lock (_gate)
            {
                return _round.Run is not { State: RunState.Finished } && _round.Asked.Picks.All(pick => _answers.ContainsKey(pick.Sample));
            }
        }
    }

    /// <summary>The latest trained network, a .safetensors file; null before the first.</summary>
    public string? Model => _folder.LatestModel;

    /// <summary>Where the file of an image lies.</summary>
    /// <exception cref="LabellingException">There is no such image.</exception>
    public string FileOf(int id) => Path.Combine(_project.Source, _paths[Require(id)]);

    /// <summary>Path of an image inside the source.</summary>
    /// <exception cref="LabellingException">There is no such image.</exception>
    public string PathOf(int id) => _paths[Require(id)];

    /// <summary>Takes up what the process that computes has recorded since.</summary>
    public void Refresh()
    {
        (int Round, string Strategy, IReadOnlyList<(int Sample, double? Score)> Picks)? asked = _store.LastQuery();
        RoundState state = new(
            asked is { } query ? (query.Round, query.Picks) : (0, []),
            _store.Ahead(),
            _store.Suggestions(),
            _store.AuditPredictions().Predictions.ToDictionary(one => one.Sample),
            _store.Qualities(),
            RunStore.HasRun(_folder) ? RunDocument.Read(_folder) : null);
        lock (_gate)
        {
            _round = state;
        }
    }

    /// <summary>Lets the run learn more labels than it was meant to; less is not possible.</summary>
    internal void RaiseBudget(int budget)
    {
        if (budget > _configuration.Budget)
        {
            _store.SaveConfiguration((_configuration with { Budget = Math.Min(budget, _paths.Length - _audit.Length) }).ToJson());
        }
    }

    /// <summary>Lets another share of the images shown be of the audit, from the next opening on.</summary>
    internal void ChangeAuditShare(double share)
    {
        if (share > 0 && _audit.Length == 0)
        {
            throw new RunException($"{Root} keeps no image from learning, and those that it has learnt cannot tell the accuracy: begin another project with an audit, and import the labels of this one.");
        }

        _store.SaveAuditShare(share);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _store.Dispose();
        _held.Dispose();
    }

    private int Require(int id) => id >= 0 && id < _paths.Length
        ? id
        : throw new LabellingException(LabellingFault.Unknown, $"There is no image {id}; wanted 0..{_paths.Length - 1}.");

    private IReadOnlyList<Suggestion> SuggestionsOf(IEnumerable<Prediction> predictions)
        => [.. predictions.Where(one => one.Class < _classes.Count).Select(one => new Suggestion(_classes[one.Class], one.Class, one.Probability))];

    private long Now() => _clock.GetUtcNow().ToUnixTimeMilliseconds();
}
