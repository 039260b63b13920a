using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Iced.Intel;

namespace ActiveInas.Compute.Cpu.Emitted;

/// <summary>What emitted kernels this process can run. Asked once.</summary>
internal static unsafe partial class EmittedKernels
{
    private const int ArchPrctl = 158;
    private const int RequestComponentPermission = 0x1023;
    private const int TileData = 18;
    private static readonly Lazy<(bool Dot, bool Tile, string? Notice)> s_support = new(Probe);

    /// <summary>AVX-512 BF16: VDPBF16PS, and the conversions that all emitted kernels end with.</summary>
    public static bool IsDotSupported => s_support.Value.Dot;

    /// <summary>AMX tiles with bf16; the process has permission to use them.</summary>
    public static bool IsTileSupported => s_support.Value.Tile;

    /// <summary>Why kernels that the processor has are not used, in one line; null when they are, or when it has none.</summary>
    public static string? Notice => s_support.Value.Notice;

    private static (bool Dot, bool Tile, string? Notice) Probe()
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64 || !Avx512BW.IsSupported || !X86Base.IsSupported)
        {
            return (false, false, null);
        }

        (int highest, _, _, _) = X86Base.CpuId(7, 0);
        bool dot = highest >= 1 && (X86Base.CpuId(7, 1).Eax & (1 << 5)) != 0;
        if (!dot)
        {
            return (false, false, null);
        }

        if (CodeProblem() is { } problem)
        {
            return (false, false, $"emitted kernels are not used: {problem}. Going on with AVX-512.");
        }

        if (Problem(() => new DotProductKernel(), new PlainDotKernel()) is { } dotProblem)
        {
            return (false, false, $"emitted kernels are not used: {dotProblem}. Going on with AVX-512.");
        }

        int features = X86Base.CpuId(7, 0).Edx;
        bool tile = (features & (1 << 22)) != 0 && (features & (1 << 24)) != 0;
        if (tile && SystemCall(ArchPrctl, RequestComponentPermission, TileData) != 0)
        {
            int error = Marshal.GetLastPInvokeError();
            return (true, false, $"AMX tiles are not used: the system refused the permission (arch_prctl: {Marshal.GetPInvokeErrorMessage(error)}, errno {error}). Going on without them.");
        }

        return tile && Problem(() => new TileProductKernel(), new PlainTileKernel()) is { } tileProblem
            ? (true, false, $"AMX tiles are not used: {tileProblem}. Going on without them.")
            : (true, tile, null);
    }

    /// <summary>Why a kernel does not give what it must; null when it does.</summary>
    private static string? Problem(Func<ProductKernel> make, PlainKernel twin)
    {
        try
        {
            using ProductKernel kernel = make();
            return KernelCheck.Problem(kernel, twin);
        }
        catch (Win32Exception error)
        {
            return error.Message;
        }
    }

    /// <summary>Whether code made at run time runs: some systems forbid it.</summary>
    private static string? CodeProblem()
    {
        try
        {
            Assembler assembler = new(64);
            assembler.mov(AssemblerRegisters.eax, 42);
            assembler.ret();
            using CodeMemory code = new("answer", assembler);
            int answer = ((delegate* unmanaged<int>)code.Entry)();
            return answer == 42 ? null : $"a test function returned {answer}, not 42";
        }
        catch (Win32Exception error)
        {
            return error.Message;
        }
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long SystemCall(long number, long first, long second);
}
