using ActiveInas.Data;
using ActiveInas.Kernels;
using ActiveInas.Querying;
using ActiveInas.Runs.Configuration;
using ActiveInas.Training;

namespace ActiveInas.Runs.Sessions;

/// <summary>The replaceable parts under a run.</summary>
public sealed record RunParts
{
    /// <summary>Loads data and trains in this process.</summary>
    public static RunParts Default { get; } = new();

    /// <summary>Loads a data set.</summary>
    public Func<DataRequest, IProgress<ProgressEvent>?, CancellationToken, Task<Dataset>> LoadData { get; init; } = DataSources.LoadAsync;

    /// <summary>Makes what trains, for a data set, the kernels that <see cref="ChooseKernels"/> named, and so many threads.</summary>
    public Func<Dataset, string, int, ICheckpointStore, IProgress<ProgressEvent>?, ITrainingBackend> CreateBackend { get; init; }
        = (data, kernels, threads, checkpoints, progress) => new LocalBackend(data, KernelSelection.Find(kernels), threads, checkpoints, progress);

    /// <summary>A query strategy that is not in the registry: runs with it and records its name. Null: the one that the configuration names.</summary>
    public IQueryStrategy? Query { get; init; }

    /// <summary>Name of the kernels for a run: those that it was recorded with, or others that give the same bytes, where this process may use them;
    /// else, and for null, those that a measurement found to be the fastest.</summary>
    public Func<string?, string> ChooseKernels { get; init; } = recorded => KernelSelection.Keep(recorded).Name;

    /// <summary>The kernels that the configuration of a new run names (<see cref="RunConfiguration.Kernels"/>), where this process may use them; else a
    /// <see cref="ConfigurationException"/> that says which it may.</summary>
    public Func<string, string> RequireKernels { get; init; } = name => KernelSelection.FindForRun(name).Name;

    /// <summary>Name of the kernels for a new run.</summary>
    internal string KernelsFor(RunConfiguration configuration)
        => configuration.Kernels is { } named ? RequireKernels(named) : ChooseKernels(null);
}
