using System.Diagnostics;
using System.Runtime.Intrinsics;
using ActiveInas.Compute.Cpu;
using ActiveInas.Compute.Cpu.Emitted;
using ActiveInas.Compute.Cpu.Vector;

namespace ActiveInas.Compute.Profiling;

/// <summary>The most arithmetic that a kind of instruction gives on this machine.</summary>
/// <param name="Name">For example <c>fma-avx512</c>.</param>
/// <param name="InstructionSet">What it needs.</param>
/// <param name="OneThread">TFLOP/s of one thread; a multiply-add counts 2.</param>
/// <param name="AllThreads">TFLOP/s of all threads of the measurement.</param>
public sealed record ComputeLimit(string Name, InstructionSet InstructionSet, double OneThread, double AllThreads);

/// <summary>The most arithmetic that a kind of instruction gives on one core: what <see cref="KernelChoice"/> decides by.</summary>
/// <param name="Name">For example <c>fma-avx512</c>.</param>
/// <param name="InstructionSet">What it needs.</param>
/// <param name="TeraFlops">TFLOP/s of one thread; a multiply-add counts 2.</param>
public sealed record InstructionLimit(string Name, InstructionSet InstructionSet, double TeraFlops);

/// <summary>How fast memory far larger than the caches is copied; bytes read and bytes written both count.</summary>
/// <param name="OneThread">GB/s of one thread.</param>
/// <param name="AllThreads">GB/s of all threads of the measurement.</param>
public sealed record MemoryLimit(double OneThread, double AllThreads);

/// <summary>What this machine can do at best, measured: the yardstick for kernels.</summary>
/// <param name="Threads">All threads.</param>
/// <param name="Compute">One row a kind of instruction that the hardware offers and <see cref="CpuFeatures.CapVariable"/> allows, slowest first.</param>
/// <param name="Memory">Copying.</param>
public sealed record MachineLimits(int Threads, IReadOnlyList<ComputeLimit> Compute, MemoryLimit Memory)
{
    /// <summary>Of a round of <see cref="MeasureOneThread"/>: a tenth of a millisecond, far less than the system gives a thread at a time, so that the best
    /// round is an undisturbed one however many programs run.</summary>
    private const int ItemsOfRound = 8;

    private const int FewestRounds = 16;

    /// <summary>All probes, slowest first, as in <see cref="KernelTable.Rows"/>.</summary>
    private static readonly LimitProbe[] s_probes =
    [
        new FmaProbe<Vector128<float>, Lanes128>("fma-portable", InstructionSet.Portable),
        new FmaProbe<Vector256<float>, Lanes256>("fma-avx2", InstructionSet.Avx2),
        new FmaProbe<Vector512<float>, Lanes512>("fma-avx512", InstructionSet.Avx512),
        new EmittedProbe("dot-avx512bf16", InstructionSet.Avx512Bf16, DotKernel.LimitFlops, DotKernel.EmitLimit, () => new DotProductKernel()),
        new EmittedProbe("tile-amx", InstructionSet.Amx, TileKernel.LimitFlops, TileKernel.EmitLimit, () => new TileProductKernel()),
    ];

    /// <summary>Measures. Each figure is the best of many short runs, since a limit is what nothing disturbed.</summary>
    /// <param name="threads">All threads.</param>
    /// <param name="each">Time for each figure.</param>
    public static MachineLimits Measure(int threads, TimeSpan each)
    {
        InstructionSet best = (InstructionSet)Math.Max((int)CpuFeatures.Best, (int)InstructionSet.Portable);
        using WorkerPool one = new(1);
        using WorkerPool all = new(threads);
        ComputeLimit[] compute =
        [
            .. s_probes.Where(probe => probe.InstructionSet <= best).Select(probe =>
            {
                (double single, double together) = Rates(probe);
                return new ComputeLimit(probe.Name, probe.InstructionSet, single / 1e12, together / 1e12);
            }),
        ];
        using CopyProbe copy = new();
        (double singleCopy, double copyTogether) = Rates(copy);
        return new MachineLimits(threads, compute, new MemoryLimit(singleCopy / 1e9, copyTogether / 1e9));

        // All threads can do what one can, even when other programs held their cores during the measurement.
        (double One, double All) Rates(IProbe probe)
        {
            double single = BestRate(one, probe, each);
            return (single, Math.Max(single, BestRate(all, probe, each)));
        }
    }

    /// <summary>Measures one thread, some kinds of instructions only, all of them in turn: a clock that rises and programs beside this one meet all alike.</summary>
    /// <param name="kinds">Which; the hardware must offer them.</param>
    /// <param name="time">For all together, once the loops are compiled and emitted; longer where that would be too few rounds.</param>
    public static IReadOnlyList<InstructionLimit> MeasureOneThread(IReadOnlyCollection<InstructionSet> kinds, TimeSpan time)
    {
        using WorkerPool one = new(1);
        LimitProbe[] probes = [.. s_probes.Where(probe => kinds.Contains(probe.InstructionSet))];
        double[] best = new double[probes.Length];
        long begin = 0;
        for (int round = 0; round <= FewestRounds || Stopwatch.GetElapsedTime(begin) < time; round++)
        {
            // The first round compiles, and counts as nothing.
            begin = round <= 1 ? Stopwatch.GetTimestamp() : begin;
            for (int i = 0; i < probes.Length; i++)
            {
                double rate = Rate(one, probes[i], ItemsOfRound);
                best[i] = round == 0 ? 0 : Math.Max(best[i], rate);
            }
        }

        return [.. probes.Zip(best, (probe, rate) => new InstructionLimit(probe.Name, probe.InstructionSet, rate / 1e12))];
    }

    /// <summary>The limit that the arithmetic of a kernel row is held against: the fastest kind of instruction that it may use.</summary>
    public ComputeLimit For(KernelRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return Compute.LastOrDefault(limit => limit.InstructionSet <= row.InstructionSet) ?? Compute[0];
    }

    /// <summary>Units a second.</summary>
    private static double BestRate(WorkerPool pool, IProbe probe, TimeSpan time)
    {
        int items = probe.Items(pool.Threads);
        pool.Run(new ProbeItems(probe, items));
        double best = 0;
        long begin = Stopwatch.GetTimestamp();
        do
        {
            best = Math.Max(best, Rate(pool, probe, items));
        }
        while (Stopwatch.GetElapsedTime(begin) < time);
        return best;
    }

    /// <summary>Units a second of one run.</summary>
    private static double Rate(WorkerPool pool, IProbe probe, int items)
    {
        long start = Stopwatch.GetTimestamp();
        pool.Run(new ProbeItems(probe, items));
        return (double)items * probe.UnitsPerItem / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
