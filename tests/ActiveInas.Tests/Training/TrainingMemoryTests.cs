using ActiveInas.Architectures;
using ActiveInas.Training;

namespace ActiveInas.Tests.Training;

public class TrainingMemoryTests
{
    private const double Gigabyte = 1e9;

    [Fact]
    public void The_outputs_of_all_convolutions_and_their_gradients_count()
    {
        // Stem 64 x 32 x 32, two convolutions of 64 x 16 x 16 and two of 128 x 8 x 8, twice, two bytes each.
        const double Values = (64 * 32 * 32) + (2 * 64 * 16 * 16) + (2 * 128 * 8 * 8);

        Assert.Equal(10 * Values * 4, TrainingMemory.Least(new Architecture(1, 2), 10, 32, 32));
    }

    [Fact]
    public void What_fits_passes() => TrainingMemory.Require(new Architecture(2, 4), 128, 64, 64, 2 * Gigabyte);

    [Theory]
    [InlineData(1024, 8, "needs 25.8 GB at least, and this machine has 8.0 GB: give a smaller `imageSize`, for example 256")]
    [InlineData(1024, 1000, "for example 512")]
    public void What_does_not_fit_is_refused_with_a_size_that_does(int side, double gigabytes, string message)
    {
        ConfigurationException refusal = Assert.Throws<ConfigurationException>(
            () => TrainingMemory.Require(new Architecture(1, 1), 64, side, side, gigabytes * Gigabyte));

        Assert.Contains($"A(1,1) on images of {side}x{side} pixels in batches of 64", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
    }
}
