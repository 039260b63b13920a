using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace ActiveInas.Compute.Cpu.Emitted;

/// <summary>The product kernel on VDPBF16PS (AVX-512 BF16): 8 rows x 32 columns in 16 accumulators, groups of 4 rows.</summary>
/// <remarks>
/// Each instruction multiplies one pair of A, broadcast, by the same pair of 16 columns of B. An element of C is one chain over (i, pair)
/// ascending. Subnormal inputs and results count as zero and rounding is to nearest even, whatever the control register says.
/// <para>rdi arguments; rcx products left; rdx row stride, rax three of them; r10, r11 place of the next A and B offset; r8, r9 upper and lower group of A_i; rsi B_i; rbx C (saved).
/// zmm0-15 sums, two a row; zmm16-17 a pair of 32 columns of B; zmm18-25 the pair of each row of A.</para>
/// </remarks>
internal static class DotKernel
{
    /// <summary>Rows of a group.</summary>
    public const int GroupRows = 4;

    private const int Pairs = 16;
    private const int Groups = 2;
    private static readonly AssemblerRegisterZMM[] s_sums =
        [zmm0, zmm1, zmm2, zmm3, zmm4, zmm5, zmm6, zmm7, zmm8, zmm9, zmm10, zmm11, zmm12, zmm13, zmm14, zmm15];

    /// <summary>Emits <c>void kernel(ProductArguments*)</c>.</summary>
    /// <param name="pairStride">Bytes of A from a pair of a row to the next.</param>
    public static Assembler Emit(int pairStride = 4)
    {
        Assembler a = new(64);
        a.push(rbx);
        a.mov(rcx, Argument(nameof(ProductArguments.Count)));
        a.mov(rdx, Argument(nameof(ProductArguments.RowStride)));
        a.lea(rax, __[rdx + (rdx * 2)]);
        a.mov(r10, Argument(nameof(ProductArguments.AOffsets)));
        a.mov(r11, Argument(nameof(ProductArguments.BOffsets)));
        LoadSums(a);
        Label product = a.CreateLabel();
        a.Label(ref product);
        a.mov(r8, __qword_ptr[r10]);
        a.mov(r9, r8);
        a.add(r8, Argument(nameof(ProductArguments.Upper)));
        a.add(r9, Argument(nameof(ProductArguments.Lower)));
        a.mov(rsi, __qword_ptr[r11]);
        a.add(rsi, Argument(nameof(ProductArguments.B)));
        AssemblerRegisterZMM[] columns = [zmm16, zmm17];
        AssemblerRegisterZMM[] rows = [zmm18, zmm19, zmm20, zmm21, zmm22, zmm23, zmm24, zmm25];
        for (int pair = 0; pair < Pairs; pair++)
        {
            a.vmovups(columns[0], __zmmword_ptr[rsi + (pair * 128)]);
            a.vmovups(columns[1], __zmmword_ptr[rsi + (pair * 128) + 64]);
            for (int row = 0; row < Groups * GroupRows; row++)
            {
                a.vpbroadcastd(rows[row], Row(row < GroupRows ? r8 : r9, row % GroupRows, pair * pairStride));
                a.vdpbf16ps(s_sums[2 * row], rows[row], columns[0]);
                a.vdpbf16ps(s_sums[(2 * row) + 1], rows[row], columns[1]);
            }
        }

        a.add(r10, 8);
        a.add(r11, 8);
        a.dec(rcx);
        a.jnz(product);
        a.mov(rbx, Argument(nameof(ProductArguments.C)));
        for (int i = 0; i < s_sums.Length; i++)
        {
            a.vmovups(__zmmword_ptr[rbx + (i * 64)], s_sums[i]);
        }

        a.vzeroupper();
        a.pop(rbx);
        a.ret();
        return a;
    }

    /// <summary>Flops of a round of <see cref="EmitLimit"/>.</summary>
    public static int LimitFlops => s_sums.Length * 16 * 2 * 2;

    /// <summary>Emits <c>void loop(long rounds)</c>: products that never leave the registers, one into each accumulator a round.</summary>
    public static Assembler EmitLimit()
    {
        Assembler a = new(64);
        for (int i = 0; i <= 17; i++)
        {
            AssemblerRegisterZMM register = i < s_sums.Length ? s_sums[i] : i == 16 ? zmm16 : zmm17;
            a.vpxord(register, register, register);
        }

        Label round = a.CreateLabel();
        a.Label(ref round);
        foreach (AssemblerRegisterZMM sum in s_sums)
        {
            a.vdpbf16ps(sum, zmm16, zmm17);
        }

        a.dec(rdi);
        a.jnz(round);
        a.vzeroupper();
        a.ret();
        return a;
    }

    private static AssemblerMemoryOperand Row(AssemblerRegister64 start, int row, int displacement) => row switch
    {
        0 => __dword_ptr[start + displacement],
        1 => __dword_ptr[start + rdx + displacement],
        2 => __dword_ptr[start + (rdx * 2) + displacement],
        _ => __dword_ptr[start + rax + displacement],
    };

    private static AssemblerMemoryOperand Argument(string field) => __qword_ptr[rdi + ProductArguments.OffsetOf(field)];

    private static void LoadSums(Assembler a)
    {
        Label zero = a.CreateLabel();
        Label done = a.CreateLabel();
        a.mov(rbx, Argument(nameof(ProductArguments.C)));
        a.cmp(Argument(nameof(ProductArguments.Load)), 0);
        a.je(zero);
        for (int i = 0; i < s_sums.Length; i++)
        {
            a.vmovups(s_sums[i], __zmmword_ptr[rbx + (i * 64)]);
        }

        a.jmp(done);
        a.Label(ref zero);
        foreach (AssemblerRegisterZMM sum in s_sums)
        {
            a.vpxord(sum, sum, sum);
        }

        a.Label(ref done);
        a.nop();
    }
}
