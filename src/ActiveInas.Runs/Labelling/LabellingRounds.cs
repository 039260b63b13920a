using System.Text.Json;
using ActiveInas.Data;
using ActiveInas.Learning;
using ActiveInas.Querying;
using ActiveInas.Runs.Configuration;
using ActiveInas.Runs.Folder;
using ActiveInas.Runs.Labelling.Formats;
using ActiveInas.Runs.Output;
using ActiveInas.Runs.Sessions;
using ActiveInas.Runs.Statistics;
using ActiveInas.Runs.Store;
using ActiveInas.Training;

namespace ActiveInas.Runs.Labelling;

/// <summary>What a labelling project is asked for beside its run.</summary>
public sealed record ProjectOptions
{
    /// <summary>Share of all images shown that are drawn at random for the estimate of the accuracy.</summary>
    public double AuditShare { get; init; } = 0.1;

    /// <summary>Images that the estimate wants at least.</summary>
    public int AuditWanted { get; init; } = AccuracyEstimate.Fewest;

    /// <summary>Whether the first batch is as large as the number of classes suggests, whatever the configuration says.</summary>
    public bool ChoosesInitial { get; init; }

    /// <summary>Whether the later batches are as large as the number of classes suggests, whatever the configuration says.</summary>
    public bool ChoosesBatch { get; init; }

    /// <summary>Whether an image in a folder that is called like a class has that label already.</summary>
    public bool TakesFolders { get; init; } = true;

    /// <summary>Labels that exist already, given the paths of the images and the classes; null: none.</summary>
    public Func<IReadOnlyList<string>, IReadOnlyList<string>, IReadOnlyList<ImageLabel>>? Known { get; init; }
}

/// <summary>The part of a labelling project that computes: it reads the images, and whenever people have answered what was asked for, it searches, trains and
/// asks for more. It may run in a process of its own; all state lies in the project's folder, as with any run.</summary>
public static class LabellingRounds
{
    // Of the pool at most a quarter is kept from learning, and no more than an interval of two points and a half needs.
    private const int PoolShare = 4;
    private const int MostAudited = 1500;

    /// <summary>Labels of the first batch and of each later one, where nothing is said.</summary>
    internal static (int Initial, int Batch) DefaultCounts(int classes) => (Math.Max(5 * classes, 50), Math.Max(3 * classes, 30));

    /// <summary>Reads the images and records the project; the run begins with <see cref="AdvanceAsync"/>.</summary>
    /// <param name="configuration">Of the run: a folder as data, where it lies (Out), classes (none: the folders in which images lie); the oracle is people.</param>
    /// <param name="options">Null: the defaults.</param>
    /// <param name="progress">Told what happens.</param>
    /// <param name="cancellation">Stops it; nothing is left behind.</param>
    /// <exception cref="ConfigurationException">The configuration cannot work.</exception>
    /// <exception cref="DataException">The folder has no images, or fewer than a project needs.</exception>
    /// <exception cref="RunException">The folder of the project holds something else.</exception>
    public static async Task CreateAsync(
        RunConfiguration configuration, ProjectOptions? options = null, IProgress<ProgressEvent>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        options ??= new ProjectOptions();
        string root = configuration.Out ?? throw new ArgumentException("A project needs a folder.");
        RequireNone(RunFolder.At(root));
        RunFolder folder = RunFolder.Create(root);
        using FolderLock held = FolderLock.Take(folder);
        RequireNone(folder);

        bool recorded = false;
        try
        {
            Dataset data = await DataSources.LoadAsync(configuration.DataRequest with { Unlabelled = true }, progress, cancellation).ConfigureAwait(false);
            configuration = WithClasses(configuration, options, data.Train.Names);
            Record(folder, configuration, options, data.Train.Names);
            recorded = true;
        }
        finally
        {
            if (!recorded)
            {
                held.Dispose();
                folder.RemoveTraces();
            }
        }
    }

