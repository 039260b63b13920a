using ActiveInas.Architectures;
using ActiveInas.Compute;
using ActiveInas.Networks;

namespace ActiveInas.Tests.Networks;

public class NetworkMemoryTests
{
    private const long Megabyte = 1_000_000;

    /// <summary>The whole training has 500 MB; this leaves a fifth to the engine's packed weights and scratch.</summary>
    [Fact]
    public void Training_A_2_4_at_batch_128_asks_for_less_than_400_MB()
    {
        CountingDevice device = Make(new Architecture(2, 4), training: true);
        Assert.InRange(device.Bytes, 200 * Megabyte, 400 * Megabyte);
    }

    [Fact]
    public void A_deeper_stack_needs_no_more_gradients()
    {
        // A block adds its four activations (two convolutions, the middle, the output) and nothing else.
        int shallow = Make(new Architecture(2, 1), training: true).Tensors.Count;
        int deep = Make(new Architecture(12, 1), training: true).Tensors.Count;
        Assert.Equal(10 * 4, deep - shallow);
    }

    [Fact]
    public void Inference_shares_activations_whatever_the_depth()
    {
        CountingDevice shallow = Make(new Architecture(2, 3), training: false);
        CountingDevice deep = Make(new Architecture(12, 3), training: false);
        Assert.Equal(shallow.Tensors, deep.Tensors);
        CountingDevice training = Make(new Architecture(12, 3), training: true);
        Assert.True(deep.Tensors.Count * 3 < training.Tensors.Count, $"{deep.Tensors.Count} and {training.Tensors.Count} tensors");
    }

    private static CountingDevice Make(Architecture architecture, bool training)
    {
        CountingDevice device = new();
        new ResidualNetwork(device, new NetworkShape(architecture, 10, 32, 32), NetworkSamples.Norm, 128, training).Dispose();
        return device;
    }
}
