using System.Collections.Concurrent;
using ActiveInas.Data;

namespace ActiveInas.Runs.Experiments;

/// <summary>Loads each data set once for all cells that want it. Data sets are never changed, so cells can share them.</summary>
internal sealed class SharedData(Func<DataRequest, IProgress<ProgressEvent>?, CancellationToken, Task<Dataset>> load)
{
    private readonly ConcurrentDictionary<DataRequest, Lazy<Task<Dataset>>> _sets = new();

    /// <summary>Loads a data set, or waits for whoever loads it. A load that failed is tried again by the next cell.</summary>
    public async Task<Dataset> LoadAsync(DataRequest request, IProgress<ProgressEvent>? progress, CancellationToken cancellation)
    {
        Lazy<Task<Dataset>> set = _sets.GetOrAdd(request, key => new Lazy<Task<Dataset>>(() => load(key, progress, cancellation)));
        try
        {
            return await set.Value.ConfigureAwait(false);
        }
        catch
        {
            _sets.TryRemove(KeyValuePair.Create(request, set));
            throw;
        }
    }
}
