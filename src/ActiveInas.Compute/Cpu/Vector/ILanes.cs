using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ActiveInas.Compute.Cpu.Vector;

/// <summary>A vector width: the handful of lane-wise operations that kernels are written in. V is the register type.</summary>
/// <remarks>Lanes are channels (or weights), never positions, so that the width of a vector does not change any order of summation:
/// all rows of the Vector family give the same bytes.</remarks>
internal unsafe interface ILanes<V>
    where V : struct
{
    static abstract int Count { get; }

    static abstract V Zero { get; }

    static abstract V Broadcast(float value);

    static abstract V Load(float* source);

    static abstract void Store(float* target, V value);

    /// <summary>bf16 to fp32.</summary>
    static abstract V Widen(ushort* source);

    /// <summary>fp32 to bf16, nearest, ties to even, NaN kept.</summary>
    static abstract void Narrow(ushort* target, V value);

    /// <summary>a b + c with one rounding.</summary>
    static abstract V FusedMultiplyAdd(V a, V b, V c);

    static abstract V Add(V a, V b);

    static abstract V Subtract(V a, V b);

    static abstract V Multiply(V a, V b);

    /// <summary>max(value, 0): NaN stays NaN, minus zero becomes zero.</summary>
    static abstract V Rectify(V value);

    /// <summary>value where test &gt; 0, else 0.</summary>
    static abstract V WherePositive(V test, V value);

    /// <summary>value where mask has all bits set, 0 where it has none.</summary>
    static abstract V And(V mask, V value);

    /// <summary>All bits set in the lanes whose word has bit <paramref name="bit"/> (0..31), none in the others.</summary>
    static abstract V WhereBit(uint* words, int bit);
}

