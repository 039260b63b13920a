using ActiveInas.Compute.Cpu.Convolutions;

namespace ActiveInas.Compute.Cpu;

internal sealed partial class ReferenceDevice<T, A, S>
{
    private readonly ConvolutionLoops<T, A, S> _convolutions = new(threads);

    public void ConvolutionForward(ConvolutionShape shape, Tensor x, Parameter w, Tensor y, BatchNorm? norm = null)
    {
        OperationGuard.Convolution(shape, x, nameof(x), w, y, nameof(y));
        CpuTensor<T, A, S> output = Own(y, nameof(y));
        _convolutions.Forward(shape, Own(x, nameof(x)), Own(w.Values, nameof(w)), y.Shape, (n, k, row, column, sum) => output[n, k, row, column] = sum);
        if (norm is not null)
        {
            BatchNormStatistics(norm, y);
        }
    }

    public void ConvolutionInference(ConvolutionShape shape, Tensor x, Parameter w, BatchNorm norm, Tensor? residual, bool relu, Tensor y)
    {
        OperationGuard.ConvolutionInference(shape, x, w, norm, residual, y);
        CpuTensor<T, A, S> output = Own(y, nameof(y));
        CpuTensor<T, A, S>? addend = residual is null ? null : Own(residual, nameof(residual));
        CpuMatrix<A> variance = Own(norm.RunningVariance, nameof(norm));
        CpuMatrix<A> mean = Own(norm.RunningMean, nameof(norm));
        CpuMatrix<A> scale = Own(norm.Scale.Values, nameof(norm));
        CpuMatrix<A> shift = Own(norm.Shift.Values, nameof(norm));
        _convolutions.Forward(shape, Own(x, nameof(x)), Own(w.Values, nameof(w)), y.Shape, (n, k, row, column, sum) =>
        {
            A factor = scale.Span[k] * Convert(1 / Math.Sqrt(Widen(variance.Span[k]) + norm.Epsilon));
            A value = ((sum - mean.Span[k]) * factor) + shift.Span[k];
            value += addend is null ? A.Zero : addend[n, k, row, column];
            output[n, k, row, column] = relu ? A.Max(value, A.Zero) : value;
        });
    }

    public void ConvolutionBackwardData(ConvolutionShape shape, Tensor dy, Parameter w, Tensor dx, bool accumulate)
    {
        OperationGuard.Convolution(shape, dx, nameof(dx), w, dy, nameof(dy));
        _convolutions.BackwardData(shape, Own(dy, nameof(dy)), Own(w.Values, nameof(w)), Own(dx, nameof(dx)), accumulate);
    }

    public void ConvolutionBackwardWeights(ConvolutionShape shape, Tensor x, Tensor dy, Parameter w)
    {
        OperationGuard.Convolution(shape, x, nameof(x), w, dy, nameof(dy));
        _convolutions.BackwardWeights(shape, Own(x, nameof(x)), Own(dy, nameof(dy)), Own(w.Gradient, nameof(w)));
    }
}