    /// <summary>Goes on until labels are missing: starts the run, or takes it up with what people have said by now.</summary>
    /// <param name="root">The project's folder.</param>
    /// <param name="progress">Told what happens.</param>
    /// <param name="cancellation">Stops it with a checkpoint.</param>
    /// <returns>Whether the run has ended: its budget is spent, or no image is left.</returns>
    /// <exception cref="RunException">There is no such project, or another process computes for it.</exception>
    /// <exception cref="OperationCanceledException">Stopped; call again to go on.</exception>
    public static async Task<bool> AdvanceAsync(string root, IProgress<ProgressEvent>? progress = null, CancellationToken cancellation = default)
    {
        RunFolder folder = RunFolder.At(root);
        if (!LabelStore.IsProject(folder))
        {
            throw new RunException($"{root} is no labelling project: begin one with its images and classes.");
        }

        using LabelStore store = LabelStore.Open(folder.Database);
        RunConfiguration configuration = RunConfiguration.FromJson(store.Project().Configuration, folder.Database) with { Out = folder.Root, Classes = [.. store.Classes()] };
        Dataset data = await DataSources.LoadAsync(configuration.DataRequest, progress, cancellation).ConfigureAwait(false);
        RunParts parts = PeopleParts.Of(store, configuration.Query, configuration.Batch.BatchFor(0), data);
        try
        {
            if (!RunStore.HasRun(folder))
            {
                await ActiveInasRun.StartAsync(configuration, progress, parts, cancellation).ConfigureAwait(false);
            }
            else
            {
                TakeUp(folder, configuration, data);
                await ActiveInasRun.ResumeAsync(folder.Root, null, progress, parts, cancellation).ConfigureAwait(false);
            }

            return true;
        }
        catch (LabelsPendingException)
        {
            return false;
        }
    }

    /// <summary>Finds labels that networks which have not seen them doubt, for people to look at again. It changes nothing of the run.</summary>
    /// <param name="root">The project's folder.</param>
    /// <param name="progress">Told what happens.</param>
    /// <param name="cancellation">Stops it; it begins anew the next time.</param>
    /// <returns>Whether there is something new to look at: a round was trained since the last time, and there are labels enough.</returns>
    /// <exception cref="RunException">There is no such project.</exception>
    public static async Task<bool> ReviewAsync(string root, IProgress<ProgressEvent>? progress = null, CancellationToken cancellation = default)
    {
        RunFolder folder = RunFolder.At(root);
        if (!LabelStore.IsProject(folder) || !RunStore.HasRun(folder))
        {
            throw new RunException($"{root} is no labelling project with a run: begin one with its images and classes.");
        }

        RunDocument run = RunDocument.Read(folder);
        using LabelStore store = LabelStore.Open(folder.Database);
        Dictionary<int, Answer> answers = store.Answers();
        HashSet<int> audit = [.. store.Audit()];
        LabelledSample[] labelled = [.. answers.Where(pair => pair.Value.Class < run.Classes.Count).OrderBy(pair => pair.Key).Select(pair => new LabelledSample(new SampleId(pair.Key), pair.Value.Class!.Value))];
        LabelledSample[] learnt = [.. labelled.Where(sample => !audit.Contains(sample.Id.Value))];
        bool isWorth = run.Rounds.Count > 0 && store.ReviewedRound() < run.Rounds[^1].Round
            && learnt.Length >= DoubtReview.FewestLabels && learnt.Select(sample => sample.Label).Distinct().Count() > 1;
        if (!isWorth)
        {
            return false;
        }

        RunConfiguration configuration = run.Configuration;
        Dataset data = (await DataSources.LoadAsync(configuration.DataRequest, progress, cancellation).ConfigureAwait(false)) with { Classes = run.Classes };
        using ITrainingBackend backend = RunParts.Default.CreateBackend(new RunContext(configuration, data, folder), NullCheckpointStore.Instance, progress);
        RoundRecord last = run.Rounds[^1];
        TrialRequest request = new("review", last.Architecture, run.Classes.Count, learnt, [], configuration.Recipe, configuration.Seed);
        List<LabelQuality> qualities = await DoubtReview.RunAsync(backend.Trainer, request, [.. labelled.Where(sample => audit.Contains(sample.Id.Value))], cancellation).ConfigureAwait(false);
        store.SaveQualities(last.Round, qualities);
        return true;
    }

    /// <summary>Lets a project learn more labels than it was meant to.</summary>
    /// <param name="root">The project's folder, which nobody serves.</param>
    /// <param name="budget">More than before.</param>
    /// <exception cref="RunException">There is no such project.</exception>
    public static void RaiseBudget(string root, int budget)
    {
        using LabellingProject project = LabellingProject.Open(root);
        project.RaiseBudget(budget);
    }

