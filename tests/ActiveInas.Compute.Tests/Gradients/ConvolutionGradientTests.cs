using ActiveInas.Compute.Tests.Support;
using static ActiveInas.Compute.Tests.Gradients.DoubleBench;

namespace ActiveInas.Compute.Tests.Gradients;

public sealed class ConvolutionGradientTests
{
    /// <summary>Kernel, stride, N, C, K, height, width.</summary>
    public static TheoryData<int, int, int, int, int, int, int> Shapes()
    {
        TheoryData<int, int, int, int, int, int, int> data = [];
        foreach (int kernel in new[] { 1, 3 })
        {
            foreach (int stride in new[] { 1, 2 })
            {
                data.Add(kernel, stride, 1, 3, 4, 1, 1);
                data.Add(kernel, stride, 2, 3, 2, 5, 7);
                data.Add(kernel, stride, 1, 5, 3, 4, 4);
                data.Add(kernel, stride, 1, 33, 2, 2, 3);
                data.Add(kernel, stride, 1, 2, 34, 3, 2);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Both_backward_passes_match_finite_differences(int kernel, int stride, int n, int c, int k, int height, int width)
    {
        using DoubleBench bench = new(seed: 1);
        ConvolutionShape shape = new(c, k, kernel, stride);
        Tensor x = bench.Tensor(new TensorShape(n, c, height, width));
        Tensor y = bench.Tensor(new TensorShape(n, k, shape.Output(height), shape.Output(width)));
        Tensor dy = bench.Tensor(y.Shape);
        Tensor dx = bench.Tensor(x.Shape);
        Parameter w = bench.Parameter(shape.WeightCount);
        double[] coefficients = Values(dy);
        double Loss()
        {
            bench.Device.ConvolutionForward(shape, x, w, y);
            return Dot(coefficients, Values(y));
        }

        bench.Device.ConvolutionBackwardData(shape, dy, w, dx, accumulate: false);
        bench.Device.ConvolutionBackwardWeights(shape, x, dy, w);
        Verify("dx", Values(dx), Variables(x), Loss);
        Verify("dw", Values(w.Gradient), Variables(w.Values), Loss);
    }

    [Theory]
    [InlineData(3, 1)]
    [InlineData(3, 2)]
    [InlineData(1, 2)]
    public void Accumulation_adds_to_what_is_there(int kernel, int stride)
    {
        using DoubleBench bench = new(seed: 2);
        ConvolutionShape shape = new(3, 4, kernel, stride);
        Tensor dx = bench.Tensor(new TensorShape(2, 3, 5, 6));
        Tensor fresh = bench.Tensor(dx.Shape);
        Tensor dy = bench.Tensor(new TensorShape(2, 4, shape.Output(5), shape.Output(6)));
        Parameter w = bench.Parameter(shape.WeightCount);
        double[] before = Values(dx);
        bench.Device.ConvolutionBackwardData(shape, dy, w, fresh, accumulate: false);
        bench.Device.ConvolutionBackwardData(shape, dy, w, dx, accumulate: true);
        double[] expected = [.. Values(fresh).Zip(before, (a, b) => a + b)];
        TensorAssert.Close("dx", [expected.Length], expected, Values(dx), Tolerance.Double);
    }

    /// <summary>By hand: an image 1..9, a kernel that is 1 in the middle, 10 above it and 100 to its right.</summary>
    [Theory]
    [InlineData(1, new double[] { 201, 302, 3, 514, 625, 36, 847, 958, 69 })]
    [InlineData(2, new double[] { 201, 3, 847, 69 })]
    public void Cross_correlation_by_hand(int stride, double[] expected)
    {
        using DoubleBench bench = new(seed: 3);
        ConvolutionShape shape = new(1, 1, 3, stride);
        Tensor x = bench.Tensor(new TensorShape(1, 1, 3, 3));
        Tensor y = bench.Tensor(new TensorShape(1, 1, shape.Output(3), shape.Output(3)));
        Parameter w = bench.Parameter(9);
        x.Write([1, 2, 3, 4, 5, 6, 7, 8, 9]);
        w.Values.Write([0, 10, 0, 0, 1, 100, 0, 0, 0]);
        bench.Device.ConvolutionForward(shape, x, w, y);
        Assert.Equal(expected, Values(y));
    }
}