/// <summary>Loads and stores that follow the storage type.</summary>
internal static unsafe class Lanes<T, V, L>
    where T : unmanaged
    where V : struct
    where L : struct, ILanes<V>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load(T* source) => typeof(T) == typeof(float) ? L.Load((float*)source) : L.Widen((ushort*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(T* target, V value)
    {
        if (typeof(T) == typeof(float))
        {
            L.Store((float*)target, value);
        }
        else
        {
            L.Narrow((ushort*)target, value);
        }
    }

    /// <summary>Copies <paramref name="count"/> elements (a multiple of 32) to fp32.</summary>
    public static void Widen(T* source, float* target, int count)
    {
        for (int i = 0; i < count; i += L.Count)
        {
            L.Store(target + i, Load(source + i));
        }
    }
}

/// <summary>AVX-512: 16 lanes.</summary>
/// <remarks>Maxima as in <see cref="Lanes256"/>.</remarks>
internal readonly unsafe struct Lanes512 : ILanes<Vector512<float>>
{
    public static int Count => 16;

    public static Vector512<float> Zero => Vector512<float>.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Broadcast(float value) => Vector512.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(float* source) => Vector512.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(float* target, Vector512<float> value) => value.Store(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Widen(ushort* source)
        => Vector512.ShiftLeft(Avx512F.ConvertToVector512UInt32(Vector256.Load(source)), 16).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Narrow(ushort* target, Vector512<float> value)
        => Avx512F.ConvertToVector256UInt16(Vector512.ShiftRightLogical(Round(value), 16)).Store(target);

    /// <summary>Rounded to bf16 in the upper half of each lane; the lower half is undefined.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Round(Vector512<float> value)
    {
        Vector512<uint> bits = value.AsUInt32();
        Vector512<uint> rounded = bits + (Vector512.Create(0x7FFFu) + (Vector512.ShiftRightLogical(bits, 16) & Vector512<uint>.One));
        Vector512<uint> quiet = bits | Vector512.Create(0x400000u);
        return Vector512.ConditionalSelect(Vector512.Equals(value, value).AsUInt32(), rounded, quiet);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> FusedMultiplyAdd(Vector512<float> a, Vector512<float> b, Vector512<float> c)
        => Avx512F.FusedMultiplyAdd(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Add(Vector512<float> a, Vector512<float> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Subtract(Vector512<float> a, Vector512<float> b) => a - b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Multiply(Vector512<float> a, Vector512<float> b) => a * b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Rectify(Vector512<float> value) => Avx512F.Max(Vector512<float>.Zero, value) + Vector512<float>.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> And(Vector512<float> mask, Vector512<float> value) => mask & value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> WhereBit(uint* words, int bit)
        => Vector512.ShiftRightArithmetic(Vector512.ShiftLeft(Vector512.Load((int*)words), 31 - bit), 31).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> WherePositive(Vector512<float> test, Vector512<float> value)
        => Vector512.GreaterThan(test, Vector512<float>.Zero) & value;
}

/// <summary>AVX2 and FMA: 8 lanes.</summary>
/// <remarks>The instruction for maxima returns its second operand where one is NaN or both are zeros; adding zero turns minus zero around.</remarks>
internal readonly unsafe struct Lanes256 : ILanes<Vector256<float>>
{
    public static int Count => 8;

    public static Vector256<float> Zero => Vector256<float>.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Broadcast(float value) => Vector256.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(float* source) => Vector256.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(float* target, Vector256<float> value) => value.Store(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Widen(ushort* source)
        => Vector256.ShiftLeft(Avx2.ConvertToVector256Int32(source).AsUInt32(), 16).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Narrow(ushort* target, Vector256<float> value)
    {
        Vector256<uint> bits = value.AsUInt32();
        Vector256<uint> rounded = bits + (Vector256.Create(0x7FFFu) + (Vector256.ShiftRightLogical(bits, 16) & Vector256<uint>.One));
        Vector256<uint> quiet = bits | Vector256.Create(0x400000u);
        Vector256<uint> kept = Vector256.ConditionalSelect(Vector256.Equals(value, value).AsUInt32(), rounded, quiet);
        Vector256<uint> upper = Vector256.ShiftRightLogical(kept, 16);
        Sse41.PackUnsignedSaturate(upper.GetLower().AsInt32(), upper.GetUpper().AsInt32()).Store(target);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> FusedMultiplyAdd(Vector256<float> a, Vector256<float> b, Vector256<float> c)
        => Fma.MultiplyAdd(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Add(Vector256<float> a, Vector256<float> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Subtract(Vector256<float> a, Vector256<float> b) => a - b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Multiply(Vector256<float> a, Vector256<float> b) => a * b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Rectify(Vector256<float> value) => Avx.Max(Vector256<float>.Zero, value) + Vector256<float>.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> And(Vector256<float> mask, Vector256<float> value) => mask & value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> WhereBit(uint* words, int bit)
        => Vector256.ShiftRightArithmetic(Vector256.ShiftLeft(Vector256.Load((int*)words), 31 - bit), 31).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> WherePositive(Vector256<float> test, Vector256<float> value)
        => Vector256.GreaterThan(test, Vector256<float>.Zero) & value;
}

/// <summary>The portable API: 4 lanes on SSE, NEON, or in software.</summary>
internal readonly unsafe struct Lanes128 : ILanes<Vector128<float>>
{
    public static int Count => 4;

    public static Vector128<float> Zero => Vector128<float>.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Broadcast(float value) => Vector128.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Load(float* source) => Vector128.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(float* target, Vector128<float> value) => value.Store(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Widen(ushort* source)
    {
        Vector128<ushort> bits = Vector128.CreateScalar(*(ulong*)source).AsUInt16();
        return Vector128.ShiftLeft(Vector128.WidenLower(bits), 16).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Narrow(ushort* target, Vector128<float> value)
    {
        Vector128<uint> bits = value.AsUInt32();
        Vector128<uint> rounded = bits + (Vector128.Create(0x7FFFu) + (Vector128.ShiftRightLogical(bits, 16) & Vector128<uint>.One));
        Vector128<uint> quiet = bits | Vector128.Create(0x400000u);
        Vector128<uint> kept = Vector128.ConditionalSelect(Vector128.Equals(value, value).AsUInt32(), rounded, quiet);
        Vector128<uint> upper = Vector128.ShiftRightLogical(kept, 16);
        *(ulong*)target = Vector128.Narrow(upper, upper).AsUInt64().ToScalar();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> FusedMultiplyAdd(Vector128<float> a, Vector128<float> b, Vector128<float> c)
        => Vector128.FusedMultiplyAdd(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Add(Vector128<float> a, Vector128<float> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Subtract(Vector128<float> a, Vector128<float> b) => a - b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Multiply(Vector128<float> a, Vector128<float> b) => a * b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Rectify(Vector128<float> value) => Vector128.Max(value, Vector128<float>.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> And(Vector128<float> mask, Vector128<float> value) => mask & value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> WhereBit(uint* words, int bit)
        => Vector128.ShiftRightArithmetic(Vector128.ShiftLeft(Vector128.Load((int*)words), 31 - bit), 31).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> WherePositive(Vector128<float> test, Vector128<float> value)
        => Vector128.GreaterThan(test, Vector128<float>.Zero) & value;
}
