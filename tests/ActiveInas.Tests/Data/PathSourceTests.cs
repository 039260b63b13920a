using System.Formats.Tar;
using ActiveInas.Data;
using ActiveInas.Data.Images;

namespace ActiveInas.Tests.Data;

public class PathSourceTests
{
    /// <summary>Two classes of different colours, in both parts, with a file name longer than a tar header has room for.</summary>
    private static readonly (string Name, byte[] Data)[] s_tree =
    [
        ("train/cat/1.PNG", PngFile.Flat(8, 8, 10, 0, 0)),
        ("train/cat/2.jpeg", PngFile.Flat(8, 8, 20, 0, 0)),
        ("train/dog/1.bmp", ImageFiles.Bmp(8, 8, [.. Enumerable.Repeat((byte)30, 8 * 8 * 3)])),
        ($"train/dog/{new string('x', 120)}.png", PngFile.Flat(8, 8, 40, 0, 0)),
        ("test/dog/9.png", PngFile.Flat(8, 8, 50, 0, 0)),
        ("test/cat/9.png", PngFile.Flat(8, 8, 60, 0, 0)),
        ("train/cat/.hidden.png", PngFile.Flat(8, 8, 99, 0, 0)),
        ("__MACOSX/train/cat/1.PNG", PngFile.Flat(8, 8, 99, 0, 0)),
    ];

    public static TheoryData<string> Containers => ["folder", "zip", "zip64", "zip-backslash", "tar", "tar-gnu", "tar.gz", "tar-dot", "tgz-with-folders"];

    [Theory]
    [MemberData(nameof(Containers))]
    public void The_same_tree_is_the_same_data_set_in_any_container(string container)
    {
        using var folder = new TestFolder();
        Dataset dataset = Loading.Load(Write(folder, container));
        Assert.Equal(["cat", "dog"], dataset.Classes);
        Assert.Equal([.. s_tree[..4].Select(file => file.Name)], dataset.Train.Names);
        Assert.Equal([0, 0, 1, 1], dataset.Train.Labels);
        Assert.Equal([10, 20, 30, 40], Enumerable.Range(0, 4).Select(i => (int)dataset.Train.Image(i)[0]));
        Assert.Equal(["test/cat/9.png", "test/dog/9.png"], dataset.Test!.Names);
        Assert.Equal([60, 50], Enumerable.Range(0, 2).Select(i => (int)dataset.Test.Image(i)[0]));
        Assert.Equal((8, 8), (dataset.Train.Height, dataset.Train.Width));
        Assert.Empty(dataset.Problems);
    }

