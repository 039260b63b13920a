using ActiveInas.Compute.Cpu;
using ActiveInas.Compute.Cpu.Emitted;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace ActiveInas.Compute.Tests.Emitted;

/// <summary>The interpreter finds what it is there to find.</summary>
public sealed unsafe class InstructionInterpreterTests
{
    [Fact]
    public void A_read_or_write_next_to_what_was_registered_is_found()
    {
        using NativeBuffer<long> memory = new(4);
        using InstructionInterpreter interpreter = new();
        interpreter.Allow(memory.Pointer + 1, 2 * sizeof(long), writable: false);
        interpreter.Call(Body(a => a.mov(rax, __qword_ptr[rdi + 16])), memory.Pointer);
        Refused("read of 8 bytes", Body(a => a.mov(rax, __qword_ptr[rdi + 17])), interpreter, memory.Pointer);
        Refused("read of 8 bytes", Body(a => a.mov(rax, __qword_ptr[rdi + 7])), interpreter, memory.Pointer);
        Refused("read of 64 bytes", Body(a => a.vmovups(zmm16, __zmmword_ptr[rdi + 8])), interpreter, memory.Pointer);
        Refused("write of 8 bytes", Body(a => a.mov(__qword_ptr[rdi + 8], rax)), interpreter, memory.Pointer);
    }

    [Fact]
    public void A_broken_calling_convention_is_found()
    {
        using InstructionInterpreter interpreter = new();
        Refused("RBX is", Body(a => a.dec(rbx)), interpreter);
        Refused("R15 is", Body(a => a.mov(r15, 1L)), interpreter);
        Refused("outside what was registered", Body(a => a.pop(rax)), interpreter);
        Refused("no instruction starts at", Body(a => a.push(rax)), interpreter);
        Refused("VZEROUPPER is missing", Body(a => a.vpxord(zmm1, zmm16, zmm2)), interpreter);
        interpreter.Call(Body(a =>
        {
            a.vpxord(zmm1, zmm16, zmm2);
            a.vzeroupper();
        }), null);
    }

    [Fact]
    public void An_unknown_instruction_is_refused()
    {
        using InstructionInterpreter interpreter = new();
        Refused("'imul rax,rcx' is not known", Body(a => a.imul(rax, rcx)), interpreter);
        Refused("ECX is no 64-bit register", Body(a => a.mov(eax, ecx)), interpreter);
        Refused("has a mask", Body(a => a.vpxord(zmm1.k1, zmm2, zmm3)), interpreter);
    }

    [Fact]
    public void Loops_and_branches_go_where_they_should()
    {
        using NativeBuffer<long> memory = new(2);
        memory.Span[0] = 5;
        using InstructionInterpreter interpreter = new();
        interpreter.Allow(memory.Pointer, 2 * sizeof(long), writable: true);
        Assembler a = new(64);
        Label again = a.CreateLabel();
        a.mov(rcx, __qword_ptr[rdi]);
        a.Label(ref again);
        a.add(__qword_ptr[rdi + 8], 3);
        a.dec(rcx);
        a.jnz(again);
        a.ret();
        interpreter.Call(a, memory.Pointer);
        Assert.Equal(15, memory.Span[1]);
        Label forever = a.CreateLabel();
        Refused("has not returned", Body(b =>
        {
            b.Label(ref forever);
            b.jmp(forever);
        }), interpreter);
    }

    [Fact]
    public void Tiles_that_the_processor_would_refuse_are_refused()
    {
        Refused("palette 2", Configured(bytes => bytes[0] = 2));
        Refused("reserved", Configured(bytes => bytes[15] = 1));
        Refused("tile 3 has 17 rows", Configured(bytes => bytes[48 + 3] = 17));
        Refused("tile 1 has 16 rows of 65 bytes", Configured(bytes => bytes[16 + 2] = 65));
        Refused("tile 7 has 0 rows of 64 bytes", Configured(bytes => bytes[48 + 7] = 0));
        Refused("are no instruction", Configured(_ => { }, a => a.tdpbf16ps(tmm0, tmm1, tmm0)));
        Refused("do not fit", Configured(bytes => bytes[48 + 1] = 8, a => a.tdpbf16ps(tmm0, tmm1, tmm2)));
        Refused("no stride", Configured(_ => { }, a => a.tileloadd(tmm0, __[rdi])));
        Refused("read of 64 bytes", Configured(_ => { }, a => a.tileloadd(tmm0, __[rdi + rax])));
        Refused("no tiles are configured", Configured(bytes => bytes[0] = 0, a => a.tilezero(tmm0)));
        Configured(_ => { }, a => a.tdpbf16ps(tmm0, tmm1, tmm2))();
    }

    /// <summary>Loads a changed configuration, then runs a body.</summary>
    private static Action Configured(Action<byte[]> change, Action<Assembler>? body = null) => () =>
    {
        using NativeBuffer<byte> configuration = new(TileKernel.ConfigurationLength);
        byte[] bytes = new byte[TileKernel.ConfigurationLength];
        TileKernel.Configure(bytes);
        change(bytes);
        bytes.CopyTo(configuration.Span);
        using InstructionInterpreter interpreter = new();
        interpreter.Allow(configuration.Pointer, configuration.Length, writable: false);
        interpreter.Call(TileKernel.EmitEnter(), configuration.Pointer);
        interpreter.Call(Body(body ?? (a => a.nop())), configuration.Pointer);
    };

    private static Assembler Body(Action<Assembler> emit)
    {
        Assembler a = new(64);
        emit(a);
        a.ret();
        return a;
    }

    private static void Refused(string message, Assembler function, InstructionInterpreter interpreter, void* argument = null)
    {
        nint address = (nint)argument;
        Refused(message, () => interpreter.Call(function, (void*)address));
    }

    private static void Refused(string message, Action call)
        => Assert.Contains(message, Assert.Throws<InterpretationException>(call).Message, StringComparison.Ordinal);
}