    /// <summary>Lets another share of the images shown be of the audit. More than it has kept from learning in the beginning are not possible.</summary>
    /// <param name="root">The project's folder, which nobody serves.</param>
    /// <param name="share">0..1; 0: no more of them are shown.</param>
    /// <exception cref="RunException">There is no such project, or it has no audit.</exception>
    public static void ChangeAuditShare(string root, double share)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(share);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(share, 1);
        using LabellingProject project = LabellingProject.Open(root);
        project.ChangeAuditShare(share);
    }

    /// <summary>Records other classes and another budget in the run.</summary>
    private static void TakeUp(RunFolder folder, RunConfiguration project, Dataset data)
    {
        using RunStore run = RunStore.OpenWriter(folder.Database);
        RunRow row = run.FindRun()!;
        RunConfiguration recorded = RunConfiguration.FromJson(row.Configuration, folder.Database);
        RunConfiguration wanted = recorded with { Classes = project.Classes, Budget = project.Budget };
        if (!recorded.Classes.SequenceEqual(project.Classes))
        {
            run.UpdateClasses(JsonSerializer.Serialize(project.Classes), wanted.ToJson(), DatasetFingerprint.Of(data with { Classes = project.Classes }));
        }

        if (recorded.Budget < project.Budget)
        {
            run.Reopen(wanted.ToJson());
        }
    }

    private static void RequireNone(RunFolder folder)
    {
        if (RunStore.HasRun(folder) || LabelStore.IsProject(folder))
        {
            throw new RunException($"{folder.Root} holds a run or a labelling project already: go on with it, or choose another folder.");
        }
    }

    private static RunConfiguration WithClasses(RunConfiguration configuration, ProjectOptions options, IReadOnlyList<string> paths)
    {
        IReadOnlyList<string> classes = configuration.Classes.Count > 0 ? configuration.Classes : FolderLabels.ClassesOf(paths);
        if (classes.Count < 2)
        {
            throw new DataException(
                $"{configuration.Data}: {(classes.Count == 0 ? "no classes are named, and no image lies in a folder" : $"'{classes[0]}' is the only class")}; wanted two or more names of classes, for example cat, dog, other.");
        }

        (int initial, int batch) = DefaultCounts(classes.Count);
        configuration = configuration with { Unlabelled = true, Classes = classes, Oracle = OracleKind.People };
        configuration = options.ChoosesInitial ? configuration with { Initial = initial } : configuration;
        return options.ChoosesBatch ? configuration with { Batch = new QuerySchedule(batch) } : configuration;
    }

    private static void Record(RunFolder folder, RunConfiguration configuration, ProjectOptions options, IReadOnlyList<string> paths)
    {
        IReadOnlyList<ImageLabel> known = options.Known?.Invoke(paths, configuration.Classes) ?? [];
        HashSet<string> given = [.. known.Select(label => label.Path)];
        List<AnswerChange> answers = Known(paths, configuration.Classes, [.. known, .. options.TakesFolders ? FolderLabels.Of(paths, configuration.Classes).Where(label => !given.Contains(label.Path)) : []]);
        HashSet<int> labelled = [.. answers.Select(change => change.Said.Sample)];
        SampleId[] open = [.. Enumerable.Range(0, paths.Count).Where(sample => !labelled.Contains(sample)).Select(sample => new SampleId(sample))];
        int reserved = options.AuditShare <= 0 ? 0
            : Math.Min(open.Length / PoolShare, Math.Clamp((int)(options.AuditShare * open.Length), options.AuditWanted, Math.Max(options.AuditWanted, MostAudited)));
        int[] audited = [.. ActiveLearner.DrawInitial(SeedTree.Derive(configuration.Seed, "audit"), open, reserved).Select(pick => pick.Id.Value)];
        int most = paths.Count - audited.Length;
        int first = Math.Min(most, Math.Max(configuration.Initial, answers.Count(change => change.Now!.Action == LabelAction.Label)));
        configuration = configuration with { Initial = first, Budget = Math.Min(most, Math.Max(configuration.Budget, first)) };
        ProjectRow project = new() { Configuration = configuration.ToJson(), Source = configuration.Data, AuditShare = options.AuditShare, AuditWanted = options.AuditWanted };
        LabelStore.Create(folder.Database, project, paths, configuration.Classes, audited, answers);
    }

    private static List<AnswerChange> Known(IReadOnlyList<string> paths, IReadOnlyList<string> classes, IEnumerable<ImageLabel> known)
    {
        Dictionary<string, int> samples = paths.Select((name, i) => (name, i)).ToDictionary(pair => pair.name, pair => pair.i, StringComparer.Ordinal);
        Dictionary<string, int> indices = classes.Select((name, i) => (name, i)).ToDictionary(pair => pair.name, pair => pair.i, StringComparer.Ordinal);
        List<AnswerChange> changes = [];
        foreach (ImageLabel label in known.Where(label => label.Action != LabelAction.None))
        {
            if (samples.TryGetValue(label.Path, out int sample))
            {
                int? index = label.Class is { } name ? indices[name] : null;
                changes.Add(ImportedAnswers.Of(sample, label, index, before: null));
            }
        }

        return changes;
    }
}
