using ActiveInas.Data;

namespace ActiveInas.Tests.Data;

public class CifarTests
{
    [Theory]
    [InlineData("archive")]
    [InlineData("archive in a folder of its own")]
    [InlineData("unpacked")]
    [InlineData("unpacked flat")]
    public void Cifar10_is_read_from_the_archive_and_unpacked(string place)
    {
        using var folder = new TestFolder();
        Place(folder, place, "cifar-10-binary.tar.gz", "cifar10", SetFiles.Cifar10());
        Dataset dataset = Loading.Load("cifar10", folder.Root);
        Assert.Equal([1, 0, 9, 2, 0, 9, 3, 0, 9, 4, 0, 9, 5, 0, 9], dataset.Train.Labels);
        Assert.Equal([7, 8], dataset.Test!.Labels);
        Assert.Equal("train/00004", dataset.Train.Names[4]);
        Assert.Equal(["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"], dataset.Classes);
        Assert.True(dataset.MirrorSafe);
        AssertPixels(dataset.Train, index: 4, record: 7);
        AssertPixels(dataset.Test, index: 1, record: 91);
    }

    [Fact]
    public void Cifar100_uses_the_fine_labels()
    {
        using var folder = new TestFolder();
        Place(folder, "archive", "cifar-100-binary.tar.gz", "cifar100", SetFiles.Cifar100());
        Dataset dataset = Loading.Load("cifar100", folder.Root);
        Assert.Equal([99, 3], dataset.Train.Labels);
        Assert.Equal([55], dataset.Test!.Labels);
        Assert.Equal(100, dataset.Classes.Distinct().Count());
        Assert.Equal(("apple", "orchid", "worm"), (dataset.Classes[0], dataset.Classes[54], dataset.Classes[99]));
        Assert.Equal(dataset.Classes.Order(StringComparer.Ordinal), dataset.Classes);
        AssertPixels(dataset.Train, index: 1, record: 1);
    }

    [Fact]
    public void Images_can_be_resized()
    {
        using var folder = new TestFolder();
        Place(folder, "archive", "cifar-10-binary.tar.gz", "cifar10", SetFiles.Cifar10());
        Dataset dataset = Loading.Load("cifar10", folder.Root, size: 16);
        Assert.Equal((16, 16), (dataset.Train.Height, dataset.Train.Width));
        Assert.Equal((16, 16), (dataset.Test!.Height, dataset.Test.Width));
    }

    [Theory]
    [InlineData(3073 + 100, "offset 3073: truncated")]
    [InlineData(0, "offset 0: truncated")]
    public void A_truncated_file_is_an_error_with_the_offset(int length, string expected)
    {
        using var folder = new TestFolder();
        Place(folder, "unpacked", "", "", SetFiles.Cifar10());
        string path = folder["cifar-10-batches-bin/data_batch_3.bin"];
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..length]);
        Assert.StartsWith($"{path}, {expected}", Loading.Fails("cifar10", folder.Root).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_label_out_of_range_is_an_error_with_the_offset()
    {
        using var folder = new TestFolder();
        Place(folder, "unpacked", "", "", SetFiles.Cifar10());
        folder.Write("cifar-10-batches-bin/test_batch.bin", SetFiles.Cifar(0, [9], [10]));
        Assert.EndsWith("test_batch.bin, offset 3073: label 10; wanted 0 to 9.", Loading.Fails("cifar10", folder.Root).Message, StringComparison.Ordinal);

        Place(folder, "unpacked", "", "", [("cifar-100-binary/train.bin", SetFiles.Cifar(0, [20, 5])), ("cifar-100-binary/test.bin", SetFiles.Cifar(0, [1, 5]))]);
        Assert.EndsWith("train.bin, offset 0: label 20; wanted 0 to 19.", Loading.Fails("cifar100", folder.Root).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_files_are_named()
    {
        using var folder = new TestFolder();
        Place(folder, "unpacked", "", "", SetFiles.Cifar10());
        File.Delete(folder["cifar-10-batches-bin/data_batch_2.bin"]);
        Assert.Contains("data_batch_2.bin of cifar10 missing", Loading.Fails("cifar10", folder.Root).Message, StringComparison.Ordinal);

        folder.Write("cifar-10-binary.tar.gz", Archives.Gzip(Archives.Tar(SetFiles.Cifar10()[1..])));
        Assert.Contains("no data_batch_1.bin inside", Loading.Fails("cifar10", folder.Root).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cifar-10-batches-py/data_batch_1")]
    [InlineData("cifar-10-python.tar.gz")]
    public void The_version_for_python_names_the_one_that_is_read(string file)
    {
        using var folder = new TestFolder();
        folder.Write(file, [0x80, 2]);
        string message = Loading.Fails("cifar10", folder.Root).Message;
        Assert.StartsWith($"{folder[file.Split('/')[0]]}: the version of cifar10 for Python (pickles), which is not read", message, StringComparison.Ordinal);
        Assert.Contains("cifar-10-binary.tar.gz", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_broken_archive_is_an_error_with_the_offset()
    {
        using var folder = new TestFolder();
        byte[] archive = Archives.Gzip(Archives.Tar(SetFiles.Cifar10()));
        string path = folder.Write("cifar-10-binary.tar.gz", archive[..(archive.Length / 2)]);
        string message = Loading.Fails("cifar10", folder.Root).Message;
        Assert.StartsWith($"{path}: broken archive near offset {archive.Length / 2} of {archive.Length / 2}", message, StringComparison.Ordinal);
    }

    private static void AssertPixels(ImageSet set, int index, int record)
    {
        for (int p = 0; p < 1024; p++)
        {
            for (int c = 0; c < 3; c++)
            {
                Assert.Equal(SetFiles.CifarValue(record, c, p), set.Image(index)[(3 * p) + c]);
            }
        }
    }

    private static void Place(TestFolder folder, string place, string archive, string set, (string Name, byte[] Data)[] files)
    {
        if (place.StartsWith("archive", StringComparison.Ordinal))
        {
            folder.Write(place == "archive" ? archive : $"{set}/{archive}", Archives.Gzip(Archives.Tar(files)));
            return;
        }

        foreach ((string name, byte[] data) in files)
        {
            folder.Write(place == "unpacked" ? name : Path.GetFileName(name), data);
        }
    }
}
