using System.Runtime.InteropServices;
using ActiveInas.Compute.Cpu;

namespace ActiveInas.Compute.Tests.Support;

/// <summary>What lies in memory, borders included.</summary>
internal static class RawMemory
{
    public static BlockedLayout Layout(Tensor tensor) => tensor switch
    {
        CpuTensor<BFloat16, float, BFloat16Storage> own => own.Layout,
        CpuTensor<float, float, SingleStorage> own => own.Layout,
        CpuTensor<double, double, DoubleStorage> own => own.Layout,
        _ => throw new ArgumentException($"{tensor.GetType()} is no CPU tensor."),
    };

    public static ReadOnlySpan<byte> Bytes(Tensor tensor) => tensor switch
    {
        CpuTensor<BFloat16, float, BFloat16Storage> own => MemoryMarshal.AsBytes(own.Span),
        CpuTensor<float, float, SingleStorage> own => MemoryMarshal.AsBytes(own.Span),
        CpuTensor<double, double, DoubleStorage> own => MemoryMarshal.AsBytes(own.Span),
        _ => throw new ArgumentException($"{tensor.GetType()} is no CPU tensor."),
    };

    public static ReadOnlySpan<byte> Bytes(Matrix matrix) => matrix switch
    {
        CpuMatrix<float> own => MemoryMarshal.AsBytes(own.Span),
        CpuMatrix<double> own => MemoryMarshal.AsBytes(own.Span),
        _ => throw new ArgumentException($"{matrix.GetType()} is no CPU matrix."),
    };

    public static long Version(Matrix matrix) => matrix switch
    {
        CpuMatrix<float> own => own.Version,
        CpuMatrix<double> own => own.Version,
        _ => throw new ArgumentException($"{matrix.GetType()} is no CPU matrix."),
    };
}
