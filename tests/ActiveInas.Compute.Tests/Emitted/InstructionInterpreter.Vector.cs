using System.Runtime.InteropServices;
using ActiveInas.Compute.Cpu.Emitted;
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
            case Mnemonic.Vmovdqu16 when instruction.Op0Kind == OpKind.Memory:
                Half(instruction.Op1Register).CopyTo(new Span<BFloat16>(Reach(Address(instruction), VectorLength / 2, write: true), VectorLength / 4));
                return true;
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
            case Mnemonic.Vpmovzxwd:
                Widen(new ReadOnlySpan<ushort>(Reach(Address(instruction), VectorLength / 2, write: false), VectorLength / 4), Lanes(instruction.Op0Register));
                return true;
            case Mnemonic.Vpslld:
                int distance = instruction.Immediate8;
                EachLane(instruction, (_, value, _) => value << distance);
                return true;
            case Mnemonic.Vaddps:
                EachLane(instruction, (_, a, b) => Bits(Single(a) + Single(b)));
                return true;
            case Mnemonic.Vmaxps:
                EachLane(instruction, (_, a, b) => Single(a) > Single(b) ? a : b);
                return true;
            case Mnemonic.Vfmadd213ps:
                EachLane(instruction, (target, a, b) => Bits(MathF.FusedMultiplyAdd(Single(a), Single(target), Single(b))));
                return true;
            case Mnemonic.Vcvtneps2bf16:
                Narrow(Half(instruction.Op0Register), Lanes(instruction.Op1Register));
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

    /// <summary>The lower half of a 512-bit register, by its 256-bit name.</summary>
    private Span<BFloat16> Half(Register register)
    {
        Require(register is >= Register.YMM0 and <= Register.YMM31, $"{register} is no 256-bit register");
        return MemoryMarshal.Cast<byte, BFloat16>(_vectors[register - Register.YMM0].AsSpan(0, VectorLength / 2));
    }

    private Span<uint> Lanes(Register register) => MemoryMarshal.Cast<byte, uint>(Vector(register));

    private static float Single(uint bits) => BitConverter.UInt32BitsToSingle(bits);

    private static uint Bits(float value) => BitConverter.SingleToUInt32Bits(value);

    /// <summary>target = of(target, first operand, second operand) in each lane; the second may be an immediate.</summary>
    private void EachLane(Instruction instruction, Func<uint, uint, uint, uint> of)
    {
        Span<uint> target = Lanes(instruction.Op0Register);
        Span<uint> a = Lanes(instruction.Op1Register);
        Span<uint> b = instruction.Op2Kind == OpKind.Register ? Lanes(instruction.Op2Register) : a;
        for (int i = 0; i < target.Length; i++)
        {
            target[i] = of(target[i], a[i], b[i]);
        }
    }

    /// <summary>VCVTNEPS2BF16: subnormal inputs are zero. The upper half of the register becomes zero.</summary>
    private static void Narrow(Span<BFloat16> target, Span<uint> source)
    {
        BFloat16[] narrow = [.. source.ToArray().Select(bits => BFloat16.FromSingle(FlushedMath.Flush(Single(bits))))];
        narrow.CopyTo(target);
        MemoryMarshal.CreateSpan(ref target[0], 2 * target.Length)[target.Length..].Clear();
    }

    private static void Widen(ReadOnlySpan<ushort> source, Span<uint> target)
    {
        for (int i = 0; i < target.Length; i++)
        {
            target[i] = source[i];
        }
    }

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
