using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ActiveInas.Compute.Cpu;
using ActiveInas.Compute.Cpu.Convolutions;
using ActiveInas.Compute.Cpu.Emitted;
using ActiveInas.Compute.Cpu.Vector;

namespace ActiveInas.Compute.Tests.Contract;

/// <summary>The kernel table as test data, and plain twins of the emitted kernels, so that their geometry is tested where the kernels cannot
/// run. Rows travel by name, so that each shows as a test of its own.</summary>
internal static class KernelRows
{
    /// <summary>The cap that the process started with; a test of the cap changes the variable for a while.</summary>
    public static string? Cap { get; } = Environment.GetEnvironmentVariable(CpuFeatures.CapVariable);

    /// <summary>What tests may use: what the machine offers, under <see cref="Cap"/>.</summary>
    public static InstructionSet Allowed { get; } = CpuFeatures.Best;

    /// <summary>The engines of emitted kernels on plain loops, one row an order of summation: what says which bytes an emitted row must give.</summary>
    public static IReadOnlyList<KernelRow> Twins { get; } =
    [
        Twin("plain-dot-bf16", KernelFamily.Dot, KernelTolerance.Reordered, SummationOrder.PairByPair, work => ConvolutionEngines.Emitted(work, new PlainDotKernel())),
        Twin(
            "plain-winograddot-bf16", KernelFamily.WinogradDot, KernelTolerance.TransformedAndRounded, SummationOrder.TransformedPairByPair,
            work => ConvolutionEngines.WinogradEmitted(work, new PlainDotKernel())),
        Twin("plain-tile-bf16", KernelFamily.Amx, KernelTolerance.Reordered, SummationOrder.EvenAndOddApart, work => ConvolutionEngines.Emitted(work, new PlainTileKernel())),
    ];

    /// <summary>A device whose memory is not that of the host: what a device of another processor must be able to do.</summary>
    public static KernelRow Apart { get; } = new(
        "apart-bf16", KernelFamily.Reference, InstructionSet.Reference, StorageType.BFloat16, KernelTolerance.Exact, SummationOrder.TermByTerm,
        threads => new ApartDevice("apart-bf16", Reference(StorageType.BFloat16).Create(threads)));

    /// <summary>All of the table, and the twins, whose geometry may have no other row on this machine, and a device with memory of its own.</summary>
    public static IReadOnlyList<KernelRow> All { get; } = [.. KernelTable.Rows, .. Twins, Apart];

    /// <summary>The rows of <see cref="All"/> that run here.</summary>
    public static IEnumerable<KernelRow> Runnable => All.Where(Runs);

    public static IEnumerable<string> Names => All.Select(row => row.Name);

    public static KernelRow Reference(StorageType storage)
        => KernelTable.Rows.Single(row => row.Family == KernelFamily.Reference && row.Storage == storage);

    /// <summary>The row that made a device.</summary>
    public static KernelRow Of(IDevice device) => All.Single(row => row.Name == device.KernelName);

    /// <summary>The plain loops whose bytes the convolutions of a training on a row of the table are: Reference, or a twin; null: it has an algorithm of its own.</summary>
    public static KernelRow? OracleOf(KernelRow row)
        => Twins.Append(Reference(row.Storage)).SingleOrDefault(oracle => oracle.Order == row.Order && oracle.Storage == row.Storage && oracle.Name != row.Name);

    /// <summary>The row, or a skipped test where this machine cannot run it.</summary>
    public static KernelRow Supported(string name)
    {
        KernelRow row = All.Single(candidate => candidate.Name == name);
        Skip.IfNot(Runs(row), $"{name} needs {row.InstructionSet}; this machine offers {CpuFeatures.Hardware}, and {CpuFeatures.CapVariable} is '{Cap}'.");
        return row;
    }

    /// <summary>Before any test runs.</summary>
    [ModuleInitializer]
    internal static void ReadCap() => RuntimeHelpers.RunClassConstructor(typeof(KernelRows).TypeHandle);

    private static bool Runs(KernelRow row) => row.IsSupported && row.InstructionSet <= Allowed;

    private static KernelRow Twin(
        string name, KernelFamily family, KernelTolerance tolerance, SummationOrder order,
        Func<Workspace, IReadOnlyList<IConvolution<BFloat16, BFloat16Storage, Vector512<float>, Lanes512>>> engines)
        => KernelTable.Emitted(name, family, InstructionSet.Avx512, tolerance, order, engines);
}
