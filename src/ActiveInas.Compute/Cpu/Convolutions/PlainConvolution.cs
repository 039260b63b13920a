using ActiveInas.Compute.Cpu.Vector;

namespace ActiveInas.Compute.Cpu.Convolutions;

/// <summary>Plain loops on one thread, for what no network asks: results, or gradients of images, of up to 3 channels. Takes everything.</summary>
internal sealed unsafe class PlainConvolution<T, S, V, L> : IConvolution<T, S, V, L>
    where T : unmanaged
    where S : struct, IStorage<T, float>
    where V : struct
    where L : struct, ILanes<V>
{
    private readonly ConvolutionLoops<T, float, S> _loops = new(threads: 1);

    public bool Takes(ConvolutionShape shape, BlockedLayout x, BlockedLayout y) => true;

    public void Forward(
        ConvolutionShape shape, CpuTensor<T, float, S> x, CpuMatrix<float> w, CpuTensor<T, float, S> y, Epilogue<T, S, V, L> epilogue,
        CpuTensor<T, float, S>? pooled = null)
        => _loops.Forward(shape, x, w, y.Shape, (n, k, row, column, sum) => y[n, k, row, column] = epilogue.Apply(sum, n, k, row, column));

    public void BackwardData(ConvolutionShape shape, CpuTensor<T, float, S> dy, CpuMatrix<float> w, CpuTensor<T, float, S> dx, bool accumulate)
        => _loops.BackwardData(shape, dy, w, dx, accumulate);

    public void BackwardWeights(ConvolutionShape shape, CpuTensor<T, float, S> x, CpuTensor<T, float, S> dy, CpuMatrix<float> gradient)
        => _loops.BackwardWeights(shape, x, dy, gradient);
}
