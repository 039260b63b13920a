using ActiveInas.Runs.Configuration;
using ActiveInas.Runs.Experiments;
using ActiveInas.Runs.Folder;
using ActiveInas.Runs.Output;
using ActiveInas.Runs.Sessions;

namespace ActiveInas.Runs.Reports;

/// <summary>A run of a report.</summary>
/// <param name="Settings">What distinguishes its method, in the order of <see cref="ReportInput.Varying"/>.</param>
/// <param name="Run">What is recorded.</param>
internal sealed record ReportRun(IReadOnlyList<string> Settings, RunDocument Run)
{
    /// <summary>Seed of the run.</summary>
    public ulong Seed => Run.Configuration.Seed;

    /// <summary>Its folder.</summary>
    public RunFolder Folder => RunFolder.At(Run.Out);
}

/// <summary>What a report is about: the runs of an experiment, or any runs.</summary>
public sealed record ReportInput
{
    /// <summary>Heading.</summary>
    public required string Title { get; init; }

    /// <summary>The command that makes these results again, with its settings between backticks.</summary>
    public required string Command { get; init; }

    /// <summary>Keys of the settings in which methods differ.</summary>
    public required IReadOnlyList<string> Varying { get; init; }

    /// <summary>Runs with at least one finished round.</summary>
    internal IReadOnlyList<ReportRun> Runs { get; init; } = [];

    /// <summary>What is not there: "missing: 3 runs", ...; empty when all is.</summary>
    public IReadOnlyList<string> Gaps { get; init; } = [];

    /// <summary>Reads an experiment as it stands.</summary>
    /// <exception cref="RunException">It is none, or no round of it is finished.</exception>
    public static ReportInput OfExperiment(string path)
    {
        ExperimentFolder folder = ExperimentFolder.At(path);
        Experiment experiment = folder.Read();
        IReadOnlyList<CellState> cells = CellState.ReadAll(experiment, folder);
        ReportRun[] runs = [.. cells.Where(cell => cell.Run is { Rounds.Count: > 0 }).Select(cell => new ReportRun(cell.Cell.Settings, cell.Run!))];
        string[] kernels = [.. runs.Select(run => run.Run.Kernels).Distinct()];
        return new ReportInput
        {
            Title = experiment.Title,
            Command = $"ainas experiment {folder.Definition}{(kernels.Length == 1 ? $" `kernels={kernels[0]}`" : "")} `out=NEW-FOLDER`",
            Varying = experiment.Varying,
            Runs = Required(runs, path),
            Gaps = [.. cells.Where(cell => cell.State != RunState.Finished).GroupBy(cell => cell.State)
                .OrderBy(group => group.Key.Name(), StringComparer.Ordinal)
                .Select(group => $"{group.Count()} of {Counted.Of(cells.Count, "run")} {group.Key.Name()}: {string.Join("; ", group.Select(cell => cell.Cell.Label))}")],
        };
    }

    /// <summary>Reads any runs; what differs between their configurations tells the methods apart.</summary>
    /// <param name="paths">Folders of runs, or their ids in runs/.</param>
    /// <exception cref="RunException">One is no run, or no round of any is finished.</exception>
    public static ReportInput OfRuns(IReadOnlyList<string> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        RunDocument[] documents = [.. paths.Select(path => RunDocument.Read(Catalog.Find(path)))];
        RequireDifferent(documents);
        IReadOnlyList<string> varying = VaryingSettings.Keys([.. documents.Select(run => run.Configuration)]);
        ReportRun[] runs = [.. documents.Where(run => run.Rounds.Count > 0)
            .Select(run => new ReportRun([.. varying.Select(key => SettingText.Of(run.Configuration, key))], run))];
        RunConfiguration first = documents[0].Configuration;
        return new ReportInput
        {
            Title = documents.Length == 1 ? $"{first.Data}: {first.Query}, {(first.Architecture is null ? "architecture search" : first.ArchitectureName)}" : $"{documents.Length} runs",
            Command = documents.Length == 1
                ? $"ainas run {Path.Combine(documents[0].Out, "config.json")} `out=NEW-FOLDER`"
                : string.Join("; ", documents.Select(run => $"ainas run {Path.Combine(run.Out, "config.json")} `out=NEW-FOLDER`")),
            Varying = varying,
            Runs = Required(runs, string.Join(", ", paths)),
            Gaps = [.. documents.Where(run => run.State != RunState.Finished).Select(run => $"run {run.Run} is {run.State.Name()}")],
        };
    }

    // The same run twice would count as two seeds.
    private static void RequireDifferent(RunDocument[] documents)
    {
        if (documents.GroupBy(run => CellId.Of(run.Configuration)).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw new RunException(
                $"{string.Join(" and ", twice.Select(run => run.Out))} have the same configuration and seed ({twice.First().Configuration.Seed}): a report counts each once, so give one of them.");
        }
    }

    private static ReportRun[] Required(ReportRun[] runs, string what)
        => runs.Length > 0 ? runs : throw new RunException($"{what}: no round is finished yet, so there is nothing to report. 'ainas show' and 'ainas watch' show what is under way.");
}
