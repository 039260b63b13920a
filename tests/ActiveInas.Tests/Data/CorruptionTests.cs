using System.Diagnostics;
using ActiveInas.Data;
using ActiveInas.Data.Images;

namespace ActiveInas.Tests.Data;

/// <summary>Random damage to every format, from a fixed seed: nothing but a <see cref="DataException"/> or a listed skip may come
/// out.</summary>
public class CorruptionTests
{
    private const int Rounds = 60;

    public static TheoryData<string> Images => ["jpeg", "jpeg-exif", "png", "gif", "bmp", "tiff", "tiff-lzw", "webp", "ppm", "pgm-text", "avif", "jxl", "jpeg-progressive", "png-palette", "gif-animated", "webp-animated"];

    public static TheoryData<string> Containers => ["zip", "zip64", "tar", "tar.gz"];

    public static TheoryData<string> Sets => ["cifar10", "cifar10-bin", "cifar100-bin", "mnist", "mnist-gz", "svhn", "svhn-compressed"];

    /// <summary>2,000 files in all: none may crash the process, take 5 seconds or 1 GB.</summary>
    [Theory]
    [MemberData(nameof(Images))]
    public void Damaged_images_decode_or_are_bad_images(string format)
    {
        byte[] file = format == "jpeg-exif" ? ImageFiles.WithExif(BadImageTests.Encode("jpeg"), ImageFiles.Exif(6)) : BadImageTests.Encode(format);
        var random = new SeededRandom(SeedTree.Derive(1, format));
        long before = Environment.WorkingSet;
        for (int round = 0; round < 2000 / Images.Count; round++)
        {
            byte[] damaged = Damage.To(file, ref random);
            var watch = Stopwatch.StartNew();
            try
            {
                DecodedImage image = ImageDecoder.Decode(damaged);
                Assert.Equal(image.Height * image.Width * 3, image.Rgb.Length);
            }
            catch (BadImageException e)
            {
                Assert.NotEmpty(e.Message);
            }

            Assert.InRange(watch.Elapsed.TotalSeconds, 0, 5);
            Assert.InRange(Environment.WorkingSet - before, long.MinValue, 1L << 30);
        }
    }

    [Theory]
    [MemberData(nameof(Containers))]
    public void Damaged_archives_load_with_listed_skips_or_are_data_errors(string container)
    {
        (string, byte[])[] files =
        [
            .. Enumerable.Range(0, 4).Select(i => ($"cat/{i}.png", PngFile.Flat(8, 8, (byte)i, 0, 0))),
            .. Enumerable.Range(0, 4).Select(i => ($"dog/{i}.png", PngFile.Flat(8, 8, 0, (byte)i, 0))),
        ];
        byte[] archive = container switch
        {
            "zip" => Archives.Zip(files),
            "zip64" => Archives.Zip64(files),
            "tar" => Archives.Tar(files),
            _ => Archives.Gzip(Archives.Tar(files)),
        };
        using var folder = new TestFolder();
        var random = new SeededRandom(SeedTree.Derive(2, container));
        for (int round = 0; round < Rounds; round++)
        {
            string path = folder.Write("a." + container, Damage.To(archive, ref random));
            AssertLoadsOrFails(path, folder: null, dataset =>
            {
                for (int i = 0; i < dataset.Train.Count; i++)
                {
                    // A file that still has its name and its pixels has its label; a damaged name is another name.
                    Assert.True(dataset.Train.Labels[i] >= 0 || dataset.Classes.Count == 0);
                    Assert.True(dataset.Classes.Count == 0 || dataset.Train.Names[i].Contains(dataset.Classes[dataset.Train.Labels[i]], StringComparison.Ordinal));
                }
            });
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void Damaged_sets_load_or_are_data_errors(string format)
    {
        using var folder = new TestFolder();
        (string set, string name, byte[] file) = Prepare(folder, format);
        var random = new SeededRandom(SeedTree.Derive(3, format));
        for (int round = 0; round < Rounds; round++)
        {
            folder.Write(name, Damage.To(file, ref random));
            AssertLoadsOrFails(set, folder.Root, dataset => Assert.All(dataset.Train.Labels, label => Assert.InRange(label, 0, dataset.Classes.Count - 1)));
        }
    }

    private static (string Set, string Name, byte[] File) Prepare(TestFolder folder, string format)
    {
        foreach ((string name, byte[] data) in SetFiles.Cifar10().Concat(SetFiles.Cifar100()))
        {
            folder.Write(format == "cifar10" ? "elsewhere/" + name : name, data);
        }

        folder.Write("t10k-images-idx3-ubyte", SetFiles.IdxImages(2, 8, 8));
        folder.Write("t10k-labels-idx1-ubyte", SetFiles.IdxLabels(1, 2));
        folder.Write("train-labels-idx1-ubyte", SetFiles.IdxLabels(1, 2, 3));
        folder.Write("test_32x32.mat", SetFiles.Mat([1], compressed: false));
        return format switch
        {
            "cifar10" => ("cifar10", "cifar-10-binary.tar.gz", Archives.Gzip(Archives.Tar(SetFiles.Cifar10()))),
            "cifar10-bin" => ("cifar10", "cifar-10-batches-bin/data_batch_1.bin", SetFiles.Cifar(0, [1], [2])),
            "cifar100-bin" => ("cifar100", "cifar-100-binary/train.bin", SetFiles.Cifar(0, [1, 5])),
            "mnist" => ("mnist", "train-images-idx3-ubyte", SetFiles.IdxImages(3, 8, 8)),
            "mnist-gz" => ("mnist", "train-images-idx3-ubyte", Archives.Gzip(SetFiles.IdxImages(3, 8, 8))),
            "svhn" => ("svhn", "train_32x32.mat", SetFiles.Mat([1, 10], compressed: false)),
            _ => ("svhn", "train_32x32.mat", SetFiles.Mat([1, 10], compressed: true, doubles: true)),
        };
    }

    private static void AssertLoadsOrFails(string source, string? folder, Action<Dataset> check)
    {
        Dataset dataset;
        try
        {
            dataset = Loading.Load(source, folder);
        }
        catch (DataException e)
        {
            Assert.NotEmpty(e.Message);
            return;
        }

        check(dataset);
    }
}