    [Fact]
    public void A_bare_name_is_looked_for_in_the_data_folder()
    {
        using var folder = new TestFolder();
        folder.Write("pets.zip", Archives.Zip(s_tree));
        Assert.Equal(4, Loading.Load("pets.zip", folder.Root).Train.Count);
        Assert.Equal(4, Loading.Load("pets.zip", dataFolder: folder.Root).Train.Count);
        DataException e = Loading.Fails("pets.rar", folder.Root);
        Assert.Contains("cifar10, cifar100, svhn, mnist, fashion-mnist, shapes", e.Message, StringComparison.Ordinal);
        Assert.Contains(folder["pets.rar"], e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bad_files_are_listed_and_skipped()
    {
        byte[] png = PngFile.Flat(8, 8, 1, 2, 3);
        byte[] damaged = [.. png];
        damaged[45]++;
        using var folder = new TestFolder();
        folder.Write("cat/1.png", png);
        folder.Write("cat/truncated.png", png[..40]);
        folder.Write("cat/damaged.png", damaged);
        folder.Write("cat/text.jpg", "hello"u8.ToArray());
        folder.Write("cat/Thumbs.db", [1, 2, 3]);
        folder.Write("dog/1.png", png);
        folder.Write("dog/notes.txt", "hello"u8.ToArray());
        folder.Write("dog/empty.png", []);
        folder.Write("README", "hello"u8.ToArray());
        Directory.CreateDirectory(folder["bird"]);
        Dataset dataset = Loading.Load(folder.Root);
        Assert.Equal(["cat/1.png", "dog/1.png"], dataset.Train.Names);
        Assert.Equal(["cat", "dog"], dataset.Classes);
        Assert.Equal(
            ["README", "bird", "cat", "cat/damaged.png", "cat/text.jpg", "cat/truncated.png", "dog", "dog/empty.png", "dog/notes.txt"],
            dataset.Problems.Select(problem => problem.Path).Order(StringComparer.Ordinal));
        Assert.Contains(dataset.Problems, problem => problem.Path == "cat/truncated.png" && problem.Message.StartsWith("corrupt Png image", StringComparison.Ordinal));
        Assert.Null(dataset.Test);
    }

    [Fact]
    public void Mixed_sizes_become_32_or_what_is_asked_for()
    {
        using var folder = new TestFolder();
        folder.Write("a/1.png", PngFile.Flat(8, 8, 1, 2, 3));
        folder.Write("a/2.png", PngFile.Flat(40, 50, 4, 5, 6));
        folder.Write("b/3.png", PngFile.Flat(64, 64, 7, 8, 9));
        Dataset mixed = Loading.Load(folder.Root);
        Assert.Equal((32, 32), (mixed.Train.Height, mixed.Train.Width));
        Assert.Equal(["a/1.png", "a/2.png", "b/3.png"], mixed.Train.Names.Concat(mixed.Test!.Names).Order(StringComparer.Ordinal));
        Assert.Equal([7, 8, 9], mixed.Train.Image(mixed.Train.Names.Count - 1)[..3].ToArray());
        Assert.Equal((16, 16), (Loading.Load(folder.Root, size: 16).Train.Height, Loading.Load(folder.Root, size: 16).Train.Width));
        Assert.Contains("4 to 1024", Loading.Fails(folder.Root, size: 2).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_large_jpeg_gives_the_same_pixels_whenever_its_size_becomes_known_and_nearly_those_of_the_whole()
    {
        const int Side = 1600;
        byte[] photo = Encoder.Jpeg(Side, Side, Photo(Side));
        Assert.True(ImageDecoder.MayShrink(photo), $"{photo.Length} bytes");
        DecodedImage whole = Resizer.Resize(ImageDecoder.Decode(photo), 32, 32);
        DecodedImage part = ImageDecoder.Decode(photo, 32);
        Assert.InRange(part.Width, 64, Side / 4);
        DecodedImage shrunk = Resizer.Resize(part, 32, 32);
        Assert.InRange(Enumerable.Range(0, whole.Rgb.Length).Max(i => Math.Abs(whole.Rgb[i] - shrunk.Rgb[i])), 0, 2);

        using var folder = new TestFolder();
        byte[] small = PngFile.Flat(8, 8, 1, 2, 3);
        folder.Write("large-first.zip", Archives.Zip([("1.jpg", photo), ("2.png", small)]));
        folder.Write("small-first.zip", Archives.Zip([("2.png", small), ("1.jpg", photo)]));
        foreach (Dataset data in new[] { Loading.Load(folder["large-first.zip"]), Loading.Load(folder["small-first.zip"]), Loading.Load(folder["large-first.zip"], size: 32) })
        {
            Assert.Equal("1.jpg", data.Train.Names[0]);
            Assert.Equal(shrunk.Rgb, data.Train.Image(0).ToArray());
        }
    }

    /// <summary>Slow colours under fine noise.</summary>
    private static byte[] Photo(int side)
    {
        var random = new SeededRandom(3);
        byte[] rgb = new byte[side * side * 3];
        for (int i = 0; i < rgb.Length; i++)
        {
            int position = i / 3;
            rgb[i] = (byte)(60 + (60 * (position % side) / side) + (40 * (position / side) / side) + random.NextInt(60));
        }

        return rgb;
    }

    [Fact]
    public void Equal_sizes_are_kept_even_when_not_square()
    {
        using var folder = new TestFolder();
        folder.Write("a/1.png", PngFile.Flat(6, 10, 1, 2, 3));
        folder.Write("b/2.png", PngFile.Flat(6, 10, 4, 5, 6));
        Dataset dataset = Loading.Load(folder.Root);
        Assert.Equal((6, 10), (dataset.Train.Height, dataset.Train.Width));
    }

    [Fact]
    public void Without_a_test_part_a_fifth_of_each_class_is_split_off_by_the_seed()
    {
        using var folder = new TestFolder();
        WriteMany(folder, ("a", 20), ("b", 7), ("c", 1), ("d", 2));
        Dataset dataset = Loading.Load(folder.Root, seed: 5);
        Assert.Equal([16, 6, 1, 1], Enumerable.Range(0, 4).Select(label => dataset.Train.Labels.Count(value => value == label)));
        Assert.Equal([4, 1, 0, 1], Enumerable.Range(0, 4).Select(label => dataset.Test!.Labels.Count(value => value == label)));
        Assert.Equal(30, dataset.Train.Names.Concat(dataset.Test!.Names).Distinct().Count());
        Assert.Equal("c", Assert.Single(dataset.Problems).Path);
        Assert.Equal(Loading.Describe(dataset), Loading.Describe(Loading.Load(folder.Root, seed: 5)));
        Assert.NotEqual(Loading.Describe(dataset), Loading.Describe(Loading.Load(folder.Root, seed: 6)));

        // Another class changes nothing in the split of the first one.
        string[] before = [.. dataset.Test!.Names.Where(name => name.StartsWith("a/", StringComparison.Ordinal))];
        WriteMany(folder, ("A", 9));
        Assert.Equal(before, Loading.Load(folder.Root, seed: 5).Test!.Names.Where(name => name.StartsWith("a/", StringComparison.Ordinal)));
    }

    [Fact]
    public void Asked_for_a_pool_folders_say_no_class()
    {
        using var folder = new TestFolder();
        folder.Write("new.png", PngFile.Flat(8, 8, 1, 2, 3));
        folder.Write("train/cat/1.png", PngFile.Flat(8, 8, 4, 5, 6));
        folder.Write("train/dog/2.png", PngFile.Flat(8, 8, 4, 5, 7));
        folder.Write("test/cat/3.png", PngFile.Flat(8, 8, 4, 5, 8));

        Dataset pool = Loading.Load(new DataRequest(folder.Root, Unlabelled: true), Loading.Environment());

        Assert.Empty(pool.Classes);
        Assert.Null(pool.Test);
        Assert.Equal(["new.png", "test/cat/3.png", "train/cat/1.png", "train/dog/2.png"], pool.Train.Names);
        Assert.All(pool.Train.Labels, label => Assert.Equal(ImageSet.Unknown, label));
        Assert.Null(pool.Loss);
    }

    [Fact]
    public void A_pool_without_classes_has_unknown_labels()
    {
        using var folder = new TestFolder();
        folder.Write("1.png", PngFile.Flat(8, 8, 1, 2, 3));
        folder.Write("2.png", PngFile.Flat(8, 8, 4, 5, 6));
        Dataset pool = Loading.Load(folder.Root);
        Assert.Empty(pool.Classes);
        Assert.Null(pool.Test);
        Assert.Equal([ImageSet.Unknown, ImageSet.Unknown], pool.Train.Labels);

        folder.Write("test/cat/3.png", PngFile.Flat(8, 8, 1, 1, 1));
        folder.Write("test/dog/4.png", PngFile.Flat(8, 8, 2, 2, 2));
        Dataset tested = Loading.Load(folder.Root);
        Assert.Equal(["cat", "dog"], tested.Classes);
        Assert.Equal([0, 1], tested.Test!.Labels);
        Assert.Equal(["1.png", "2.png"], tested.Train.Names);
    }

    [Fact]
    public void A_class_that_cannot_be_learned_is_an_error()
    {
        using var folder = new TestFolder();
        byte[] png = PngFile.Flat(8, 8, 1, 2, 3);
        folder.Write("train/cat/1.png", png);
        folder.Write("train/dog/1.png", png);
        folder.Write("train/bird/1.png", png[..30]);
        folder.Write("test/bird/1.png", png);
        Assert.Contains("class 'bird' has images in the test part (test/bird/1.png)", Loading.Fails(folder.Root).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_class_is_an_error()
    {
        using var folder = new TestFolder();
        folder.Write("train/cat/1.png", PngFile.Flat(8, 8, 1, 2, 3));
        Assert.Contains("only one class has images ('cat')", Loading.Fails(folder.Root).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_images_is_an_error()
    {
        using var folder = new TestFolder();
        Assert.Contains("no image that can be read among 0 files", Loading.Fails(folder.Root).Message, StringComparison.Ordinal);
        folder.Write("cat/notes.txt", "hello"u8.ToArray());
        Assert.Contains("cat/notes.txt: not an image file", Loading.Fails(folder.Root).Message, StringComparison.Ordinal);
        Assert.Contains("neither a folder nor", Loading.Fails(folder.Write("file.bin", [1, 2, 3])).Message, StringComparison.Ordinal);
        Assert.Contains("neither a folder nor", Loading.Fails(folder.Write("empty.zip", [])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Second_entries_in_archives_are_listed()
    {
        using var folder = new TestFolder();
        (string, byte[])[] files = [.. s_tree, ("train/cat/link.png -> 1.PNG", []), ("train/cat/1.PNG", PngFile.Flat(8, 8, 77, 0, 0))];
        Dataset dataset = Loading.Load(folder.Write("a.tar", Archives.Tar(files)));
        Assert.Equal(10, dataset.Train.Image(0)[0]);
        Assert.Contains("train/cat/link.png", dataset.Train.Names);
        Assert.Equal("train/cat/1.PNG", Assert.Single(dataset.Problems).Path);
    }

    [Fact]
    public void Links_in_a_folder_are_followed_but_not_in_circles()
    {
        using var folder = new TestFolder();
        folder.Write("pool/cat/1.png", PngFile.Flat(8, 8, 1, 2, 3));
        folder.Write("elsewhere/dogs/1.png", PngFile.Flat(8, 8, 4, 5, 6));
        Directory.CreateSymbolicLink(folder["pool/dog"], folder["elsewhere/dogs"]);
        Directory.CreateSymbolicLink(folder["pool/cat/up"], folder["pool"]);
        Dataset dataset = Loading.Load(folder["pool"]);
        Assert.Equal(["cat/1.png", "dog/1.png"], dataset.Train.Names);
        Assert.Contains(dataset.Problems, problem => problem.Path == "cat/up");
    }

    [Fact]
    public void A_folder_is_read_once_however_it_is_reached()
    {
        using var folder = new TestFolder();
        folder.Write("pool/a/1.png", PngFile.Flat(8, 8, 1, 2, 3));
        folder.Write("pool/b/2.png", PngFile.Flat(8, 8, 4, 5, 6));
        folder.Write("store/dogs/3.png", PngFile.Flat(8, 8, 7, 8, 9));
        Directory.CreateSymbolicLink(folder["pool/a/to_b"], folder["pool/b"]);
        Directory.CreateSymbolicLink(folder["pool/b/to_a"], folder["pool/a"]);
        Directory.CreateSymbolicLink(folder["pool/c"], folder["store/dogs"]);
        Directory.CreateSymbolicLink(folder["pool/d"], folder["store/dogs"]);
        Directory.CreateSymbolicLink(folder["store/dogs/home"], folder["pool"]);
        File.CreateSymbolicLink(folder["pool/b/gone.png"], folder["nowhere.png"]);
        Dataset dataset = Loading.Load(folder["pool"]);
        Assert.Equal(["a/1.png", "b/2.png", "c/3.png"], dataset.Train.Names);
        Assert.Equal(["a", "b", "c"], dataset.Classes);
        foreach (string link in new[] { "a/to_b", "b/to_a", "c/home", "d" })
        {
            Assert.Contains(dataset.Problems, problem => problem.Path == link && problem.Message.Contains("read already", StringComparison.Ordinal));
        }

        Assert.Contains(dataset.Problems, problem => problem.Path == "b/gone.png" && problem.Message.Contains("which is not there", StringComparison.Ordinal));
    }

    [SkippableFact]
    public void A_folder_whose_name_is_not_utf8_stops_with_the_way_out()
    {
        using var folder = new TestFolder();
        folder.Write("Hund/1.png", PngFile.Flat(8, 8, 1, 2, 3));
        folder.Write("Katze/1.png", PngFile.Flat(8, 8, 4, 5, 6));
        byte[] path = [.. System.Text.Encoding.UTF8.GetBytes(folder.Root), .. "/B"u8, 0xE4, (byte)'r', 0];
        Skip.IfNot(OperatingSystem.IsLinux() && MakeDirectory(path, 0x1FF) == 0, "the file system holds UTF-8 names only");
        try
        {
            string message = Loading.Fails(folder.Root).Message;
            Assert.Contains("not UTF-8", message, StringComparison.Ordinal);
            Assert.Contains("`exclude=B?r`", message, StringComparison.Ordinal);
            Dataset rest = Loading.Load(new DataRequest(folder.Root, Exclude: "B?r"), Loading.Environment());
            Assert.Equal(["Hund", "Katze"], rest.Classes);
        }
        finally
        {
            Assert.Equal(0, RemoveDirectory(path));
        }
    }

    [System.Runtime.InteropServices.DllImport("libc", EntryPoint = "mkdir")]
    [System.Runtime.InteropServices.DefaultDllImportSearchPaths(System.Runtime.InteropServices.DllImportSearchPath.SafeDirectories)]
    private static extern int MakeDirectory(byte[] path, int mode);

    [System.Runtime.InteropServices.DllImport("libc", EntryPoint = "rmdir")]
    [System.Runtime.InteropServices.DefaultDllImportSearchPaths(System.Runtime.InteropServices.DllImportSearchPath.SafeDirectories)]
    private static extern int RemoveDirectory(byte[] path);

    [Theory]
    [InlineData("cifar-10-batches-bin/data_batch_1.bin", "`data=cifar10` with `dataDirectory=")]
    [InlineData("cifar-10-batches-py/data_batch_1", "pickles")]
    [InlineData("train-images.idx3-ubyte", "`data=mnist` with `dataDirectory=")]
    [InlineData("train_32x32.mat", "`data=svhn` with `dataDirectory=")]
    [InlineData("train/digitStruct.mat", "format 2")]
    [InlineData("part-0.parquet", "write them as files")]
    public void The_files_of_published_sets_are_recognised(string file, string expected)
    {
        using var folder = new TestFolder();
        folder.Write("set/" + file, [1, 2, 3]);
        Assert.Contains(expected, Loading.Fails(folder["set"]).Message, StringComparison.Ordinal);
        Assert.Contains(expected, Loading.Fails(folder["set/" + file]).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("zip")]
    [InlineData("tar")]
    [InlineData("tar.gz")]
    public void A_truncated_archive_is_an_error_with_file_and_offset(string container)
    {
        using var folder = new TestFolder();
        string path = Write(folder, container);
        byte[] data = File.ReadAllBytes(path);
        File.WriteAllBytes(path, data[..(data.Length / 3)]);
        string message = Loading.Fails(path).Message;
        Assert.Contains(path, message, StringComparison.Ordinal);
        Assert.Contains("offset", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tar_cut_between_two_entries_is_noticed()
    {
        using var folder = new TestFolder();
        byte[] data = Archives.Tar(s_tree[..4], TarEntryFormat.Gnu);
        int end = data.AsSpan().LastIndexOfAnyExcept((byte)0) / 512 * 512 + 512;
        Assert.Contains($"offset {end} of {end}", Loading.Fails(folder.Write("a.tar", data[..end])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_entry_of_a_zip_is_a_listed_skip()
    {
        using var folder = new TestFolder();
        byte[] zip = Archives.Zip64(s_tree);
        int position = zip.AsSpan().IndexOf(s_tree[2].Data.AsSpan(60, 20));
        zip[position + 3] ^= 1;
        Dataset dataset = Loading.Load(folder.Write("a.zip", zip));
        DataProblem problem = Assert.Single(dataset.Problems);
        Assert.Equal("train/dog/1.bmp", problem.Path);
        Assert.Contains("CRC", problem.Message, StringComparison.Ordinal);
    }

    private static string Write(TestFolder folder, string container)
    {
        (string Name, byte[] Data)[] reversed = [.. s_tree.Reverse()];
        IEnumerable<(string Name, byte[] Data)> dotted = reversed.Select(file => ("./" + file.Name, file.Data));
        switch (container)
        {
            case "folder":
                foreach ((string name, byte[] data) in s_tree)
                {
                    folder.Write("tree/" + name, data);
                }

                return folder["tree"];
            case "zip":
                return folder.Write("tree.zip", Archives.Zip(reversed));
            case "zip64":
                return folder.Write("tree.zip", Archives.Zip64(reversed));
            case "zip-backslash":
                return folder.Write("tree.zip", Archives.Zip(reversed.Select(file => (file.Name.Replace('/', '\\'), file.Data))));
            case "tar":
                return folder.Write("tree.tar", Archives.Tar(reversed));
            case "tar-gnu":
                return folder.Write("tree.tar", Archives.Tar(reversed, TarEntryFormat.Gnu));
            case "tar-dot":
                return folder.Write("tree.tar", Archives.Tar(dotted));
            case "tgz-with-folders":
                return folder.Write("tree.tgz", Archives.Gzip(Archives.Tar([("./", []), ("./train/", []), ("./train/cat/", []), .. dotted])));
            default:
                return folder.Write("tree.tar.gz", Archives.Gzip(Archives.Tar(reversed)));
        }
    }

    private static void WriteMany(TestFolder folder, params (string Class, int Count)[] classes)
    {
        foreach ((string name, int count) in classes)
        {
            for (int i = 0; i < count; i++)
            {
                folder.Write($"{name}/{i:D2}.png", PngFile.Flat(8, 8, (byte)name[0], (byte)i, 0));
            }
        }
    }
}
