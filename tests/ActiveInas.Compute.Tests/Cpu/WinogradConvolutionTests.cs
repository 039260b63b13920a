using ActiveInas.Compute.Cpu.Emitted;

namespace ActiveInas.Compute.Tests.Cpu;

public sealed class WinogradConvolutionTests
{
    private static readonly ConvolutionShape s_shape = new(32, 32, 3, 1);

    /// <summary>The sums of the call before must not show.</summary>
    [Fact]
    public void The_weight_gradient_of_no_images_is_zero()
    {
        using IDevice device = KernelTable.Rows.Single(row => row.Name == "winograd-portable-bf16").Create(2);
        using Tensor x = device.CreateTensor(new TensorShape(2, 32, 4, 4));
        using Tensor dy = device.CreateTensor(x.Shape);
        using Parameter w = new(device, s_shape.WeightCount);
        float[] ones = new float[2 * 32 * 16];
        Array.Fill(ones, 1);
        x.Write(ones);
        dy.Write(ones);
        float[] gradient = new float[s_shape.WeightCount];
        device.ConvolutionBackwardWeights(s_shape, x, dy, w);
        w.Gradient.Read(gradient);
        Assert.Equal(2 * 16, gradient[4 * 32 * 32], 3);

        x.Images = 0;
        dy.Images = 0;
        device.ConvolutionBackwardWeights(s_shape, x, dy, w);
        w.Gradient.Read(gradient);
        Assert.All(gradient, value => Assert.Equal(0, value));
    }

    /// <summary>Runs of tiles are filled up to the rows of its products.</summary>
    [Fact]
    public void A_kernel_that_its_products_do_not_fit_is_refused()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => new EmittedTileProduct(new PlainTileKernel()));
        Assert.Contains("products of 8 rows", error.Message, StringComparison.Ordinal);
        Assert.Contains("PlainTileKernel has 32 rows", error.Message, StringComparison.Ordinal);
    }
}
