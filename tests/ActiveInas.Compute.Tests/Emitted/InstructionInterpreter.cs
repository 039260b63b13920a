using ActiveInas.Compute.Cpu;
using Iced.Intel;

namespace ActiveInas.Compute.Tests.Emitted;

/// <summary>What an emitted function did that the processor, the calling convention or its contract forbids.</summary>
internal sealed class InterpretationException(string message) : Exception(message);

/// <summary>
/// Runs the encoded bytes of an emitted function instruction by instruction, as the Software Developer's Manual describes them: also tiles on
/// a processor that has none. Memory is real, but only what was registered may be touched. Vector and tile state stays from call to call.
/// </summary>
internal sealed unsafe partial class InstructionInterpreter : IDisposable
{
    private const ulong ReturnAddress = 0xFEED_0000_0000_0000;
    private const int StackValues = 32;
    private const int MostSteps = 100_000;
    private static readonly Register[] s_preserved = [Register.RBX, Register.RBP, Register.R12, Register.R13, Register.R14, Register.R15];
    private readonly List<(ulong Start, ulong End, bool Writable)> _ranges = [];
    private readonly NativeBuffer<ulong> _stack = new(StackValues);
    private readonly ulong[] _registers = new ulong[16];
    private bool _isZero;
    private bool _isBelow;

    public InstructionInterpreter()
    {
        Allow(_stack.Pointer, _stack.Length * sizeof(ulong), writable: true);
        for (int i = 0; i < _vectors.Length; i++)
        {
            _vectors[i] = new byte[VectorLength];

            // Zero above bit 127 of the first 16, as VZEROUPPER leaves them; garbage elsewhere.
            Array.Fill(_vectors[i], (byte)0xFF, 0, i < 16 ? 16 : VectorLength);
        }
    }

    /// <summary>Registers memory that the functions may read, or also write.</summary>
    public void Allow(void* start, long length, bool writable) => _ranges.Add(((ulong)start, (ulong)start + (ulong)length, writable));

    /// <summary>Calls <c>void function(void*)</c> by the System V convention and checks that it kept to it.</summary>
    public void Call(Assembler function, void* argument)
    {
        Dictionary<ulong, Instruction> code = Decode(function);
        for (int i = 0; i < _registers.Length; i++)
        {
            _registers[i] = 0xBAD0_0000_0000_0000 + (ulong)i;
        }

        // On entry the stack pointer is 8 off a multiple of 16, and the return address lies there.
        this[Register.RDI] = (ulong)argument;
        this[Register.RSP] = (ulong)(_stack.Pointer + StackValues - 1);
        Write(this[Register.RSP], ReturnAddress);
        ulong[] before = [.. _registers];
        ulong address = 0;
        for (int step = 0; address != ReturnAddress; step++)
        {
            Require(step < MostSteps, $"the function has not returned after {MostSteps} instructions");
            Require(code.TryGetValue(address, out Instruction instruction), $"no instruction starts at {address:x}");
            address = Run(instruction);
        }

        foreach (Register register in s_preserved)
        {
            Require(this[register] == before[register - Register.RAX], $"{register} is {this[register]:x} after the call, it was {before[register - Register.RAX]:x}");
        }

        ulong expected = before[Register.RSP - Register.RAX] + 8;
        Require(this[Register.RSP] == expected, $"RSP is {this[Register.RSP]:x} after the call, it must be {expected:x}");
        Require(!UpperHalvesAreDirty, "ZMM0-15 keep values above bit 127 after the call: VZEROUPPER is missing");
    }

    public void Dispose() => _stack.Dispose();

    private ulong this[Register register]
    {
        get => _registers[Number(register)];
        set => _registers[Number(register)] = value;
    }

    private static int Number(Register register)
    {
        Require(register is >= Register.RAX and <= Register.R15, $"{register} is no 64-bit register");
        return register - Register.RAX;
    }

    private static void Require(bool condition, string problem)
    {
        if (!condition)
        {
            throw new InterpretationException(problem);
        }
    }

    private static Dictionary<ulong, Instruction> Decode(Assembler function)
    {
        using MemoryStream bytes = new();
        function.Assemble(new StreamCodeWriter(bytes), 0);
        Decoder decoder = Decoder.Create(64, bytes.ToArray(), 0);
        Dictionary<ulong, Instruction> code = [];
        while (decoder.IP < (ulong)bytes.Length)
        {
            Instruction instruction = decoder.Decode();
            Require(!instruction.IsInvalid, $"the bytes at {instruction.IP:x} are no instruction");
            code.Add(instruction.IP, instruction);
        }

        return code;
    }

