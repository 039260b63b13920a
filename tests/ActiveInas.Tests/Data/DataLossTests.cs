using ActiveInas.Data;

namespace ActiveInas.Tests.Data;

/// <summary>Nothing is left out in silence.</summary>
public class DataLossTests
{
    private static readonly byte[] s_image = PngFile.Flat(8, 8, 1, 2, 3);

    [Theory]
    [InlineData("")]
    [InlineData("train/")]
    public void Images_that_cannot_be_read_are_counted_and_lost_classes_named(string above)
    {
        using var folder = new TestFolder();
        for (int i = 0; i < 3; i++)
        {
            folder.Write($"{above}cat/{i}.png", s_image);
            folder.Write($"{above}dog/{i}.png", s_image);
            folder.Write($"{above}bird/{i}.png", s_image[..40]);
            folder.Write($"{above}fox/{i}.jpg", "hello"u8.ToArray());
        }

        folder.Write($"{above}cat/cut.png", s_image[..40]);
        folder.Write($"{above}cat/notes.txt", "hello"u8.ToArray());
        Dataset data = Loading.Load(folder.Root);

        Assert.Equal((13, 7), (data.Loss!.Found, data.Loss.Skipped));
        Assert.Equal(["bird", "fox"], data.Loss.LostClasses);
        Assert.Equal("7 of 13 images cannot be read and are left out, bird, fox: no image left; 'ainas data' says why.", data.Loss.ToString());
    }

    [Fact]
    public void Where_all_is_read_nothing_is_said()
    {
        using var folder = new TestFolder();
        folder.Write("cat/1.png", s_image);
        folder.Write("dog/1.png", s_image);
        folder.Write("dog/notes.txt", "hello"u8.ToArray());

        Assert.Null(Loading.Load(folder.Root).Loss);
    }

    [Fact]
    public void A_pool_loses_images_and_no_classes()
    {
        using var folder = new TestFolder();
        folder.Write("1.png", s_image);
        folder.Write("2.png", s_image[..40]);

        DataLoss loss = Loading.Load(folder.Root).Loss!;

        Assert.Equal((2, 1, 0), (loss.Found, loss.Skipped, loss.LostClasses.Count));
    }

    [Fact]
    public void Images_outside_of_classes_and_links_to_nowhere_are_said()
    {
        using var folder = new TestFolder();
        foreach (string name in (string[])["train/cat/1.png", "train/dog/1.png", "test/cat/2.png", "test/dog/2.png", "val/cat/3.png", "other/4.png"])
        {
            folder.Write(name, s_image);
        }

        File.CreateSymbolicLink(folder["train/cat/5.png"], folder["nowhere/5.png"]);
        Dataset data = Loading.Load(folder.Root);

        Assert.Equal((5, 1), (data.Loss!.Found, data.Loss.Skipped));
        Assert.Contains(data.Notices, notice => notice.StartsWith("other: neither train nor test: its 1 image is skipped", StringComparison.Ordinal));
        Assert.Contains(data.Notices, notice => notice.StartsWith("val: a validation part: its 1 image is skipped (`validationPart=pool`", StringComparison.Ordinal));
    }

    [Fact]
    public void Large_images_get_a_size_that_is_said()
    {
        using var folder = new TestFolder();
        folder.Write("a/1.png", PngFile.Flat(65, 40, 1, 2, 3));
        folder.Write("b/2.png", PngFile.Flat(65, 40, 4, 5, 6));

        Dataset data = Loading.Load(folder.Root);

        Assert.Equal((32, 32), (data.Train.Height, data.Train.Width));
        Assert.Contains("all are resized to 32x32 pixels; `imageSize=64` keeps more", Assert.Single(data.Notices), StringComparison.Ordinal);
        Assert.Empty(Loading.Load(folder.Root, size: 48).Notices);
    }
}
