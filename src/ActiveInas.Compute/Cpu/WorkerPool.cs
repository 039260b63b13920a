namespace ActiveInas.Compute.Cpu;

/// <summary>What one run of a <see cref="WorkerPool"/> does, cut into numbered items: a readonly struct that holds the arguments. Which thread runs an item must
/// not matter for the result.</summary>
internal interface IWorkItems
{
    /// <summary>How many: 0..Items-1.</summary>
    int Items { get; }

    /// <summary>Runs item <paramref name="item"/> on worker <paramref name="worker"/> (0..threads-1, for scratch memory).</summary>
    void Run(int item, int worker);
}

/// <summary>A fixed set of threads that share numbered work items. The calling thread is worker 0.</summary>
internal sealed class WorkerPool : IDisposable
{
    private const int SpinsBeforeSleep = 2_000;
    private readonly Thread[] _threads;
    private readonly Lock _callers = new();
    private readonly SemaphoreSlim _wake = new(0);
    private readonly Dictionary<Type, SharedWork> _shared = [];
    private SharedWork? _work;
    private int _items;
    private long _ticket;
    private int _done;
    private int _sleeping;
    private volatile int _generation;
    private volatile bool _stopping;
    private volatile Exception? _failure;

    public WorkerPool(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        Threads = threads;
        _threads = new Thread[threads - 1];
        for (int i = 0; i < _threads.Length; i++)
        {
            int worker = i + 1;
            _threads[i] = new Thread(() => Loop(worker)) { IsBackground = true, Name = $"ainas-worker-{worker}" };
            _threads[i].Start();
        }
    }

    public int Threads { get; }

    /// <summary>Runs all items and returns when they are done. The first exception of any worker is rethrown.</summary>
    /// <remarks>Compiled anew for each kind of work, whose items are called without an interface. Nothing is allocated but, once a kind, the place from which the
    /// other threads read the work; it holds work during a run only, so that the pool keeps no tensor alive.</remarks>
    public void Run<TWork>(TWork work)
        where TWork : struct, IWorkItems
    {
        lock (_callers)
        {
            // Without its workers the pool would wait for ever.
            ObjectDisposedException.ThrowIf(_stopping, this);
            int items = work.Items;
            if (_threads.Length == 0 || items <= 1)
            {
                for (int item = 0; item < items; item++)
                {
                    work.Run(item, 0);
                }

                return;
            }

            SharedWork<TWork> shared = SharedOf<TWork>();
            shared.Work = work;
            Share(items, shared);
            shared.Work = default;
            if (_failure is { } failure)
            {
                throw new AggregateException("A worker failed.", failure);
            }
        }
    }

    public void Dispose()
    {
        if (_stopping)
        {
            return;
        }

        _stopping = true;
        Interlocked.Increment(ref _generation);
        _wake.Release(_threads.Length + 1);
        foreach (Thread thread in _threads)
        {
            thread.Join();
        }

        _wake.Dispose();
    }

    private SharedWork<TWork> SharedOf<TWork>()
        where TWork : struct, IWorkItems
    {
        if (!_shared.TryGetValue(typeof(TWork), out SharedWork? shared))
        {
            shared = new SharedWork<TWork>();
            _shared.Add(typeof(TWork), shared);
        }

        return (SharedWork<TWork>)shared;
    }

    /// <summary>Opens a run to all workers, takes part in it, and closes it when its items are done.</summary>
    private void Share(int items, SharedWork work)
    {
        _work = work;
        _items = items;
        _failure = null;
        _done = 0;
        Volatile.Write(ref _ticket, (long)(_generation + 1) << 32);
        Interlocked.Increment(ref _generation);
        int sleeping = Volatile.Read(ref _sleeping);
        if (sleeping > 0)
        {
            _wake.Release(sleeping);
        }

        Drain(0);
        SpinWait spin = default;
        while (Volatile.Read(ref _done) < items)
        {
            spin.SpinOnce(sleep1Threshold: -1);
        }

        // Closed: whoever read the ticket before can no longer claim, and whoever reads it from now on sees that nothing is open.
        Volatile.Write(ref _ticket, ((long)_generation << 32) | int.MaxValue);
        _work = null;
    }

    private void Loop(int worker)
    {
        int seen = 0;
        while (true)
        {
            seen = WaitFor(seen);
            if (_stopping)
            {
                return;
            }

            Drain(worker);
        }
    }

    private int WaitFor(int seen)
    {
        for (int i = 0; i < SpinsBeforeSleep; i++)
        {
            if (_generation != seen)
            {
                return _generation;
            }

            Thread.SpinWait(8);
        }

        Interlocked.Increment(ref _sleeping);
        while (_generation == seen)
        {
            _wake.Wait(50);
        }

        Interlocked.Decrement(ref _sleeping);
        return _generation;
    }

    /// <summary>Claims items while there are any. The ticket is (generation, next item): a claim succeeds only if the ticket has not moved
    /// since it was read, so the item is still open, its run has not ended, and the work that was read in between is the run's own. A worker
    /// that wakes late finds nothing and disturbs nobody: a run waits for its items, never for a thread that has none.</summary>
    private void Drain(int worker)
    {
        while (true)
        {
            long ticket = Volatile.Read(ref _ticket);
            SharedWork? work = Volatile.Read(ref _work);
            int item = (int)ticket;
            if (item >= Volatile.Read(ref _items) || work is null)
            {
                return;
            }

            if (Interlocked.CompareExchange(ref _ticket, ticket + 1, ticket) != ticket)
            {
                continue;
            }

            try
            {
                work.Run(item, worker);
            }
            catch (Exception failure)
            {
                _failure ??= failure;
            }

            Interlocked.Increment(ref _done);
        }
    }

    /// <summary>Where all threads find the work of a run.</summary>
    private abstract class SharedWork
    {
        public abstract void Run(int item, int worker);
    }

    /// <summary>One a kind of work and pool. Only who has claimed an item of the run reads <see cref="Work"/>, and the run ends after its last item: the work is
    /// neither replaced nor cleared while it is read.</summary>
    private sealed class SharedWork<TWork> : SharedWork
        where TWork : struct, IWorkItems
    {
        public TWork Work;

        public override void Run(int item, int worker) => Work.Run(item, worker);
    }
}
