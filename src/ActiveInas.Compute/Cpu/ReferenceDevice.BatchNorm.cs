namespace ActiveInas.Compute.Cpu;

/// <content>Batch normalisation. The sums over a channel are kept in double and run over n, y, x ascending.</content>
internal sealed partial class ReferenceDevice<T, A, S>
{
    /// <summary>Mean and variance of each channel of x, saved for the batch; the running statistics move towards them.</summary>
    public void BatchNormStatistics(BatchNorm norm, Tensor x)
    {
        OperationGuard.BatchNorm(norm, x, null, x);
        CpuTensor<T, A, S> input = Own(x, nameof(x));
        CpuMatrix<A> mean = Own(norm.BatchMean, nameof(norm));
        CpuMatrix<A> inverseDeviation = Own(norm.BatchInverseDeviation, nameof(norm));
        CpuMatrix<A> runningMean = Own(norm.RunningMean, nameof(norm));
        CpuMatrix<A> runningVariance = Own(norm.RunningVariance, nameof(norm));
        ForEach(norm.Channels, c =>
        {
            (double batchMean, double squares, int n) = Statistics(input, c);
            double unbiased = squares / Math.Max(1, n - 1);
            mean.Span[c] = Convert(batchMean);
            inverseDeviation.Span[c] = Convert(1 / Math.Sqrt((squares / n) + norm.Epsilon));
            runningMean.Span[c] = Convert(((1 - norm.RunningWeight) * Widen(runningMean.Span[c])) + (norm.RunningWeight * batchMean));
            runningVariance.Span[c] = Convert(((1 - norm.RunningWeight) * Widen(runningVariance.Span[c])) + (norm.RunningWeight * unbiased));
        });
        mean.Touch();
        inverseDeviation.Touch();
        runningMean.Touch();
        runningVariance.Touch();
    }

    /// <summary>y = relu?((x - mean) (invstd scale) + shift + residual), rounded once.</summary>
    public void BatchNormApply(BatchNorm norm, Tensor x, Tensor? residual, bool relu, Tensor y)
    {
        OperationGuard.BatchNorm(norm, x, residual, y);
        CpuTensor<T, A, S> input = Own(x, nameof(x));
        CpuTensor<T, A, S> output = Own(y, nameof(y));
        CpuTensor<T, A, S>? addend = residual is null ? null : Own(residual, nameof(residual));
        CpuMatrix<A> means = Own(norm.BatchMean, nameof(norm));
        CpuMatrix<A> inverseDeviations = Own(norm.BatchInverseDeviation, nameof(norm));
        CpuMatrix<A> scale = Own(norm.Scale.Values, nameof(norm));
        CpuMatrix<A> shift = Own(norm.Shift.Values, nameof(norm));
        ForEach(norm.Channels, c =>
        {
            A mean = means.Span[c];
            A factor = inverseDeviations.Span[c] * scale.Span[c];
            A offset = shift.Span[c];
            ForEachPosition(input, (n, row, column) =>
            {
                A value = ((input[n, c, row, column] - mean) * factor) + offset;
                value += addend is null ? A.Zero : addend[n, c, row, column];
                output[n, c, row, column] = relu ? A.Max(value, A.Zero) : value;
            });
        });
    }

    /// <summary>With g = masked dy, h = (x - mean) invstd and n positions: dshift = sum g, dscale = sum g h,
    /// dx = scale invstd (g - dshift / n - h dscale / n).</summary>
    public void BatchNormBackward(BatchNorm norm, Tensor x, Tensor y, bool relu, Tensor dy, Tensor dx, Tensor? dResidual)
    {
        OperationGuard.BatchNormBackward(norm, x, y, dy, dx, dResidual);
        NormTensors tensors = new(
            Own(x, nameof(x)),
            relu ? Own(y, nameof(y)) : null,
            Own(dy, nameof(dy)),
            Own(dx, nameof(dx)),
            dResidual is null ? null : Own(dResidual, nameof(dResidual)));
        CpuMatrix<A> scaleGradient = Own(norm.Scale.Gradient, nameof(norm));
        CpuMatrix<A> shiftGradient = Own(norm.Shift.Gradient, nameof(norm));
        ForEach(norm.Channels, c => BatchNormBackwardOf(norm, tensors, c, scaleGradient, shiftGradient));
        shiftGradient.Touch();
        scaleGradient.Touch();
    }

    private static void BatchNormBackwardOf(BatchNorm norm, NormTensors tensors, int c, CpuMatrix<A> scaleGradient, CpuMatrix<A> shiftGradient)
    {
        A mean = Own(norm.BatchMean, nameof(norm)).Span[c];
        A inverseDeviation = Own(norm.BatchInverseDeviation, nameof(norm)).Span[c];
        A factor = Own(norm.Scale.Values, nameof(norm)).Span[c] * inverseDeviation;
        A Normal(int n, int row, int column) => (tensors.X[n, c, row, column] - mean) * inverseDeviation;

        double sum = 0;
        double product = 0;
        ForEachPosition(tensors.X, (n, row, column) =>
        {
            double g = Widen(tensors.MaskedGradient(n, c, row, column));
            sum += g;
            product += g * Widen(Normal(n, row, column));
        });
        int count = tensors.X.Images * tensors.X.Shape.Height * tensors.X.Shape.Width;
        A meanGradient = Convert(sum / count);
        A meanProduct = Convert(product / count);
        ForEachPosition(tensors.X, (n, row, column) =>
        {
            // dx or dResidual may be dy: everything is read before anything is written.
            A g = tensors.MaskedGradient(n, c, row, column);
            A result = factor * (g - meanGradient - (Normal(n, row, column) * meanProduct));
            if (tensors.DResidual is not null)
            {
                tensors.DResidual[n, c, row, column] = g;
            }

            tensors.Dx[n, c, row, column] = result;
        });
        shiftGradient.Span[c] = Convert(sum);
        scaleGradient.Span[c] = Convert(product);
    }

    /// <summary>Mean, sum of squared deviations from it, and number of positions of a channel.</summary>
    private static (double Mean, double Squares, int Count) Statistics(CpuTensor<T, A, S> x, int c)
    {
        int count = x.Images * x.Shape.Height * x.Shape.Width;
        double sum = 0;
        ForEachPosition(x, (n, row, column) => sum += Widen(x[n, c, row, column]));
        double mean = sum / count;
        double squares = 0;
        ForEachPosition(x, (n, row, column) =>
        {
            double deviation = Widen(x[n, c, row, column]) - mean;
            squares += deviation * deviation;
        });
        return (mean, squares, count);
    }

    private static void ForEachPosition(CpuTensor<T, A, S> tensor, Action<int, int, int> body) => PlainLoop.ForEachPosition(tensor.Images, tensor.Shape, body);

    /// <summary>The tensors of one backward pass; y only where the rectifier masks.</summary>
    private sealed record NormTensors(
        CpuTensor<T, A, S> X, CpuTensor<T, A, S>? Y, CpuTensor<T, A, S> Dy, CpuTensor<T, A, S> Dx, CpuTensor<T, A, S>? DResidual)
    {
        /// <summary>dy where y &gt; 0, else 0.</summary>
        public A MaskedGradient(int n, int c, int row, int column)
            => Y is not null && !(Y[n, c, row, column] > A.Zero) ? A.Zero : Dy[n, c, row, column];
    }
}
