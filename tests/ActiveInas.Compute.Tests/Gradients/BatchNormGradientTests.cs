using ActiveInas.Compute.Tests.Support;
using static ActiveInas.Compute.Tests.Gradients.DoubleBench;

namespace ActiveInas.Compute.Tests.Gradients;

public sealed class BatchNormGradientTests
{
    /// <summary>A kink nearer than this could fall inside a finite difference.</summary>
    private const double NearestKink = 1e-3;

    [Theory]
    [InlineData(false, false, 2, 3, 5, 7)]
    [InlineData(false, true, 2, 3, 5, 7)]
    [InlineData(true, false, 2, 3, 5, 7)]
    [InlineData(true, true, 2, 3, 5, 7)]
    [InlineData(true, true, 5, 33, 1, 1)]
    [InlineData(true, true, 1, 5, 2, 3)]
    public void Backward_matches_finite_differences(bool residual, bool relu, int n, int c, int height, int width)
    {
        using DoubleBench bench = new(seed: 3);
        TensorShape shape = new(n, c, height, width);
        BatchNorm norm = bench.BatchNorm(c);
        Tensor x = bench.Tensor(shape);
        Tensor? addend = residual ? bench.Tensor(shape) : null;
        Tensor y = bench.Tensor(shape);
        Tensor dy = bench.Tensor(shape);
        Tensor dx = bench.Tensor(shape);
        Tensor? dResidual = residual ? bench.Tensor(shape) : null;
        double[] coefficients = Values(dy);
        double Loss()
        {
            bench.Device.BatchNormStatistics(norm, x);
            bench.Device.BatchNormApply(norm, x, addend, relu, y);
            return Dot(coefficients, Values(y));
        }

        bench.Device.BatchNormStatistics(norm, x);
        bench.Device.BatchNormApply(norm, x, addend, relu: false, y);
        Assert.True(Values(y).Min(Math.Abs) > NearestKink, "Take another seed: a value lies on the kink of the rectifier.");
        Loss();
        bench.Device.BatchNormBackward(norm, x, y, relu, dy, dx, dResidual);
        Verify("dx", Values(dx), Variables(x), Loss);
        Verify("dscale", Values(norm.Scale.Gradient), Variables(norm.Scale.Values), Loss);
        Verify("dshift", Values(norm.Shift.Gradient), Variables(norm.Shift.Values), Loss);
        if (addend is not null && dResidual is not null)
        {
            Verify("dResidual", Values(dResidual), Variables(addend), Loss);
        }
    }

    [Fact]
    public void Training_statistics_by_hand()
    {
        using DoubleBench bench = new(seed: 4);
        using BatchNorm norm = new(bench.Device, 1, epsilon: 0.25, runningWeight: 0.1);
        Tensor x = bench.Tensor(new TensorShape(2, 1, 1, 2));
        Tensor y = bench.Tensor(x.Shape);
        norm.Scale.Values.Write([2]);
        norm.Shift.Values.Write([10]);

        // Mean 4, squared deviations 9 + 1 + 1 + 9 = 20: biased variance 5, unbiased 20 / 3.
        x.Write([1, 3, 5, 7]);
        bench.Device.BatchNormStatistics(norm, x);
        bench.Device.BatchNormApply(norm, x, null, relu: false, y);
        double inverseDeviation = 1 / Math.Sqrt(5.25);
        Assert.Equal(4, Values(norm.BatchMean)[0], 12);
        Assert.Equal(inverseDeviation, Values(norm.BatchInverseDeviation)[0], 12);
        Assert.Equal(0.4, Values(norm.RunningMean)[0], 12);
        Assert.Equal(0.9 + (0.1 * 20 / 3), Values(norm.RunningVariance)[0], 12);
        double[] expected = [10 - (6 * inverseDeviation), 10 - (2 * inverseDeviation), 10 + (2 * inverseDeviation), 10 + (6 * inverseDeviation)];
        TensorAssert.Close("y", [4], expected, Values(y), Tolerance.Double);
    }

    [Fact]
    public void One_value_has_variance_zero_and_moves_the_running_variance_towards_it()
    {
        using DoubleBench bench = new(seed: 5);
        using BatchNorm norm = new(bench.Device, 1, epsilon: 0.01, runningWeight: 0.5);
        Tensor x = bench.Tensor(new TensorShape(1, 1, 1, 1));
        Tensor y = bench.Tensor(x.Shape);
        norm.Shift.Values.Write([3]);
        bench.Device.BatchNormStatistics(norm, x);
        bench.Device.BatchNormApply(norm, x, null, relu: false, y);
        Assert.Equal(10, Values(norm.BatchInverseDeviation)[0], 12);
        Assert.Equal(0.5, Values(norm.RunningVariance)[0], 12);
        Assert.Equal(3, Values(y)[0], 12);
    }

    [Fact]
    public void Inference_uses_the_running_statistics()
    {
        using DoubleBench bench = new(seed: 6);
        using BatchNorm norm = new(bench.Device, 1, epsilon: 0.25, runningWeight: 0.1);
        Tensor x = bench.Tensor(new TensorShape(1, 1, 1, 3));
        Tensor residual = bench.Tensor(x.Shape);
        Tensor y = bench.Tensor(x.Shape);
        norm.Scale.Values.Write([4]);
        norm.Shift.Values.Write([1]);
        norm.RunningMean.Write([2]);
        norm.RunningVariance.Write([3.75f]);
        x.Write([0, 2, 5]);
        residual.Write([0, -2, 3]);
        ConvolutionShape identity = new(1, 1, 1, 1);
        using Parameter w = new(bench.Device, 1);
        w.Values.Write([1]);
        bench.Device.ConvolutionInference(identity, x, w, norm, residual, relu: true, y);
        Assert.Equal([0, 0, 10], Values(y));
    }
}
