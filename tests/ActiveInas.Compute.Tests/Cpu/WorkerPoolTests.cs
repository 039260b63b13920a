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
            pool.Run(items, counter);
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
            Exception error = Assert.ThrowsAny<Exception>(() => pool.Run(50, new Failing(repeat)));
            Assert.Equal($"item {repeat}", (error.InnerException ?? error).Message);
            Counter counter = new(50, threads);
            pool.Run(50, counter);
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
            pool.Run(1 + (i % 7), counter);
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
            pool.Run(20, counter);
            Assert.All(counter.Runs, runs => Assert.Equal(1, runs));
        }
    }

    /// <summary>Each item waits until the other runs too: it ends only if two threads work.</summary>
    [Fact]
    public void Items_run_side_by_side()
    {
        using WorkerPool pool = new(2);
        using Barrier barrier = new(2);
        Meeting meeting = new(barrier);
        pool.Run(2, meeting);
        Assert.True(meeting.Met);
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
    [MemberData(nameof(ThreadCounts))]
    public void Dispose_ends_idle_and_sleeping_workers(int threads)
    {
        new WorkerPool(threads).Dispose();
        WorkerPool used = new(threads);
        used.Run(10, new Counter(10, threads));
        Thread.Sleep(20);
        used.Dispose();
    }

    [Fact]
    public void A_disposed_pool_refuses_work_instead_of_waiting_for_ever()
    {
        WorkerPool pool = new(2);
        pool.Dispose();
        pool.Dispose();
        Assert.Throws<ObjectDisposedException>(() => pool.Run(10, new Counter(10, 2)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void A_pool_without_threads_is_refused(int threads) => Assert.Throws<ArgumentOutOfRangeException>(() => new WorkerPool(threads));

    private static void Repeat(WorkerPool pool, Counter counter)
    {
        for (int i = 0; i < 50; i++)
        {
            pool.Run(30, counter);
        }
    }

    private sealed class Counter(int items, int threads) : IWorkItems
    {
        private int _wrongWorkers;

        public int[] Runs { get; } = new int[items];

        public int WrongWorkers => _wrongWorkers;

        public void Run(int item, int worker)
        {
            Interlocked.Increment(ref Runs[item]);
            if (worker < 0 || worker >= threads)
            {
                Interlocked.Increment(ref _wrongWorkers);
            }
        }
    }

    private sealed class Failing(int failing) : IWorkItems
    {
        public void Run(int item, int worker)
        {
            if (item == failing)
            {
                throw new InvalidOperationException($"item {item}");
            }
        }
    }

    private sealed class Meeting(Barrier barrier) : IWorkItems
    {
        private int _met;

        public bool Met => _met == 2;

        public void Run(int item, int worker)
        {
            if (barrier.SignalAndWait(TimeSpan.FromSeconds(20)))
            {
                Interlocked.Increment(ref _met);
            }
        }
    }
}
