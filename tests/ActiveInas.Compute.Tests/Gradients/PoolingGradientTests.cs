using static ActiveInas.Compute.Tests.Gradients.DoubleBench;

namespace ActiveInas.Compute.Tests.Gradients;

public sealed class PoolingGradientTests
{
    /// <summary>A kink nearer than this could fall inside a finite difference.</summary>
    private const double NearestKink = 1e-3;

    [Theory]
    [InlineData(3, 2, 1, 1)]
    [InlineData(2, 3, 5, 7)]
    [InlineData(1, 33, 2, 2)]
    [InlineData(1, 2, 8, 9)]
    public void Max_pool_behind_norm_and_rectifier_matches_finite_differences(int n, int c, int height, int width)
    {
        using DoubleBench bench = new(seed: 11);
        BatchNorm norm = bench.BatchNorm(c);
        Tensor x = bench.Tensor(new TensorShape(n, c, height, width));
        Tensor y = bench.Tensor(new TensorShape(n, c, (height + 1) / 2, (width + 1) / 2));
        Tensor dy = bench.Tensor(y.Shape);
        Tensor dx = bench.Tensor(x.Shape);
        SpreadOut(bench, x);
        double[] coefficients = Values(dy);
        double Loss()
        {
            bench.Device.BatchNormStatistics(norm, x);
            bench.Device.BatchNormMaxPool(norm, x, y);
            return Dot(coefficients, Values(y));
        }

        Loss();
        bench.Device.BatchNormApply(norm, x, null, relu: false, dx);
        Assert.True(Values(dx).Min(Math.Abs) > NearestKink, "Take another seed: a value lies on the kink of the rectifier.");
        bench.Device.BatchNormMaxPoolBackward(norm, x, y, dy, dx);
        Verify("dx", Values(dx), Variables(x), Loss);
        Verify("dscale", Values(norm.Scale.Gradient), Variables(norm.Scale.Values), Loss);
        Verify("dshift", Values(norm.Shift.Gradient), Variables(norm.Shift.Values), Loss);
    }

    /// <summary>What comes out of the norm's backward pass when the first maximum alone gets the gradient of all windows.</summary>
    [Fact]
    public void Of_equal_maxima_the_first_in_row_major_order_gets_the_gradient()
    {
        using DoubleBench bench = new(seed: 9);
        BatchNorm norm = bench.BatchNorm(1);
        Tensor x = bench.Tensor(new TensorShape(1, 1, 3, 3));
        Tensor y = bench.Tensor(new TensorShape(1, 1, 2, 2));
        Tensor dy = bench.Tensor(y.Shape);
        Tensor dx = bench.Tensor(x.Shape);
        Tensor gradient = bench.Tensor(x.Shape);
        Tensor expected = bench.Tensor(x.Shape);
        norm.Shift.Values.Write([10]);
        x.Write([-5, -5, -5, -5, -1, -1, -5, -1, -5]);
        dy.Write([1, 10, 100, 1000]);
        gradient.Write([0, 0, 0, 0, 1111, 0, 0, 0, 0]);
        bench.Device.BatchNormStatistics(norm, x);
        bench.Device.BatchNormMaxPool(norm, x, y);
        bench.Device.BatchNormMaxPoolBackward(norm, x, y, dy, dx);
        bench.Device.BatchNormBackward(norm, x, x, relu: false, gradient, expected, null);
        Assert.All(Values(y), value => Assert.Equal(Values(y).Max(), value));
        Assert.Equal(Values(expected), Values(dx));
        Assert.NotEqual(Values(dx)[4], Values(dx)[5]);
    }

    [Theory]
    [InlineData(1, 2, 1, 1)]
    [InlineData(2, 33, 3, 5)]
    public void Global_average_pool_matches_finite_differences(int n, int c, int height, int width)
    {
        using DoubleBench bench = new(seed: 10);
        Tensor x = bench.Tensor(new TensorShape(n, c, height, width));
        Tensor dx = bench.Tensor(x.Shape);
        Matrix embedding = bench.Matrix(n, c);
        Matrix dEmbedding = bench.Matrix(n, c);
        double Loss()
        {
            bench.Device.GlobalAveragePoolForward(x, embedding);
            return Dot(Values(dEmbedding), Values(embedding));
        }

        bench.Device.GlobalAveragePoolBackward(dEmbedding, dx);
        Verify("dx", Values(dx), Variables(x), Loss);
    }

    /// <summary>Distinct multiples of 1/100 in random order: no step of a finite difference changes which value wins.</summary>
    private static void SpreadOut(DoubleBench bench, Tensor x)
    {
        Variable[] variables = Variables(x);
        int[] ranks = [.. Enumerable.Range(0, variables.Length).OrderBy(_ => bench.Random.NextBits())];
        for (int i = 0; i < variables.Length; i++)
        {
            variables[i].Set((ranks[i] - (variables.Length / 2)) * 0.01);
        }
    }
}
