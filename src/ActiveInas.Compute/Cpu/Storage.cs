using System.Numerics;
using System.Runtime.CompilerServices;

namespace ActiveInas.Compute.Cpu;

/// <summary>How a storage type T converts to and from the arithmetic type A.</summary>
internal interface IStorage<T, A>
    where T : unmanaged
    where A : unmanaged, IBinaryFloatingPointIeee754<A>
{
    static abstract StorageType Type { get; }

    static abstract A Load(T value);

    static abstract T Store(A value);
}

/// <summary>bf16 in memory, fp32 in registers.</summary>
internal readonly struct BFloat16Storage : IStorage<BFloat16, float>
{
    public static StorageType Type => StorageType.BFloat16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Load(BFloat16 value) => value.ToSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BFloat16 Store(float value) => BFloat16.FromSingle(value);
}

/// <summary>fp32 in memory and in registers.</summary>
internal readonly struct SingleStorage : IStorage<float, float>
{
    public static StorageType Type => StorageType.Single;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Load(float value) => value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Store(float value) => value;
}

/// <summary>fp64 in memory and in registers: gradient checks.</summary>
internal readonly struct DoubleStorage : IStorage<double, double>
{
    public static StorageType Type => StorageType.Double;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Load(double value) => value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Store(double value) => value;
}
