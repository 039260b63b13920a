namespace ActiveInas.Compute.Cpu;

/// <summary>What the parts of one device share: threads and memory. It frees whatever they keep in it.</summary>
internal sealed unsafe class Workspace : IDisposable
{
    private const int LeastScratch = 65_536;
    private readonly GrowingBuffer<float>[] _scratch;
    private readonly GrowingBuffer<float> _turnedWeights;
    private readonly List<IDisposable> _kept = [];

    /// <param name="threads">At least 1.</param>
    public Workspace(int threads)
    {
        Pool = Keep(new WorkerPool(threads));
        _scratch = [.. Enumerable.Range(0, threads).Select(_ => Buffer<float>(LeastScratch))];
        _turnedWeights = Buffer<float>();
    }

    public WorkerPool Pool { get; }

    public int Threads => Pool.Threads;

    /// <summary>Frees an item together with the workspace.</summary>
    public TItem Keep<TItem>(TItem item)
        where TItem : IDisposable
    {
        _kept.Add(item);
        return item;
    }

    /// <summary>Memory for whoever asks, freed with the workspace.</summary>
    /// <param name="least">Elements of its first block.</param>
    public GrowingBuffer<T> Buffer<T>(long least = 0)
        where T : unmanaged
        => Keep(new GrowingBuffer<T>(least));

    /// <summary>At least so many floats that belong to a worker; contents undefined.</summary>
    public float* Scratch(int worker, long length) => _scratch[worker].Reserve(length);

    /// <summary>Memory for the weights of one backward-data, which a training step needs once: all parameters share it. Contents undefined.</summary>
    public float* TurnedWeights(long length) => _turnedWeights.Reserve(length);

    public void Dispose()
    {
        foreach (IDisposable item in _kept)
        {
            item.Dispose();
        }
    }
}
