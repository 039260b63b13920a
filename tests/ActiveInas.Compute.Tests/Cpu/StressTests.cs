using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ActiveInas.Compute.Tests.Contract;
using ActiveInas.Compute.Tests.Support;

namespace ActiveInas.Compute.Tests.Cpu;

/// <summary>Runs alone: its collections and threads would disturb what others measure.</summary>
[CollectionDefinition(nameof(RunsAlone), DisableParallelization = true)]
public sealed class RunsAlone;

/// <summary>Kernels run while the runtime collects, starts threads and handles signals, and nothing of that reaches their results.</summary>
[Collection(nameof(RunsAlone))]
public sealed partial class StressTests
{
    /// <summary>Environment variable: how long the stress lasts.</summary>
    private const string SecondsVariable = "AINAS_STRESS_SECONDS";
    private const int DefaultSeconds = 5;
    private const int ContinueSignal = 18;
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(1);

    [Fact]
    public void Training_gives_the_same_bytes_under_collections_threads_and_signals()
    {
        List<KernelRow> rows = [.. FastestOfEachFamily()];
        TimeSpan each = TimeSpan.FromSeconds(Seconds() / rows.Count);
        foreach (KernelRow row in rows)
        {
            using IDevice device = row.Create(3);
            byte[] expected = Train(device);
            using Disturbance disturbance = new();
            Stopwatch clock = Stopwatch.StartNew();
            for (int run = 0; run == 0 || clock.Elapsed < each || (disturbance.Missing is not null && clock.Elapsed < s_limit); run++)
            {
                TensorAssert.SameBytes($"{row.Name}, run {run} under stress", expected, Train(device));
            }

            Assert.Null(disturbance.Missing);
        }
    }

    /// <summary>What Program.cs runs for <see cref="GuardPageTests"/>: a null reference is met, and caught, on a thread that has just used the
    /// kernels, whose signal frame holds all of its registers (8 KB more once it has used tiles).</summary>
    /// <returns>The number of families.</returns>
    internal static int TrainBetweenNullReferences()
    {
        int families = 0;
        foreach (KernelRow row in FastestOfEachFamily())
        {
            Console.Write($"{row.Name}\n");
            using IDevice device = row.Create(1);
            byte[] expected = Train(device);
            for (int i = 0; i < 10; i++)
            {
                Assert.Throws<NullReferenceException>(() => LengthOf(null!));
                TensorAssert.SameBytes($"{row.Name} after {i + 1} null references", expected, Train(device));
            }

            families++;
        }

        return families;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int LengthOf(int[] values) => values.Length;

    private static IEnumerable<KernelRow> FastestOfEachFamily()
        => KernelRows.Runnable.Intersect(KernelTable.Rows).Where(row => row.Tolerance != KernelTolerance.Exact).GroupBy(row => row.Family).Select(rows => rows.Last());

    private static double Seconds()
    {
        string? text = Environment.GetEnvironmentVariable(SecondsVariable);
        return string.IsNullOrEmpty(text) ? DefaultSeconds : double.Parse(text, CultureInfo.InvariantCulture);
    }

    /// <summary>Some steps down |y|^2 of one convolution, whose gradient is y itself; all that they leave.</summary>
    private static byte[] Train(IDevice device)
    {
        ConvolutionShape shape = new(32, 64, 3, 1);
        TensorShape images = new(9, 32, 9, 8);
        using OpBench bench = new(device, 5);
        Tensor x = bench.Input(images, 9);
        Tensor y = bench.Output("y", images with { Channels = 64 }, 9);
        Tensor dx = bench.Output("dx", images, 9);
        Parameter w = bench.Trainable(shape.WeightCount);
        for (int step = 0; step < 4; step++)
        {
            device.ConvolutionForward(shape, x, w, y);
            device.ConvolutionBackwardData(shape, y, w, dx, accumulate: step > 0);
            device.ConvolutionBackwardWeights(shape, x, y, w);
            device.SgdStep([w], learningRate: 1e-5, momentum: 0.9, weightDecay: 0.01);
        }

        TensorAssert.BordersAreZero("under stress", y);
        TensorAssert.BordersAreZero("under stress", dx);
        return [.. RawMemory.Bytes(y), .. RawMemory.Bytes(dx), .. RawMemory.Bytes(w.Values)];
    }

    /// <summary>A thread that collects, one that starts threads, a timer that allocates, and signals to whichever thread takes them.</summary>
    private sealed partial class Disturbance : IDisposable
    {
        private readonly PosixSignalRegistration? _signal;
        private readonly Timer _timer;
        private readonly Thread[] _threads;
        private int _collections;
        private int _started;
        private int _ticks;
        private int _signals;
        private volatile bool _stopping;

        public Disturbance()
        {
            _signal = OperatingSystem.IsLinux() ? PosixSignalRegistration.Create(PosixSignal.SIGCONT, _ => Interlocked.Increment(ref _signals)) : null;
            _timer = new Timer(_ => Allocate(ref _ticks), null, 0, 1);
            _threads = [new Thread(Collect), new Thread(StartThreads)];
            Array.ForEach(_threads, thread => thread.Start());
        }

        /// <summary>What has not happened yet; null when everything has.</summary>
        public string? Missing
            => Volatile.Read(ref _collections) == 0 ? "nothing was collected"
                : Volatile.Read(ref _started) == 0 ? "no thread was started"
                : Volatile.Read(ref _ticks) == 0 ? "the timer did not tick"
                : _signal is not null && Volatile.Read(ref _signals) == 0 ? "no signal arrived"
                : null;

        public void Dispose()
        {
            _stopping = true;
            Array.ForEach(_threads, thread => thread.Join());
            _timer.Dispose();
            _signal?.Dispose();
        }

        private static void Allocate(ref int count)
        {
            byte[][] garbage = [.. Enumerable.Range(0, 20).Select(i => new byte[1000 * i])];
            Interlocked.Add(ref count, garbage.Length);
        }

        private void Collect()
        {
            while (!_stopping)
            {
                GC.Collect(_collections++ % 3, GCCollectionMode.Forced, blocking: true, compacting: true);
                Thread.Sleep(1);
            }
        }

        private void StartThreads()
        {
            while (!_stopping)
            {
                Thread[] threads = [.. Enumerable.Range(0, 4).Select(_ => new Thread(() => Allocate(ref _started)))];
                Array.ForEach(threads, thread => thread.Start());
                if (_signal is not null)
                {
                    _ = Kill(Environment.ProcessId, ContinueSignal);
                }

                Array.ForEach(threads, thread => thread.Join());
            }
        }

        [LibraryImport("libc", EntryPoint = "kill")]
        private static partial int Kill(int process, int signal);
    }
}
