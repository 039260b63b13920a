using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace ActiveInas.Compute.Cpu.Emitted;

/// <summary>What becomes of the sums of a product kernel on their way to memory (AVX-512 with BF16): see <see cref="EpilogueArguments"/>.</summary>
/// <remarks>
/// VCVTNEPS2BF16 rounds a row of 32 in two instructions where rounding by integers takes eighteen; at 64 channels tiles multiply a row in 36
/// cycles. It rounds to nearest even and keeps NaN, as <see cref="BFloat16"/> does, but subnormal values become zero.
/// </remarks>
internal static class EpilogueKernel
{
    /// <summary>For example <c>epilogue-scale-add-rectify</c>.</summary>
    public static string NameOf(bool scales, bool adds, bool rectifies)
        => $"epilogue{(scales ? "-scale" : "")}{(adds ? "-add" : "")}{(rectifies ? "-rectify" : "")}";

    /// <summary>Emits <c>void epilogue(EpilogueArguments*)</c>.</summary>
    /// <param name="scales">Whether there are factors and offsets.</param>
    /// <param name="adds">Whether there is an addend.</param>
    /// <param name="rectifies">Whether negative results become 0.</param>
    public static Assembler Emit(bool scales, bool adds, bool rectifies)
    {
        // rdi arguments, then free; rsi sums of the row; rdx target; rcx place of the row's position; r8 rows left; r9 limit; r10 addend; rax the position, in bytes.
        // zmm16-17 factors, 18-19 offsets, 20-21 values, 22-23 addends, 24 zero; each pair the two halves of 32 channels.
        Assembler a = new(64);
        a.mov(rsi, Argument(nameof(EpilogueArguments.Sums)));
        a.mov(rdx, Argument(nameof(EpilogueArguments.Target)));
        a.mov(rcx, Argument(nameof(EpilogueArguments.Positions)));
        a.mov(r8, Argument(nameof(EpilogueArguments.Count)));
        a.mov(r9, Argument(nameof(EpilogueArguments.Limit)));
        a.mov(r10, Argument(nameof(EpilogueArguments.Addend)));
        if (scales)
        {
            a.mov(rax, Argument(nameof(EpilogueArguments.Factors)));
            a.vmovups(zmm16, __zmmword_ptr[rax]);
            a.vmovups(zmm17, __zmmword_ptr[rax + 64]);
            a.mov(rax, Argument(nameof(EpilogueArguments.Offsets)));
            a.vmovups(zmm18, __zmmword_ptr[rax]);
            a.vmovups(zmm19, __zmmword_ptr[rax + 64]);
        }

        a.vpxord(zmm24, zmm24, zmm24);
        Label row = a.CreateLabel();
        Label next = a.CreateLabel();
        a.Label(ref row);
        a.movsxd(rax, __dword_ptr[rcx]);
        a.cmp(rax, r9);
        a.jae(next);
        a.shl(rax, 6);
        Half(a, zmm20, zmm22, 0);
        Half(a, zmm21, zmm23, 1);
        a.Label(ref next);
        a.add(rcx, 4);
        a.add(rsi, 128);
        a.dec(r8);
        a.jnz(row);
        a.ret();
        return a;

        void Half(Assembler a, AssemblerRegisterZMM value, AssemblerRegisterZMM addend, int half)
        {
            a.vmovups(value, __zmmword_ptr[rsi + (64 * half)]);
            if (scales)
            {
                a.vfmadd213ps(value, half == 0 ? zmm16 : zmm17, half == 0 ? zmm18 : zmm19);
            }

            if (adds)
            {
                a.vpmovzxwd(addend, __ymmword_ptr[r10 + rax + (32 * half)]);
                a.vpslld(addend, addend, 16);
                a.vaddps(value, value, addend);
            }

            if (rectifies)
            {
                // NaN stays NaN: of two operands of which one is NaN, the second is taken. Minus zero becomes zero by the addition.
                a.vmaxps(value, zmm24, value);
                a.vaddps(value, value, zmm24);
            }

            AssemblerRegisterYMM rounded = half == 0 ? ymm20 : ymm21;
            a.vcvtneps2bf16(rounded, value);
            a.vmovdqu16(__ymmword_ptr[rdx + rax + (32 * half)], rounded);
        }
    }

    private static AssemblerMemoryOperand Argument(string field) => __qword_ptr[rdi + EpilogueArguments.OffsetOf(field)];
}
