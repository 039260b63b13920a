using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using System.Text;
using ActiveInas.Compute.Cpu.Emitted;

namespace ActiveInas.Compute;

/// <summary>Instruction-set levels, each including those before it.</summary>
public enum InstructionSet
{
    /// <summary>Plain loops.</summary>
    Reference,

    /// <summary>128-bit vectors through the portable API (SSE, NEON, or software).</summary>
    Portable,

    /// <summary>AVX2 and FMA.</summary>
    Avx2,

    /// <summary>AVX-512 F, BW, DQ, VL.</summary>
    Avx512,

    /// <summary>AVX-512 with BF16 products (emitted kernels).</summary>
    Avx512Bf16,

    /// <summary>AMX tiles with bf16 (emitted kernels).</summary>
    Amx,
}

/// <summary>The one place that probes the CPU and reads the cap; everything else asks <see cref="Best"/>.</summary>
public static class CpuFeatures
{
    /// <summary>Environment variable that caps the instruction set: amx, avx512bf16, avx512, avx2, portable or reference.</summary>
    public const string CapVariable = "AINAS_MAX_ISA";

    /// <summary>What the hardware and the runtime offer. A level includes those before it.</summary>
    public static InstructionSet Hardware { get; } = Probe();

    /// <summary>What the processor says that it is, for example <c>AuthenticAMD 00a10f11</c> (vendor; family, model and stepping); elsewhere than on x86 its
    /// architecture.</summary>
    public static string Processor { get; } = Identify();

    /// <summary>The processor's name as Linux shows it, for example "AMD EPYC 7763"; its architecture elsewhere.</summary>
    public static string ModelName { get; } = FindModelName();

    /// <summary>What the kernels may use: <see cref="Hardware"/> under the cap.</summary>
    public static InstructionSet Best => (InstructionSet)Math.Min((int)Hardware, (int)Cap());

    /// <summary>Why kernels that the processor has are not used, in one line for the log; null when there is nothing to say.</summary>
    public static string? Notice => EmittedKernels.Notice;

    private static InstructionSet Probe()
    {
        if (Avx512F.IsSupported && Avx512BW.IsSupported && Avx512DQ.IsSupported && Vector512.IsHardwareAccelerated)
        {
            return EmittedKernels.IsTileSupported ? InstructionSet.Amx
                : EmittedKernels.IsDotSupported ? InstructionSet.Avx512Bf16
                : InstructionSet.Avx512;
        }

        return Avx2.IsSupported && Fma.IsSupported ? InstructionSet.Avx2 : InstructionSet.Portable;
    }

    private static string Identify()
    {
        if (!X86Base.IsSupported)
        {
            return RuntimeInformation.ProcessArchitecture.ToString();
        }

        // Twelve letters: EBX, EDX, ECX of leaf 0.
        (_, int first, int third, int second) = X86Base.CpuId(0, 0);
        Span<int> letters = [first, second, third];
        return $"{Encoding.ASCII.GetString(MemoryMarshal.AsBytes(letters))} {X86Base.CpuId(1, 0).Eax:x8}";
    }

    private static string FindModelName()
    {
        const string CpuInfo = "/proc/cpuinfo";
        string? line = File.Exists(CpuInfo)
            ? File.ReadLines(CpuInfo).FirstOrDefault(text => text.StartsWith("model name", StringComparison.Ordinal))
            : null;
        return line?.Split(':', 2)[1].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
    }

    private static InstructionSet Cap()
    {
        string? text = Environment.GetEnvironmentVariable(CapVariable);
        if (string.IsNullOrEmpty(text))
        {
            return InstructionSet.Amx;
        }

        // Not Enum.TryParse: it takes numbers and lists of names too.
        foreach (InstructionSet cap in Enum.GetValues<InstructionSet>())
        {
            if (text.Equals(cap.ToString(), StringComparison.OrdinalIgnoreCase))
            {
                return cap;
            }
        }

        throw new InvalidOperationException(
            $"{CapVariable} is '{text}'; it must be one of amx, avx512bf16, avx512, avx2, portable, reference. Unset it to use the best available.");
    }
}
