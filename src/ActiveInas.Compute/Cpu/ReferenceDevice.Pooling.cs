namespace ActiveInas.Compute.Cpu;

/// <content>Max-pool 3x3 with stride 2 and padding 1, and global average pooling.</content>
internal sealed partial class ReferenceDevice<T, A, S>
{
    public void ConvolutionInferenceMaxPool(ConvolutionShape shape, Tensor x, Parameter w, BatchNorm norm, Tensor between, Tensor y)
    {
        OperationGuard.ConvolutionInferenceMaxPool(shape, x, w, norm, between, y);
        ConvolutionInference(shape, x, w, norm, null, relu: true, between);
        MaxPool(between, y);
    }

    /// <summary>The first maximum of each window.</summary>
    internal void MaxPool(Tensor x, Tensor y)
    {
        OperationGuard.MaxPool(x, nameof(x), y, nameof(y));
        CpuTensor<T, A, S> input = Own(x, nameof(x));
        CpuTensor<T, A, S> output = Own(y, nameof(y));
        ForEach(x.Images * x.Shape.Channels, item =>
        {
            int n = item / x.Shape.Channels;
            int c = item % x.Shape.Channels;
            for (int yo = 0; yo < y.Shape.Height; yo++)
            {
                for (int xo = 0; xo < y.Shape.Width; xo++)
                {
                    (int row, int column) = FirstMaximum(input, n, c, yo, xo);
                    output[n, c, yo, xo] = input[n, c, row, column];
                }
            }
        });
    }

    public void BatchNormMaxPool(BatchNorm norm, Tensor x, Tensor y)
    {
        using Tensor activated = LikeOf(x);
        BatchNormApply(norm, x, null, relu: true, activated);
        MaxPool(activated, y);
    }

    public void BatchNormMaxPoolBackward(BatchNorm norm, Tensor x, Tensor y, Tensor dy, Tensor dx)
    {
        OperationGuard.BatchNormMaxPoolBackward(norm, x, y, dy, dx);
        Own(y, nameof(y));
        using Tensor activated = LikeOf(x);
        BatchNormApply(norm, x, null, relu: true, activated);
        MaxPoolBackward(activated, dy, dx);
        BatchNormBackward(norm, x, activated, relu: true, dx, dx, null);
    }

    private Tensor LikeOf(Tensor x)
    {
        Tensor tensor = CreateTensor(x.Shape);
        tensor.Images = x.Images;
        return tensor;
    }

    public void GlobalAveragePoolForward(Tensor x, Matrix embedding)
    {
        OperationGuard.GlobalAveragePool(x, nameof(x), embedding, nameof(embedding));
        CpuTensor<T, A, S> input = Own(x, nameof(x));
        CpuMatrix<A> output = Own(embedding, nameof(embedding));
        A area = Convert(x.Shape.Height * x.Shape.Width);
        for (int n = 0; n < x.Images; n++)
        {
            for (int c = 0; c < x.Shape.Channels; c++)
            {
                A sum = A.Zero;
                for (int row = 0; row < x.Shape.Height; row++)
                {
                    for (int column = 0; column < x.Shape.Width; column++)
                    {
                        sum += input[n, c, row, column];
                    }
                }

                output.Span[(n * x.Shape.Channels) + c] = sum / area;
            }
        }

        output.Touch();
    }

    public void GlobalAveragePoolBackward(Matrix dEmbedding, Tensor dx)
    {
        OperationGuard.GlobalAveragePool(dx, nameof(dx), dEmbedding, nameof(dEmbedding));
        CpuMatrix<A> gradient = Own(dEmbedding, nameof(dEmbedding));
        CpuTensor<T, A, S> inputGradient = Own(dx, nameof(dx));
        A area = Convert(dx.Shape.Height * dx.Shape.Width);
        for (int n = 0; n < dx.Images; n++)
        {
            for (int c = 0; c < dx.Shape.Channels; c++)
            {
                A share = gradient.Span[(n * dx.Shape.Channels) + c] / area;
                for (int row = 0; row < dx.Shape.Height; row++)
                {
                    for (int column = 0; column < dx.Shape.Width; column++)
                    {
                        inputGradient[n, c, row, column] = share;
                    }
                }
            }
        }
    }

    /// <summary>dx: each dy goes to the first maximum of its window. Windows overlap: what several send to one place is summed, windows in
    /// row-major order, and rounded once.</summary>
    private void MaxPoolBackward(Tensor x, Tensor dy, Tensor dx)
    {
        CpuTensor<T, A, S> input = Own(x, nameof(x));
        CpuTensor<T, A, S> outputGradient = Own(dy, nameof(dy));
        CpuTensor<T, A, S> inputGradient = Own(dx, nameof(dx));
        ForEach(x.Images * x.Shape.Channels, item =>
        {
            int n = item / x.Shape.Channels;
            int c = item % x.Shape.Channels;
            A[,] sums = new A[x.Shape.Height, x.Shape.Width];
            for (int yo = 0; yo < dy.Shape.Height; yo++)
            {
                for (int xo = 0; xo < dy.Shape.Width; xo++)
                {
                    (int row, int column) = FirstMaximum(input, n, c, yo, xo);
                    sums[row, column] += outputGradient[n, c, yo, xo];
                }
            }

            for (int row = 0; row < x.Shape.Height; row++)
            {
                for (int column = 0; column < x.Shape.Width; column++)
                {
                    inputGradient[n, c, row, column] = sums[row, column];
                }
            }
        });
    }

    /// <summary>The first maximum, in row-major order, among the pixels of the window (yo, xo) that exist.</summary>
    private static (int Row, int Column) FirstMaximum(CpuTensor<T, A, S> x, int n, int c, int yo, int xo)
    {
        (int Row, int Column) best = (-1, -1);
        A maximum = A.Zero;
        for (int row = Math.Max(0, (2 * yo) - 1); row <= Math.Min((2 * yo) + 1, x.Shape.Height - 1); row++)
        {
            for (int column = Math.Max(0, (2 * xo) - 1); column <= Math.Min((2 * xo) + 1, x.Shape.Width - 1); column++)
            {
                A value = x[n, c, row, column];
                if (best.Row < 0 || value > maximum || (A.IsNaN(value) && !A.IsNaN(maximum)))
                {
                    best = (row, column);
                    maximum = value;
                }
            }
        }

        return best;
    }
}
