using ActiveInas.Data;
using ActiveInas.Data.Images;

namespace ActiveInas.Tests.Data;

public class ResizerTests
{
    [Fact]
    public void Shrinking_averages_the_area()
    {
        byte[] grey = [10, 20, 30, 40, 50, 60, 70, 80, 0, 0, 100, 100, 0, 0, 100, 104];
        Assert.Equal([35, 55, 0, 101], Grey(Resizer.Resize(Rgb(4, 4, grey), 2, 2)));
    }

    [Fact]
    public void Shrinking_by_a_fraction_weighs_pixels_by_their_share()
    {
        // 3 to 2: the first cell covers pixel 0 and half of pixel 1.
        Assert.Equal([(byte)Math.Round((90 + 15) / 1.5), (byte)Math.Round((15 + 60) / 1.5)], Grey(Resizer.Resize(Rgb(1, 3, [90, 30, 60]), 1, 2)));
    }

    [Fact]
    public void Growing_is_bilinear_with_pixel_centres_at_halves()
    {
        Assert.Equal([0, 25, 75, 100], Grey(Resizer.Resize(Rgb(1, 2, [0, 100]), 1, 4)));
        Assert.Equal([7, 7, 7], Grey(Resizer.Resize(Rgb(1, 1, [7]), 1, 3)));
    }

    [Theory]
    [InlineData(7, 5, 3, 11)]
    [InlineData(31, 1, 32, 32)]
    [InlineData(1, 100, 9, 9)]
    public void A_flat_image_stays_flat_and_channels_stay_apart(int height, int width, int newHeight, int newWidth)
    {
        byte[] rgb = [.. Enumerable.Range(0, height * width * 3).Select(i => (byte)(i % 3 * 100))];
        DecodedImage image = Resizer.Resize(new DecodedImage(height, width, rgb), newHeight, newWidth);
        Assert.Equal((newHeight, newWidth), (image.Height, image.Width));
        Assert.All(image.Rgb.Select((value, i) => value - (i % 3 * 100)), difference => Assert.Equal(0, difference));
    }

    [Fact]
    public void Sets_are_resized_image_by_image()
    {
        var set = new ImageSet(1, 2, [0, 0, 0, 100, 100, 100, 50, 50, 50, 50, 50, 50], [1, 0], ["a", "b"]);
        ImageSet resized = Resizer.Resize(set, 4);
        Assert.Equal((4, 4, 2), (resized.Height, resized.Width, resized.Count));
        Assert.Equal([0, 25, 75, 100], Grey(new DecodedImage(1, 4, resized.Image(0)[..12].ToArray())));
        Assert.All(resized.Image(1).ToArray(), value => Assert.Equal(50, value));
        Assert.Equal([1, 0], resized.Labels);
    }

    private static DecodedImage Rgb(int height, int width, byte[] grey) => new(height, width, [.. grey.SelectMany(value => new[] { value, value, value })]);

    private static byte[] Grey(DecodedImage image) => [.. image.Rgb.Where((_, i) => i % 3 == 0)];
}
