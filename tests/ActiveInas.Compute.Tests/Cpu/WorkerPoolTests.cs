using System.Runtime.CompilerServices;
using ActiveInas.Compute.Cpu;

namespace ActiveInas.Compute.Tests.Cpu;

public sealed class WorkerPoolTests
{
    public static TheoryData<int> ThreadCounts() => [1, 2, 3, 4, 5, 6, 7, 8];

    [Theory]
    [MemberData(nameof(ThreadCounts))]
    public void Every_item_runs_exactly_once_on_a_worker_of_the_pool(int threads)
    {
        using WorkerPool pool = new(threads);
        Assert.Equal(threads, pool.Threads);
        foreach (int items in new[] { 0, 1, 2, threads, 100, 5000 })
        {
            Counter counter = new(items, threads);
            pool.Run(counter);
            Assert.All(counter.Runs, runs => Assert.Equal(1, runs));
            Assert.Equal(0, counter.WrongWorkers);
        }
    }

    [Theory]
    [MemberData(nameof(ThreadCounts))]
    public void A_failure_reaches_the_caller_and_the_pool_goes_on(int threads)
    {
        using WorkerPool pool = new(threads);
        for (int repeat = 0; repeat < 5; repeat++)
        {
            Exception error = Assert.ThrowsAny<Exception>(() => pool.Run(new Failing(50, repeat)));
            Assert.Equal($"item {repeat}", (error.InnerException ?? error).Message);
            Counter counter = new(50, threads);
            pool.Run(counter);
            Assert.All(counter.Runs, runs => Assert.Equal(1, runs));
        }
    }

    [Theory]
    [InlineData(2, 1000)]
    [InlineData(4, 200)]
    [InlineData(8, 50)]
    public void Many_small_runs_lose_no_item(int threads, int runs)
    {
        using WorkerPool pool = new(threads);
        Counter counter = new(7, threads);
        for (int i = 0; i < runs; i++)
        {
            pool.Run(counter with { Items = 1 + (i % 7) });
        }

        for (int item = 0; item < 7; item++)
        {
            Assert.Equal(Enumerable.Range(0, runs).Count(i => i % 7 >= item), counter.Runs[item]);
        }
    }

    [Fact]
    public void Workers_that_fell_asleep_wake_up()
    {
        using WorkerPool pool = new(3);
        for (int i = 0; i < 5; i++)
        {
            Thread.Sleep(60);
            Counter counter = new(20, 3);
            pool.Run(counter);
            Assert.All(counter.Runs, runs => Assert.Equal(1, runs));
        }
    }

    /// <summary>Each item waits until the other runs too: it ends only if two threads work.</summary>
    [Fact]
    public void Items_run_side_by_side()
    {
        using WorkerPool pool = new(2);
        using Barrier barrier = new(2);
        int[] met = new int[1];
        pool.Run(new Meeting(barrier, met));
        Assert.Equal(2, met[0]);
    }

    [Fact]
    public void Callers_from_several_threads_take_turns()
    {
        using WorkerPool pool = new(3);
        Counter[] counters = [.. Enumerable.Range(0, 4).Select(_ => new Counter(30, 3))];
        Thread[] callers = [.. counters.Select(counter => new Thread(() => Repeat(pool, counter)))];
        Array.ForEach(callers, caller => caller.Start());
        Array.ForEach(callers, caller => caller.Join());
        Assert.All(counters, counter => Assert.All(counter.Runs, runs => Assert.Equal(50, runs)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_run_allocates_nothing_once_its_kind_was_seen(int threads)
    {
        using WorkerPool pool = new(threads);
        int[] sums = new int[2];
        long allocated = 0;
        for (int i = 0; i < 20; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            pool.Run(new Adding(sums, 0));
            pool.Run(new Adding<int>(sums, 1));
            allocated = i < 2 ? 0 : allocated + GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.Equal([20 * Adding.Count, 20 * Adding.Count], sums);
        Assert.Equal(0, allocated);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void The_pool_keeps_nothing_of_a_run_alive(int threads)
    {
        using WorkerPool pool = new(threads);
        WeakReference sums = RunOnce(pool);
        GC.Collect();
        Assert.False(sums.IsAlive);
    }

    [Theory]
    [MemberData(nameof(ThreadCounts))]
    public void Dispose_ends_idle_and_sleeping_workers(int threads)
    {
        new WorkerPool(threads).Dispose();
        WorkerPool used = new(threads);
        used.Run(new Counter(10, threads));
        Thread.Sleep(20);
        used.Dispose();
    }

    [Fact]
    public void A_disposed_pool_refuses_work_instead_of_waiting_for_ever()
    {
        WorkerPool pool = new(2);
        pool.Dispose();
        pool.Dispose();
        Assert.Throws<ObjectDisposedException>(() => pool.Run(new Counter(10, 2)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void A_pool_without_threads_is_refused(int threads) => Assert.Throws<ArgumentOutOfRangeException>(() => new WorkerPool(threads));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference RunOnce(WorkerPool pool)
    {
        int[] sums = new int[1];
        pool.Run(new Adding(sums, 0));
        Assert.Equal(Adding.Count, sums[0]);
        return new WeakReference(sums);
    }

    private static void Repeat(WorkerPool pool, Counter counter)
    {
        for (int i = 0; i < 50; i++)
        {
            pool.Run(counter);
        }
    }

    private readonly record struct Counter(int Items, int Threads) : IWorkItems
    {
        private readonly int[] _wrongWorkers = new int[1];

        public int[] Runs { get; } = new int[Items];

        public int WrongWorkers => _wrongWorkers[0];

        public void Run(int item, int worker)
        {
            Interlocked.Increment(ref Runs[item]);
            if (worker < 0 || worker >= Threads)
            {
                Interlocked.Increment(ref _wrongWorkers[0]);
            }
        }
    }

    private readonly struct Adding(int[] sums, int place) : IWorkItems
    {
        public const int Count = 10;

        public int Items => Count;

        public void Run(int item, int worker) => Interlocked.Increment(ref sums[place]);
    }

    /// <summary>The same as another kind of work.</summary>
    private readonly struct Adding<T>(int[] sums, int place) : IWorkItems
    {
        public int Items => Adding.Count;

        public void Run(int item, int worker) => new Adding(sums, place).Run(item, worker);
    }

    private readonly struct Failing(int items, int failing) : IWorkItems
    {
        public int Items => items;

        public void Run(int item, int worker)
        {
            if (item == failing)
            {
                throw new InvalidOperationException($"item {item}");
            }
        }
    }

    private readonly struct Meeting(Barrier barrier, int[] met) : IWorkItems
    {
        public int Items => 2;

        public void Run(int item, int worker)
        {
            if (barrier.SignalAndWait(TimeSpan.FromSeconds(20)))
            {
                Interlocked.Increment(ref met[0]);
            }
        }
    }
}