    /// <summary>Runs one instruction and returns the address of the next.</summary>
    private ulong Run(in Instruction instruction)
    {
        ulong result;
        switch (instruction.Mnemonic)
        {
            case Mnemonic.Nop:
                break;
            case Mnemonic.Push:
                Push(Operand(instruction, 0));
                break;
            case Mnemonic.Pop:
                this[instruction.Op0Register] = Pop();
                break;
            case Mnemonic.Mov:
                SetOperand(instruction, Operand(instruction, 1));
                break;
            case Mnemonic.Lea:
                this[instruction.Op0Register] = Address(instruction);
                break;
            case Mnemonic.Add:
                result = Operand(instruction, 0) + Operand(instruction, 1);
                SetOperand(instruction, result);
                _isZero = result == 0;
                break;
            case Mnemonic.Sub:
                result = Operand(instruction, 0) - Operand(instruction, 1);
                SetOperand(instruction, result);
                _isZero = result == 0;
                break;
            case Mnemonic.Dec:
                result = Operand(instruction, 0) - 1;
                SetOperand(instruction, result);
                _isZero = result == 0;
                break;
            case Mnemonic.Movsxd:
                Require(instruction.MemorySize == MemorySize.Int32, $"'{instruction}' reads {instruction.MemorySize}, not 32 bits");
                this[instruction.Op0Register] = (ulong)*(int*)Reach(Address(instruction), sizeof(int), write: false);
                break;
            case Mnemonic.Shl:
                this[instruction.Op0Register] <<= instruction.Immediate8;
                break;
            case Mnemonic.Cmp:
                _isZero = Operand(instruction, 0) == Operand(instruction, 1);
                _isBelow = Operand(instruction, 0) < Operand(instruction, 1);
                break;
            case Mnemonic.Jmp:
                return instruction.NearBranchTarget;
            case Mnemonic.Jae:
                return _isBelow ? instruction.NextIP : instruction.NearBranchTarget;
            case Mnemonic.Je:
                return _isZero ? instruction.NearBranchTarget : instruction.NextIP;
            case Mnemonic.Jne:
                return _isZero ? instruction.NextIP : instruction.NearBranchTarget;
            case Mnemonic.Ret:
                return Pop();
            default:
                Require(RunVector(instruction) || RunTile(instruction), $"'{instruction}' is not known to the interpreter");
                break;
        }

        return instruction.NextIP;
    }

    private void Push(ulong value)
    {
        this[Register.RSP] -= 8;
        Write(this[Register.RSP], value);
    }

    private ulong Pop()
    {
        ulong value = *(ulong*)Reach(this[Register.RSP], sizeof(ulong), write: false);
        this[Register.RSP] += 8;
        return value;
    }

    private ulong Operand(in Instruction instruction, int operand)
    {
        switch (instruction.GetOpKind(operand))
        {
            case OpKind.Register:
                return this[instruction.GetOpRegister(operand)];
            case OpKind.Memory:
                Require(instruction.MemorySize is MemorySize.UInt64 or MemorySize.Int64, $"'{instruction}' works on {instruction.MemorySize}, not on 64 bits");
                return *(ulong*)Reach(Address(instruction), sizeof(ulong), write: false);
            default:
                return instruction.GetImmediate(operand);
        }
    }

    private void SetOperand(in Instruction instruction, ulong value)
    {
        if (instruction.Op0Kind == OpKind.Memory)
        {
            Write(Address(instruction), value);
        }
        else
        {
            this[instruction.Op0Register] = value;
        }
    }

    private ulong Address(in Instruction instruction)
        => Base(instruction) + (instruction.MemoryIndex == Register.None ? 0 : this[instruction.MemoryIndex] * (ulong)instruction.MemoryIndexScale);

    /// <summary>Base register and displacement, without the index.</summary>
    private ulong Base(in Instruction instruction)
    {
        Require(instruction.SegmentPrefix == Register.None, $"'{instruction}' uses another segment");
        return instruction.MemoryDisplacement64 + (instruction.MemoryBase == Register.None ? 0 : this[instruction.MemoryBase]);
    }

    private void Write(ulong address, ulong value) => *(ulong*)Reach(address, sizeof(ulong), write: true) = value;

    private void* Reach(ulong address, int length, bool write)
    {
        foreach ((ulong start, ulong end, bool writable) in _ranges)
        {
            if (start <= address && address + (ulong)length <= end && (writable || !write))
            {
                return (void*)address;
            }
        }

        throw new InterpretationException($"{(write ? "write" : "read")} of {length} bytes at {address:x}, outside what was registered");
    }
}
