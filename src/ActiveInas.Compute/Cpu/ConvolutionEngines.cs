using System.Runtime.Intrinsics;
using ActiveInas.Compute.Cpu.Convolutions;
using ActiveInas.Compute.Cpu.Emitted;
using ActiveInas.Compute.Cpu.Vector;
using ActiveInas.Compute.Cpu.Winograd;

namespace ActiveInas.Compute.Cpu;

/// <summary>The engines of each family of kernels, in the order in which they are asked.</summary>
internal static class ConvolutionEngines
{
    /// <summary>Vector: everything directly.</summary>
    public static IReadOnlyList<IConvolution<T, S, V, L>> Vector<T, S, V, L>(Workspace work)
        where T : unmanaged
        where S : struct, IStorage<T, float>
        where V : struct
        where L : struct, ILanes<V>
    {
        DirectConvolution<T, S, V, L> direct = new(work);
        PlainConvolution<T, S, V, L> plain = new();
        return [new ImageConvolution<T, S, V, L>(forward: direct, data: plain, weights: direct), direct, plain];
    }

    /// <summary>Winograd: with fewer products where that pays, then as Vector.</summary>
    public static IReadOnlyList<IConvolution<T, S, V, L>> Winograd<T, S, V, L>(Workspace work)
        where T : unmanaged
        where S : struct, IStorage<T, float>
        where V : struct
        where L : struct, ILanes<V>
        => [new WinogradConvolution<T, S, V, L, float>(work, new VectorTileProduct<T, V, L>()), .. Vector<T, S, V, L>(work)];

    /// <summary>Dot and Amx: everything on an emitted kernel, which the workspace frees.</summary>
    public static IReadOnlyList<IConvolution<BFloat16, BFloat16Storage, Vector512<float>, Lanes512>> Emitted(Workspace work, ProductKernel kernel)
    {
        EmittedConvolution emitted = new(work, work.Keep(kernel));
        PlainConvolution<BFloat16, BFloat16Storage, Vector512<float>, Lanes512> plain = new();
        return [new ImageConvolution<BFloat16, BFloat16Storage, Vector512<float>, Lanes512>(forward: emitted, data: plain, weights: emitted), emitted, plain];
    }

    /// <summary>WinogradDot: the emitted kernel on transformed values where that pays. A product that sums patches of 27 values reads 32: for the weight gradient of
    /// the stem fp32 kernels, which read 28 and gather nothing, are faster.</summary>
    public static IReadOnlyList<IConvolution<BFloat16, BFloat16Storage, Vector512<float>, Lanes512>> WinogradEmitted(Workspace work, ProductKernel kernel)
    {
        EmittedConvolution emitted = new(work, work.Keep(kernel));
        DirectConvolution<BFloat16, BFloat16Storage, Vector512<float>, Lanes512> direct = new(work);
        PlainConvolution<BFloat16, BFloat16Storage, Vector512<float>, Lanes512> plain = new();
        return
        [
            new WinogradConvolution<BFloat16, BFloat16Storage, Vector512<float>, Lanes512, BFloat16>(work, new EmittedTileProduct(kernel)),
            new ImageConvolution<BFloat16, BFloat16Storage, Vector512<float>, Lanes512>(forward: emitted, data: plain, weights: direct),
            emitted,
            plain,
        ];
    }
}
