using ActiveInas.Compute;
using ActiveInas.Data;
using ActiveInas.Querying;
using ActiveInas.Training;

namespace ActiveInas.Runs;

/// <summary>The replaceable parts under a run.</summary>
public sealed record RunParts
{
    /// <summary>Loads data and trains in this process.</summary>
    public static RunParts Default { get; } = new();

    /// <summary>Loads a data set.</summary>
    public Func<DataRequest, IProgress<ProgressEvent>?, CancellationToken, Task<Dataset>> LoadData { get; init; } = DataSources.LoadAsync;

    /// <summary>Makes what trains, for a data set, the kernels that <see cref="ChooseKernels"/> named, and so many threads.</summary>
    public Func<Dataset, string, int, ICheckpointStore, IProgress<ProgressEvent>?, ITrainingBackend> CreateBackend { get; init; }
        = (data, kernels, threads, checkpoints, progress) => new LocalBackend(data, RequireUsable(kernels), threads, checkpoints, progress);

    /// <summary>A query strategy that is not in the registry: runs with it and records its name. Null: the one that the configuration names.</summary>
    public IQueryStrategy? Query { get; init; }

    /// <summary>Name of the kernels for a run: those that it was recorded with, or others that give the same bytes, where this process may use them;
    /// else the fastest.</summary>
    public Func<string?, string> ChooseKernels { get; init; } = UsableKernels;

    private static KernelRow RequireUsable(string kernels)
        => KernelTable.FindUsable(kernels) ?? throw new ConfigurationException($"The kernels {kernels} may not be used here: 'ainas info' lists those that may.");

    private static string UsableKernels(string? recorded)
    {
        try
        {
            return ((recorded is null ? null : KernelTable.FindAlike(recorded)) ?? KernelTable.Best(StorageType.BFloat16)).Name;
        }
        catch (InvalidOperationException exception)
        {
            throw new ConfigurationException(exception.Message, exception);
        }
    }
}
