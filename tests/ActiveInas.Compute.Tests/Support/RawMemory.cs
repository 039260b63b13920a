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

    /// <summary>Whether a tensor lies in the memory of the host; else the bytes are those that <c>Read</c> gives.</summary>
    public static bool IsHost(Tensor tensor) => tensor is CpuTensor<BFloat16, float, BFloat16Storage> or CpuTensor<float, float, SingleStorage> or CpuTensor<double, double, DoubleStorage>;

    public static ReadOnlySpan<byte> Bytes(Tensor tensor) => tensor switch
    {
        CpuTensor<BFloat16, float, BFloat16Storage> own => MemoryMarshal.AsBytes(own.Span),
        CpuTensor<float, float, SingleStorage> own => MemoryMarshal.AsBytes(own.Span),
        CpuTensor<double, double, DoubleStorage> own => MemoryMarshal.AsBytes(own.Span),
        _ => MemoryMarshal.AsBytes(Read(tensor).AsSpan()),
    };

    /// <summary>The values of the images in use, [Images, H, W, C].</summary>
    public static float[] Read(Tensor tensor)
    {
        float[] values = new float[tensor.Images * tensor.Shape.Height * tensor.Shape.Width * tensor.Shape.Channels];
        tensor.Read(values);
        return values;
    }

    /// <summary>The values of the rows in use.</summary>
    public static float[] Read(Matrix matrix)
    {
        float[] values = new float[matrix.UsedRows * matrix.Columns];
        matrix.Read(values);
        return values;
    }

    public static ReadOnlySpan<byte> Bytes(Matrix matrix) => matrix switch
    {
        CpuMatrix<float> own => MemoryMarshal.AsBytes(own.Span),
        CpuMatrix<double> own => MemoryMarshal.AsBytes(own.Span),
        _ => MemoryMarshal.AsBytes(Read(matrix).AsSpan()),
    };

    /// <summary>Counts the writes of a matrix in the memory of the host; null elsewhere.</summary>
    public static long? Version(Matrix matrix) => matrix switch
    {
        CpuMatrix<float> own => own.Version,
        CpuMatrix<double> own => own.Version,
        _ => null,
    };
}
