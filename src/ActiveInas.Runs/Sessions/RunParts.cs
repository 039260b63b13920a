using ActiveInas.Data;
using ActiveInas.Kernels;
using ActiveInas.Learning;
using ActiveInas.Querying;
using ActiveInas.Runs.Configuration;
using ActiveInas.Search;
using ActiveInas.Training;

namespace ActiveInas.Runs.Sessions;

/// <summary>The replaceable parts under a run. A run that goes on needs the same ones again.</summary>
/// <example><code>
/// RunParts parts = RunParts.Default with { CreateOracle = context => new MyOracle(context.Data) };
/// RunDocument run = await ActiveInasRun.StartAsync(configuration, parts: parts);
/// </code></example>
public sealed record RunParts
{
    private readonly Func<DataRequest, IProgress<ProgressEvent>?, CancellationToken, Task<Dataset>> _loadData = DataSources.LoadAsync;

    /// <summary>Loads data and trains in this process.</summary>
    public static RunParts Default { get; } = new();

    /// <summary>Loads a data set. With another than <see cref="DataSources.LoadAsync"/> <see cref="RunConfiguration.Data"/> may be any name.</summary>
    public Func<DataRequest, IProgress<ProgressEvent>?, CancellationToken, Task<Dataset>> LoadData
    {
        get => _loadData;
        init => (_loadData, LoadsAnyName) = (value, true);
    }

    /// <summary>Makes what trains, evaluates and stores networks: on the kernels that the context's configuration names, with as many threads.</summary>
    public Func<RunContext, ICheckpointStore, IProgress<ProgressEvent>?, ITrainingBackend> CreateBackend { get; init; } = StandardParts.Backend;

    /// <summary>Makes what chooses the architecture of each round.</summary>
    public Func<RunContext, IArchitectureSearch> CreateSearch { get; init; } = StandardParts.Search;

    /// <summary>Makes what gives labels.</summary>
    public Func<RunContext, IOracle> CreateOracle { get; init; } = StandardParts.Oracle;

    /// <summary>Makes what chooses the initial points.</summary>
    public Func<RunContext, IInitialQuery> CreateInitialQuery { get; init; } = StandardParts.InitialQuery;

    /// <summary>Samples of the pool that the run never asks for and never learns: those of an audit, say. None where nothing is said.</summary>
    public Func<RunContext, IReadOnlySet<SampleId>> Reserve { get; init; } = _ => new HashSet<SampleId>();

    /// <summary>How many samples of the pool have a label already, though nobody asked for it: see <see cref="LearnerOptions.Waiting"/>.</summary>
    public Func<IReadOnlyList<SampleId>, int> Waiting { get; init; } = _ => 0;

    /// <summary>A query strategy that is not in the registry: runs with it and records its name. Null: the one that the configuration names.</summary>
    public IQueryStrategy? Query { get; init; }

    /// <summary>A rule of one's own that ends the run before its budget is spent, beside those that the configuration names. Null: none.</summary>
    public IStoppingRule? StoppingRule { get; init; }

    /// <summary>Name of the kernels for a run: those that it was recorded with, or others that give the same bytes, where this process may use them;
    /// else, and for null, those that a measurement found to be the fastest.</summary>
    public Func<string?, string> ChooseKernels { get; init; } = recorded => KernelSelection.Keep(recorded).Name;

    /// <summary>The kernels that the configuration of a new run names (<see cref="RunConfiguration.Kernels"/>), where this process may use them; else a
    /// <see cref="ConfigurationException"/> that says which it may.</summary>
    public Func<string, string> RequireKernels { get; init; } = name => KernelSelection.FindForRun(name).Name;

    /// <summary>Whether the names of data sets are the loader's own matter.</summary>
    internal bool LoadsAnyName { get; init; }

    /// <summary>Name of the kernels for a new run.</summary>
    internal string KernelsFor(RunConfiguration configuration)
        => configuration.Kernels is { } named ? RequireKernels(named) : ChooseKernels(null);
}
