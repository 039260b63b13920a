namespace ActiveInas.Compute.Cpu.Convolutions;

/// <summary>One way to run convolutions. A device holds several, and the first that takes a convolution does its forward and both backward passes.</summary>
/// <remarks>Arguments are checked already. x [N, C, H, W], y [N, K, H', W'], weights and gradient [Kernel, Kernel, C, K] fp32. Every order of summation depends on
/// shapes only, never on the number of threads. Native memory lies in the <see cref="Workspace"/>, which frees it.</remarks>
internal interface IConvolution<T, S, V, L>
    where T : unmanaged
    where S : struct, IStorage<T, float>
    where V : struct
    where L : struct, Vector.ILanes<V>
{
    /// <summary>Whether it runs the three passes between these layouts. Asked once a shape.</summary>
    bool Takes(ConvolutionShape shape, BlockedLayout x, BlockedLayout y);

    /// <summary>The chunks of y over which it takes statistics as it writes y.</summary>
    ImageChunks ChunksOf(ConvolutionShape shape, BlockedLayout x, CpuTensor<T, float, S> y)
        => ImageChunks.Of(y.Layout, y.Images, ImageChunks.StatisticsPositions);

    /// <summary>Whether <see cref="Forward"/> can pool what it has rectified while that is in the caches.</summary>
    bool Pools(ConvolutionShape shape, BlockedLayout x, BlockedLayout y) => false;

    /// <summary>y from x.</summary>
    /// <param name="shape">Kernel, stride, channels.</param>
    /// <param name="x">Input.</param>
    /// <param name="w">Weights.</param>
    /// <param name="y">Result; with <paramref name="pooled"/> its values are undefined afterwards.</param>
    /// <param name="epilogue">What becomes of the sums.</param>
    /// <param name="pooled">Max-pool of the rectified y, where <see cref="Pools"/> says so; else null.</param>
    void Forward(
        ConvolutionShape shape, CpuTensor<T, float, S> x, CpuMatrix<float> w, CpuTensor<T, float, S> y, Epilogue<T, S, V, L> epilogue,
        CpuTensor<T, float, S>? pooled = null);

    /// <summary>dx from dy, overwritten or added to (one rounding).</summary>
    void BackwardData(ConvolutionShape shape, CpuTensor<T, float, S> dy, CpuMatrix<float> w, CpuTensor<T, float, S> dx, bool accumulate);

    /// <summary>The gradient, overwritten.</summary>
    void BackwardWeights(ConvolutionShape shape, CpuTensor<T, float, S> x, CpuTensor<T, float, S> dy, CpuMatrix<float> gradient);
}
