using System.Numerics;

namespace ActiveInas.Compute.Cpu.Convolutions;

/// <summary>What becomes of the sum at (n, k, row, column) of a convolution.</summary>
internal delegate void FinishSum<A>(int n, int k, int row, int column, A sum);

/// <summary>Convolutions as plain loops, generic over storage. Never optimised: what the fast engines are checked against.</summary>
/// <remarks>Weights are rounded to the storage type on use, because the fast engines multiply packed bf16. The order of summation is part of the contract.</remarks>
/// <param name="threads">Threads share the outermost loop, where each output has one writer.</param>
internal sealed class ConvolutionLoops<T, A, S>(int threads)
    where T : unmanaged
    where A : unmanaged, IBinaryFloatingPointIeee754<A>
    where S : struct, IStorage<T, A>
{
    /// <summary>Channels that are summed before the next tap: part of the pinned accumulation order.</summary>
    private const int SumBlock = 32;

    /// <summary>y[n, k, yo, xo] = sum of x[n, c, yo stride + ky - pad, xo stride + kx - pad] w[ky, kx, c, k], summed with one FMA a term over
    /// blocks of 32 c, in a block over taps (ky, kx), in a tap over c, all ascending.</summary>
    public void Forward(ConvolutionShape shape, CpuTensor<T, A, S> x, CpuMatrix<A> w, TensorShape y, FinishSum<A> finish)
    {
        A[] weights = StoredWeights(shape, w, transposed: false);
        PlainLoop.ForEach(threads, x.Images * y.Height, item => ForwardRow(shape, x, weights, y.Width, item / y.Height, item % y.Height, finish));
    }

    /// <summary>dx[n, c, yi, xi] = sum of dy[n, k, yo, xo] w[ky, kx, c, k] over all with yo stride + ky - pad = yi, the same for x; summed with one
    /// FMA a term over blocks of 32 k, in a block over taps (ky, kx), in a tap over k, all ascending.</summary>
    public void BackwardData(ConvolutionShape shape, CpuTensor<T, A, S> dy, CpuMatrix<A> w, CpuTensor<T, A, S> dx, bool accumulate)
    {
        A[] weights = StoredWeights(shape, w, transposed: true);
        int rows = dx.Shape.Height;
        PlainLoop.ForEach(threads, dx.Images * rows, item => BackwardDataRow(shape, dy, weights, dx, accumulate, item / rows, item % rows));
    }

    /// <summary>dw[ky, kx, c, k] = sum over n, yo, xo ascending of x[n, c, yo stride + ky - pad, xo stride + kx - pad] dy[n, k, yo, xo], one FMA a term.</summary>
    public void BackwardWeights(ConvolutionShape shape, CpuTensor<T, A, S> x, CpuTensor<T, A, S> dy, CpuMatrix<A> gradient)
    {
        A[] outputGradient = ChannelsLast(dy);
        int taps = shape.Kernel * shape.Kernel;
        PlainLoop.ForEach(
            threads, taps * shape.InChannels, item => BackwardWeightsOf(shape, x, outputGradient, gradient, item / shape.InChannels, item % shape.InChannels));
        gradient.Touch();
    }

    private static void ForwardRow(ConvolutionShape shape, CpuTensor<T, A, S> x, A[] w, int width, int n, int yo, FinishSum<A> finish)
    {
        int pad = (shape.Kernel - 1) / 2;
        A[] sums = new A[shape.OutChannels];
        for (int xo = 0; xo < width; xo++)
        {
            Array.Clear(sums);
            for (int first = 0; first < shape.InChannels; first += SumBlock)
            {
                for (int tap = 0; tap < shape.Kernel * shape.Kernel; tap++)
                {
                    int yi = (yo * shape.Stride) + (tap / shape.Kernel) - pad;
                    int xi = (xo * shape.Stride) + (tap % shape.Kernel) - pad;
                    if (!Inside(x, yi, xi))
                    {
                        continue;
                    }

                    for (int c = first; c < Math.Min(first + SumBlock, shape.InChannels); c++)
                    {
                        AddProducts(x[n, c, yi, xi], w, ((tap * shape.InChannels) + c) * shape.OutChannels, sums);
                    }
                }
            }

            for (int k = 0; k < shape.OutChannels; k++)
            {
                finish(n, k, yo, xo, sums[k]);
            }
        }
    }

    private static void BackwardDataRow(ConvolutionShape shape, CpuTensor<T, A, S> dy, A[] w, CpuTensor<T, A, S> dx, bool accumulate, int n, int yi)
    {
        int pad = (shape.Kernel - 1) / 2;
        A[] sums = new A[shape.InChannels];
        for (int xi = 0; xi < dx.Shape.Width; xi++)
        {
            Array.Clear(sums);
            for (int first = 0; first < shape.OutChannels; first += SumBlock)
            {
                for (int tap = 0; tap < shape.Kernel * shape.Kernel; tap++)
                {
                    int y = yi + pad - (tap / shape.Kernel);
                    int x = xi + pad - (tap % shape.Kernel);
                    if (y % shape.Stride != 0 || x % shape.Stride != 0 || !Inside(dy, y / shape.Stride, x / shape.Stride))
                    {
                        continue;
                    }

                    for (int k = first; k < Math.Min(first + SumBlock, shape.OutChannels); k++)
                    {
                        AddProducts(dy[n, k, y / shape.Stride, x / shape.Stride], w, ((tap * shape.OutChannels) + k) * shape.InChannels, sums);
                    }
                }
            }

            for (int c = 0; c < shape.InChannels; c++)
            {
                dx[n, c, yi, xi] = accumulate ? sums[c] + dx[n, c, yi, xi] : sums[c];
            }
        }
    }

    /// <summary>The K gradients of one tap and input channel. dy is [N, H', W', K].</summary>
    private static void BackwardWeightsOf(ConvolutionShape shape, CpuTensor<T, A, S> x, A[] dy, CpuMatrix<A> gradient, int tap, int c)
    {
        int pad = (shape.Kernel - 1) / 2;
        int width = shape.Output(x.Shape.Width);
        int positions = x.Images * shape.Output(x.Shape.Height) * width;
        Span<A> sums = gradient.Span.Slice(((tap * shape.InChannels) + c) * shape.OutChannels, shape.OutChannels);
        sums.Clear();
        for (int position = 0; position < positions; position++)
        {
            int n = position / (shape.Output(x.Shape.Height) * width);
            int yi = (position / width % shape.Output(x.Shape.Height) * shape.Stride) + (tap / shape.Kernel) - pad;
            int xi = (position % width * shape.Stride) + (tap % shape.Kernel) - pad;
            if (Inside(x, yi, xi))
            {
                AddProducts(x[n, c, yi, xi], dy, position * shape.OutChannels, sums);
            }
        }
    }

    /// <summary>sums[i] += value * w[offset + i], one rounding each.</summary>
    private static void AddProducts(A value, A[] w, int offset, Span<A> sums)
    {
        ReadOnlySpan<A> row = w.AsSpan(offset, sums.Length);
        for (int i = 0; i < sums.Length; i++)
        {
            sums[i] = A.FusedMultiplyAdd(value, row[i], sums[i]);
        }
    }

    /// <summary>The weights as the kernels see them, [taps, C, K] or transposed [taps, K, C].</summary>
    private static A[] StoredWeights(ConvolutionShape shape, CpuMatrix<A> w, bool transposed)
    {
        ReadOnlySpan<A> master = w.Span;
        A[] stored = new A[shape.WeightCount];
        int i = 0;
        for (int tap = 0; tap < shape.Kernel * shape.Kernel; tap++)
        {
            for (int c = 0; c < shape.InChannels; c++)
            {
                for (int k = 0; k < shape.OutChannels; k++)
                {
                    int target = transposed ? (((tap * shape.OutChannels) + k) * shape.InChannels) + c : i;
                    stored[target] = S.Load(S.Store(master[i++]));
                }
            }
        }

        return stored;
    }

    /// <summary>The used images as [N, H, W, C].</summary>
    private static A[] ChannelsLast(CpuTensor<T, A, S> tensor)
    {
        A[] values = new A[tensor.Images * tensor.Shape.Height * tensor.Shape.Width * tensor.Shape.Channels];
        int i = 0;
        PlainLoop.ForEachPosition(tensor.Images, tensor.Shape, (n, row, column) =>
        {
            for (int c = 0; c < tensor.Shape.Channels; c++)
            {
                values[i++] = tensor[n, c, row, column];
            }
        });
        return values;
    }

    private static bool Inside(CpuTensor<T, A, S> tensor, int row, int column)
        => (uint)row < (uint)tensor.Shape.Height && (uint)column < (uint)tensor.Shape.Width;
}
