using ActiveInas.Compute.Cpu.Vector;

namespace ActiveInas.Compute.Cpu.Convolutions;

/// <summary>The first convolution of a network, on images of up to 3 channels: each pass by whoever does it best.</summary>
internal sealed class ImageConvolution<T, S, V, L>(IConvolution<T, S, V, L> forward, IConvolution<T, S, V, L> data, IConvolution<T, S, V, L> weights)
    : IConvolution<T, S, V, L>
    where T : unmanaged
    where S : struct, IStorage<T, float>
    where V : struct
    where L : struct, ILanes<V>
{
    public bool Takes(ConvolutionShape shape, BlockedLayout x, BlockedLayout y) => x.IsImage && !y.IsImage;

    public ImageChunks ChunksOf(ConvolutionShape shape, BlockedLayout x, CpuTensor<T, float, S> y) => forward.ChunksOf(shape, x, y);

    public bool Pools(ConvolutionShape shape, BlockedLayout x, BlockedLayout y) => forward.Pools(shape, x, y);

    public void Forward(
        ConvolutionShape shape, CpuTensor<T, float, S> x, CpuMatrix<float> w, CpuTensor<T, float, S> y, Epilogue<T, S, V, L> epilogue,
        CpuTensor<T, float, S>? pooled = null)
        => forward.Forward(shape, x, w, y, epilogue, pooled);

    public void BackwardData(ConvolutionShape shape, CpuTensor<T, float, S> dy, CpuMatrix<float> w, CpuTensor<T, float, S> dx, bool accumulate)
        => data.BackwardData(shape, dy, w, dx, accumulate);

    public void BackwardWeights(ConvolutionShape shape, CpuTensor<T, float, S> x, CpuTensor<T, float, S> dy, CpuMatrix<float> gradient)
        => weights.BackwardWeights(shape, x, dy, gradient);
}
