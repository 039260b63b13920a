using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace ActiveInas.Compute.Cpu.Emitted;

/// <summary>The product kernel on AMX tiles: 32 rows x 32 columns in four accumulator tiles, groups of 16 rows.</summary>
/// <remarks>
/// A product is two tile loads of A, two of B and four tile multiplies. Every tile is 16 rows of 64 bytes. An element of C is summed product
/// by product; inside a product the even and the odd members of the 16 pairs are summed apart, then added.
/// <para>rdi arguments; rcx products left; rdx row stride; rax 128, the row stride of B and C; r10, r11 place of the next A and B offset; r8, r9 upper and lower group of A_i; rsi B_i; rbx C
/// (saved). tmm0-3 sums (upper left, upper right, lower left, lower right); tmm4, 5 upper and lower A; tmm6, 7 left and right B.</para>
/// </remarks>
internal static class TileKernel
{
    /// <summary>Rows of a group.</summary>
    public const int GroupRows = 16;

    /// <summary>Bytes of a tile configuration.</summary>
    public const int ConfigurationLength = 64;

    /// <summary>Flops of a round of <see cref="EmitLimit"/>.</summary>
    public const int LimitFlops = 4 * 2 * 16 * 16 * 32;

    /// <summary>All eight tiles with 16 rows of 64 bytes, as LDTILECFG reads it: palette at 0, bytes a row at 16, rows at 48.</summary>
    public static void Configure(Span<byte> configuration)
    {
        configuration.Clear();
        configuration[0] = 1;
        for (int tile = 0; tile < 8; tile++)
        {
            configuration[16 + (2 * tile)] = 64;
            configuration[48 + tile] = 16;
        }
    }

    /// <summary>Emits <c>void enter(byte* configuration)</c>: tiles are in use on this thread from here on.</summary>
    public static Assembler EmitEnter()
    {
        Assembler a = new(64);
        a.ldtilecfg(__[rdi]);
        a.ret();
        return a;
    }

    /// <summary>Emits <c>void leave()</c>: the thread carries no tile state any more.</summary>
    public static Assembler EmitLeave()
    {
        Assembler a = new(64);
        a.tilerelease();
        a.ret();
        return a;
    }

    /// <summary>Emits <c>void kernel(ProductArguments*)</c>, for a thread that has entered.</summary>
    public static Assembler Emit()
    {
        Assembler a = new(64);
        a.push(rbx);
        a.mov(rcx, Argument(nameof(ProductArguments.Count)));
        a.mov(rdx, Argument(nameof(ProductArguments.RowStride)));
        a.mov(r10, Argument(nameof(ProductArguments.AOffsets)));
        a.mov(r11, Argument(nameof(ProductArguments.BOffsets)));
        a.mov(rbx, Argument(nameof(ProductArguments.C)));
        a.mov(rax, 128L);
        LoadSums(a);
        Label product = a.CreateLabel();
        a.Label(ref product);
        a.mov(r8, __qword_ptr[r10]);
        a.mov(r9, r8);
        a.add(r8, Argument(nameof(ProductArguments.Upper)));
        a.add(r9, Argument(nameof(ProductArguments.Lower)));
        a.mov(rsi, __qword_ptr[r11]);
        a.add(rsi, Argument(nameof(ProductArguments.B)));
        a.tileloadd(tmm4, __[r8 + rdx]);
        a.tileloadd(tmm6, __[rsi + rax]);
        a.tdpbf16ps(tmm0, tmm4, tmm6);
        a.tileloadd(tmm7, __[rsi + rax + 64]);
        a.tdpbf16ps(tmm1, tmm4, tmm7);
        a.tileloadd(tmm5, __[r9 + rdx]);
        a.tdpbf16ps(tmm2, tmm5, tmm6);
        a.tdpbf16ps(tmm3, tmm5, tmm7);
        a.add(r10, 8);
        a.add(r11, 8);
        a.dec(rcx);
        a.jnz(product);
        a.tilestored(__[rbx + rax], tmm0);
        a.tilestored(__[rbx + rax + 64], tmm1);
        a.tilestored(__[rbx + rax + 2048], tmm2);
        a.tilestored(__[rbx + rax + 2112], tmm3);
        a.pop(rbx);
        a.ret();
        return a;
    }

    /// <summary>Emits <c>void loop(long rounds)</c>, for a thread that has entered: tile products that never leave the registers.</summary>
    public static Assembler EmitLimit()
    {
        Assembler a = new(64);
        AssemblerRegisterTMM[] sums = [tmm0, tmm1, tmm2, tmm3];
        foreach (AssemblerRegisterTMM tile in (AssemblerRegisterTMM[])[.. sums, tmm4, tmm5])
        {
            a.tilezero(tile);
        }

        Label round = a.CreateLabel();
        a.Label(ref round);
        foreach (AssemblerRegisterTMM sum in sums)
        {
            a.tdpbf16ps(sum, tmm4, tmm5);
        }

        a.dec(rdi);
        a.jnz(round);
        a.ret();
        return a;
    }

    private static AssemblerMemoryOperand Argument(string field) => __qword_ptr[rdi + ProductArguments.OffsetOf(field)];

    private static void LoadSums(Assembler a)
    {
        Label zero = a.CreateLabel();
        Label done = a.CreateLabel();
        a.cmp(Argument(nameof(ProductArguments.Load)), 0);
        a.je(zero);
        a.tileloadd(tmm0, __[rbx + rax]);
        a.tileloadd(tmm1, __[rbx + rax + 64]);
        a.tileloadd(tmm2, __[rbx + rax + 2048]);
        a.tileloadd(tmm3, __[rbx + rax + 2112]);
        a.jmp(done);
        a.Label(ref zero);
        a.tilezero(tmm0);
        a.tilezero(tmm1);
        a.tilezero(tmm2);
        a.tilezero(tmm3);
        a.Label(ref done);
        a.nop();
    }
}
