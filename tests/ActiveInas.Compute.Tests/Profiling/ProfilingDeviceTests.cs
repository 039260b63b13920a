using ActiveInas.Compute.Profiling;
using ActiveInas.Compute.Tests.Contract;
using ActiveInas.Compute.Tests.Support;
using ActiveInas.Tests.Shared;

namespace ActiveInas.Compute.Tests.Profiling;

public sealed class ProfilingDeviceTests : IDisposable
{
    private readonly IDevice _bare = KernelTable.Open(StorageType.BFloat16, 2);
    private readonly ProfilingDevice _profiling = new(KernelTable.Open(StorageType.BFloat16, 2));

    public void Dispose()
    {
        _bare.Dispose();
        _profiling.Dispose();
    }

    [Fact]
    public void Every_operation_gives_the_bytes_of_the_bare_device_and_is_counted_once()
    {
        foreach (OpCase one in OpCases.Large)
        {
            using OpBench bench = new(_profiling, TestRandom.SeedOf(one.Name));
            Action call = one.Arrange(bench);
            _profiling.Reset();
            call();
            one.VerifySameBytes("profiled and bare", one.Run(_bare), bench.Collect());
            Assert.NotEmpty(_profiling.ByShape());
            Assert.All(_profiling.ByShape(), row =>
            {
                Assert.Equal(1, row.Counts.Calls);
                Assert.True(row.Counts.Seconds > 0, $"{one.Name} took {row.Counts.Seconds} s.");
                Assert.True(row.Counts.Bytes > 0, $"{one.Name} moved {row.Counts.Bytes} bytes.");
                Assert.Equal(row.Shape.IsArithmetic, row.Counts.Flops > 0);
            });
        }
    }

    [Fact]
    public void It_is_named_like_the_device_that_it_wraps()
    {
        Assert.Equal(_bare.KernelName, _profiling.KernelName);
        Assert.Equal(_bare.Storage, _profiling.Storage);
        Assert.Equal(_bare.PreferredBatch, _profiling.PreferredBatch);
    }

    /// <summary>2 N H' W' k k C K, for the images in use and not for the capacity; bf16 activations and fp32 weights, each once.</summary>
    [Fact]
    public void A_convolution_counts_its_useful_flops_and_bytes()
    {
        const int images = 3;
        ConvolutionShape shape = new(64, 32, 3, 2);
        using OpBench bench = new(_profiling, 1);
        Tensor x = bench.Input(new TensorShape(4, 64, 7, 9), images);
        Tensor y = bench.Output("y", new TensorShape(4, 32, 4, 5), images);
        Tensor dx = bench.InOut("dx", x.Shape, images);
        Parameter w = bench.Weights(shape.WeightCount, "dw");
        _profiling.ConvolutionForward(shape, x, w, y);
        _profiling.ConvolutionForward(shape, x, w, y);
        _profiling.ConvolutionBackwardData(shape, y, w, dx, accumulate: true);

        const long flops = 2L * images * 4 * 5 * 3 * 3 * 64 * 32;
        const long inputBytes = images * 64 * 7 * 9 * 2;
        const long otherBytes = (images * 32 * 4 * 5 * 2) + (3 * 3 * 64 * 32 * 4);
        OpCounts forward = _profiling.ByClass().Single(row => row.Name == "conv 3x3 forward").Counts;
        Assert.Equal((2, 2 * flops, 2 * (inputBytes + otherBytes)), (forward.Calls, forward.Flops, forward.Bytes));
        Assert.Equal(forward.Flops / forward.Seconds / 1e9, forward.Gigaflops, 9);
        OpCounts backward = _profiling.ByClass().Single(row => row.Name == "conv 3x3 backward data").Counts;
        Assert.Equal((1, flops, (2 * inputBytes) + otherBytes), (backward.Calls, backward.Flops, backward.Bytes));
        Assert.Contains(_profiling.ByShape(), row => row.Shape == new OpShape(Operation.ConvolutionForward, new TensorShape(images, 64, 7, 9), 32, 3, 2));
    }

    [Fact]
    public void A_dense_layer_counts_one_product_forward_and_two_backward()
    {
        using OpBench bench = new(_profiling, 1);
        Matrix x = bench.Input(5, 4, 64);
        Matrix dx = bench.Output("dx", 5, 4, 64);
        Matrix logits = bench.InOut("logits", 5, 4, 10);
        Parameter w = bench.Weights(640, "dw");
        Parameter b = bench.Weights(10, "db");
        _profiling.DenseForward(x, w, b, logits);
        Assert.Equal(2 * 4 * 640, _profiling.ByClass().Single().Counts.Flops);
        _profiling.DenseBackward(x, w, b, logits, dx);
        Assert.Equal(3 * 2 * 4 * 640, _profiling.ByClass().Single().Counts.Flops);
        _profiling.DenseBackward(x, w, b, logits, null);
        Assert.Equal(4 * 2 * 4 * 640, _profiling.ByClass().Single().Counts.Flops);
    }

    [Theory]
    [InlineData(3, 3, 1, "conv stem forward")]
    [InlineData(64, 3, 2, "conv 3x3 forward")]
    [InlineData(64, 1, 2, "conv 1x1 forward")]
    public void Convolutions_are_told_apart_by_kernel(int channels, int kernel, int stride, string name)
        => Assert.Equal(name, new OpShape(Operation.ConvolutionForward, new TensorShape(1, channels, 8, 8), 64, kernel, stride).ClassName);

    [Fact]
    public void Reset_forgets_what_was_counted()
    {
        OpCases.Large.First().Run(_profiling);
        Assert.NotEmpty(_profiling.ByShape());
        _profiling.Reset();
        Assert.Empty(_profiling.ByShape());
        Assert.Empty(_profiling.ByClass());
    }

    [Fact]
    public void A_shape_that_was_seen_before_allocates_nothing()
    {
        foreach (OpCase one in OpCases.Large)
        {
            using OpBench bench = new(_profiling, TestRandom.SeedOf(one.Name));
            Action call = one.Arrange(bench);
            call();
            call();
            Assert.Equal(0, Allocations.OfEveryCall(call));
        }
    }
}
