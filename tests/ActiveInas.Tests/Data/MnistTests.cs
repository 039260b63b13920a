using ActiveInas.Data;

namespace ActiveInas.Tests.Data;

public class MnistTests
{
    [Theory]
    [InlineData("mnist", "", true)]
    [InlineData("mnist", "mnist/", true)]
    [InlineData("mnist", "mnist/", false)]
    [InlineData("fashion-mnist", "fashion-mnist/", true)]
    public void Idx_files_are_read_zipped_and_not(string set, string below, bool zipped)
    {
        using var folder = new TestFolder();
        Write(folder, below, zipped);
        Dataset dataset = Loading.Load(set, folder.Root);
        Assert.Equal([3, 0, 9], dataset.Train.Labels);
        Assert.Equal([1, 2], dataset.Test!.Labels);
        Assert.Equal((28, 28), (dataset.Train.Height, dataset.Train.Width));
        Assert.Equal(set != "mnist", dataset.MirrorSafe);
        Assert.Equal(10, dataset.Classes.Count);
        Assert.Equal("test/00001", dataset.Test.Names[1]);
        ReadOnlySpan<byte> image = dataset.Train.Image(2);
        for (int i = 0; i < image.Length; i++)
        {
            Assert.Equal((byte)((16 + (2 * 784) + (i / 3)) * 3), image[i]);
        }
    }

    [Fact]
    public void Fashion_is_never_read_from_the_files_of_mnist()
    {
        using var folder = new TestFolder();
        Write(folder, "", zipped: true);
        Write(folder, "mnist/", zipped: true);
        Assert.Contains("fashion-mnist is not on this machine", Loading.Fails("fashion-mnist", folder.Root).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bad_files_are_errors_with_the_offset()
    {
        AssertFails("train-images-idx3-ubyte", SetFiles.IdxImages(3, 28, 28, magic: 0x801), "offset 0: magic number 00000801; wanted 00000803");
        AssertFails("train-images-idx3-ubyte", SetFiles.IdxImages(3, 28, 28)[..900], "offset 4: the header announces 3 x 28 x 28 images, which does not fit the 884 bytes");
        AssertFails("train-images-idx3-ubyte", [0, 0, 8, 3, 0, 0], "offset 6: truncated idx header");
        AssertFails("train-images-idx3-ubyte", [0, 0, 8, 3, 127, 255, 255, 255, 127, 255, 255, 255, 127, 255, 255, 255], "offset 4: the header announces");
        AssertFails("train-images-idx3-ubyte", SetFiles.IdxImages(1, 5000, 1), "offset 8: images of 5000x1 pixels");
        AssertFails("train-images-idx3-ubyte", [], "offset 0: magic number 00000000");
        AssertFails("train-labels-idx1-ubyte", SetFiles.IdxLabels(3, 10, 9), "offset 9: label 10; wanted 0 to 9. Sets with other classes (EMNIST)");
        AssertFails("train-labels-idx1-ubyte", SetFiles.IdxLabels(3, 9), "offset 4: 2 labels for the 3 images");
        AssertFails("t10k-images-idx3-ubyte", SetFiles.IdxImages(2, 28, 27), "training images are 28x28, test images 28x27");
        byte[] zipped = Archives.Gzip(SetFiles.IdxImages(3, 28, 28));
        AssertFails("train-images-idx3-ubyte", zipped[..^20], "offset 4: the header announces 3 x 28 x 28 images, which does not fit");
        zipped[^6] ^= 1;
        AssertFails("train-images-idx3-ubyte", zipped, "broken gzip data near offset");
    }

    private static void AssertFails(string file, byte[] data, string expected)
    {
        using var folder = new TestFolder();
        Write(folder, "", zipped: false);
        folder.Write(file, data);
        string message = Loading.Fails("mnist", folder.Root).Message;
        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    private static void Write(TestFolder folder, string below, bool zipped)
    {
        (string Name, byte[] Data)[] files =
        [
            ("train-images-idx3-ubyte", SetFiles.IdxImages(3, 28, 28)),
            ("train-labels-idx1-ubyte", SetFiles.IdxLabels(3, 0, 9)),
            ("t10k-images-idx3-ubyte", SetFiles.IdxImages(2, 28, 28)),
            ("t10k-labels-idx1-ubyte", SetFiles.IdxLabels(1, 2)),
        ];
        foreach ((string name, byte[] data) in files)
        {
            folder.Write(below + name + (zipped ? ".gz" : ""), zipped ? Archives.Gzip(data) : data);
        }
    }
}
