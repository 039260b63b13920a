using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ActiveInas.Compute.Cpu;
using ActiveInas.Compute.Cpu.Convolutions;
using ActiveInas.Compute.Cpu.Emitted;
using ActiveInas.Compute.Cpu.Vector;
using ActiveInas.Compute.Tests.Emitted;

namespace ActiveInas.Compute.Tests.Contract;

/// <summary>The kernel table as test data, and plain twins of the emitted kernels, so that their geometry is tested where the kernels cannot
/// run. Rows travel by name, so that each shows as a test of its own.</summary>
internal static class KernelRows
{
    /// <summary>The cap that the process started with; a test of the cap changes the variable for a while.</summary>
    public static string? Cap { get; } = Environment.GetEnvironmentVariable(CpuFeatures.CapVariable);

    /// <summary>What tests may use: what the machine offers, under <see cref="Cap"/>.</summary>
    public static InstructionSet Allowed { get; } = CpuFeatures.Best;

    /// <summary>The engine of emitted kernels on the twin of the tile kernel: groups of 16 rows.</summary>
    public static KernelRow PlainTile { get; } = Plain("plain-tile-bf16", KernelFamily.Amx, work => ConvolutionEngines.Emitted(work, new PlainTileKernel()));

    /// <summary>The engine of emitted kernels on the twin of the dot kernel: groups of 4 rows.</summary>
    public static KernelRow PlainDot { get; } = Plain("plain-dot-bf16", KernelFamily.Dot, work => ConvolutionEngines.Emitted(work, new PlainDotKernel()));

    /// <summary>The same with Winograd's algorithm.</summary>
    public static KernelRow PlainWinogradDot { get; } = Plain("plain-winograddot-bf16", KernelFamily.WinogradDot, work => ConvolutionEngines.WinogradEmitted(work, new PlainDotKernel()));

    /// <summary>All of the table, and the twins whose geometry may have no other row on this machine.</summary>
    public static IReadOnlyList<KernelRow> All { get; } = [.. KernelTable.Rows, PlainTile, PlainWinogradDot];

    /// <summary>The rows of <see cref="All"/> that run here.</summary>
    public static IEnumerable<KernelRow> Runnable => All.Where(Runs);

    public static IEnumerable<string> Names => All.Select(row => row.Name);

    public static KernelRow Reference(StorageType storage)
        => KernelTable.Rows.Single(row => row.Family == KernelFamily.Reference && row.Storage == storage);

    public static KernelFamily FamilyOf(IDevice device) => All.Single(row => row.Name == device.KernelName).Family;

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

    /// <summary>What surrounds the kernels uses AVX-512.</summary>
    private static KernelRow Plain(
        string name, KernelFamily family, Func<Workspace, IReadOnlyList<IConvolution<BFloat16, BFloat16Storage, Vector512<float>, Lanes512>>> engines)
        => new(
            name, family, InstructionSet.Avx512, StorageType.BFloat16,
            threads => new CpuDevice<BFloat16, BFloat16Storage, Vector512<float>, Lanes512>(name, threads, engines));
}
