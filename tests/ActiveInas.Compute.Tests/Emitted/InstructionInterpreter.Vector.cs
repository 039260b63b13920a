using Iced.Intel;

namespace ActiveInas.Compute.Tests.Emitted;

/// <summary>AVX-512 as far as emitted kernels use it: whole 512-bit registers, no masks, no broadcast operands.</summary>
internal sealed unsafe partial class InstructionInterpreter
{
    private const int VectorLength = 64;
    private readonly byte[][] _vectors = new byte[32][];

    private bool UpperHalvesAreDirty => _vectors.Take(16).Any(vector => vector.AsSpan(16).ContainsAnyExcept((byte)0));

    /// <summary>Whether the instruction was one of these.</summary>
    private bool RunVector(in Instruction instruction)
    {
        Require(instruction.OpMask == Register.None && !instruction.IsBroadcast, $"'{instruction}' has a mask or a broadcast operand");
        switch (instruction.Mnemonic)
        {
            case Mnemonic.Vmovups when instruction.Op0Kind == OpKind.Memory:
                Vector(instruction.Op1Register).CopyTo(new Span<byte>(Reach(Address(instruction), VectorLength, write: true), VectorLength));
                return true;
            case Mnemonic.Vmovups:
                new Span<byte>(Reach(Address(instruction), VectorLength, write: false), VectorLength).CopyTo(Vector(instruction.Op0Register));
                return true;
            case Mnemonic.Vpbroadcastd:
                Lanes(instruction.Op0Register).Fill(*(uint*)Reach(Address(instruction), sizeof(uint), write: false));
                return true;
            case Mnemonic.Vpxord:
                Exclusive(Lanes(instruction.Op0Register), Lanes(instruction.Op1Register), Lanes(instruction.Op2Register));
                return true;
            case Mnemonic.Vdpbf16ps:
                Dot(Lanes(instruction.Op0Register), Lanes(instruction.Op1Register), Lanes(instruction.Op2Register));
                return true;
            case Mnemonic.Vzeroupper:
                Array.ForEach(_vectors[..16], vector => vector.AsSpan(16).Clear());
                return true;
            default:
                return false;
        }
    }

    private Span<byte> Vector(Register register)
    {
        Require(register is >= Register.ZMM0 and <= Register.ZMM31, $"{register} is no 512-bit register");
        return _vectors[register - Register.ZMM0];
    }

    private Span<uint> Lanes(Register register) => System.Runtime.InteropServices.MemoryMarshal.Cast<byte, uint>(Vector(register));

    private static void Exclusive(Span<uint> target, Span<uint> a, Span<uint> b)
    {
        for (int i = 0; i < target.Length; i++)
        {
            target[i] = a[i] ^ b[i];
        }
    }

    /// <summary>VDPBF16PS: of each pair the upper half first, each with one rounding.</summary>
    private static void Dot(Span<uint> sums, Span<uint> a, Span<uint> b)
    {
        for (int i = 0; i < sums.Length; i++)
        {
            float sum = BitConverter.UInt32BitsToSingle(sums[i]);
            sum = FlushedMath.MultiplyAdd((ushort)(a[i] >> 16), (ushort)(b[i] >> 16), sum);
            sum = FlushedMath.MultiplyAdd((ushort)a[i], (ushort)b[i], sum);
            sums[i] = BitConverter.SingleToUInt32Bits(sum);
        }
    }
}
