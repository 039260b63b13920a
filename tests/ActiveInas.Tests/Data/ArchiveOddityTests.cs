using System.IO.Compression;
using System.Text;
using ActiveInas.Data;

namespace ActiveInas.Tests.Data;

/// <summary>Archives as other systems write them.</summary>
public class ArchiveOddityTests
{
    private static readonly byte[] s_bmp = ImageFiles.Bmp(16, 16, [.. Enumerable.Range(0, 16 * 16 * 3).Select(i => (byte)(i < 600 ? 0 : i))]);

    [Fact]
    public void Names_of_a_tar_that_are_not_utf8_stay_different()
    {
        var tar = new TarBytes();
        foreach (string name in new[] { "B\u00E4r", "B\u00F6r", "Hund" })
        {
            tar.File(Encoding.Latin1.GetBytes($"{name}/1.png"), Png(1)).File(Encoding.Latin1.GetBytes($"{name}/2.png"), Png(2));
        }

        Assert.Equal(["B\u00E4r", "B\u00F6r", "Hund"], Load(tar.ToArray(), "a.tar").Classes.Order(StringComparer.Ordinal).OrderBy(name => name, StringComparer.Ordinal));
        Assert.Equal(["Hund", "B\u00E4r"], Load(new TarBytes().File("B\u00E4r/1.png", Png(1)).File("Hund/1.png", Png(2)).ToArray(), "a.tar").Classes.Reverse());
    }

    [Theory]
    [InlineData(850)] // Windows of Western Europe
    [InlineData(65001)] // UTF-8 without the flag that says so
    public void Names_of_a_zip_in_a_code_page_stay_different(int codePage)
    {
        Encoding encoding = codePage == 65001 ? new UTF8Encoding() : CodePagesEncodingProvider.Instance.GetEncoding(codePage)!;
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true, encoding))
        {
            foreach (string name in new[] { "B\u00E4r/1.png", "B\u00F6r/1.png", "Hund/1.png", "B\u00E4r/2.png", "B\u00F6r/2.png", "Hund/2.png" })
            {
                using Stream entry = archive.CreateEntry(name).Open();
                entry.Write(Png((byte)name[1]));
            }
        }

        byte[] zip = stream.ToArray();
        ClearUtf8Flags(zip);
        Dataset data = Load(zip, "a.zip");
        Assert.Equal(["B\u00E4r", "B\u00F6r", "Hund"], data.Classes);
        Assert.Equal(6, data.Train.Count + data.Test!.Count);
        Assert.Empty(data.Problems);
    }

    [Fact]
    public void Records_of_extended_headers_that_mean_nothing_are_passed_over()
    {
        byte[] tar = new TarBytes()
            .Pax(("SCHILY.xattr.com.apple.lastuseddate#PS", [0x3D, 0x10, 0x8A, 0x0A, 0, 0x64, 0, 0, 0, 0x3D, 0x0A, 0xFF, 0xFE, 0, 0]), ("LIBARCHIVE.xattr.com.apple.provenance", "AQIA"u8.ToArray()))
            .File("x/cat/1.png", Png(1))
            .Pax(("mtime", "1680000000.5"u8.ToArray()), ("mtime", "1680000000.6"u8.ToArray()), ("SCHILY.fflags", []))
            .File("x/cat/2.png", Png(2))
            .Pax(("SCHILY.xattr.where", "bplist00\n\u0001_\u0010\nhttp://x"u8.ToArray()), ("path", "x/dog/long name.png"u8.ToArray()))
            .File("x/dog/shortened", Png(3))
            .Pax(("path", "x/dog/4.png"u8.ToArray()), ("path", "x/dog/5.png"u8.ToArray()))
            .File("x/dog/shortened", Png(4))
            .ToArray();
        Dataset data = Load(tar, "a.tar");
        Assert.Equal(["x/cat/1.png", "x/cat/2.png", "x/dog/5.png", "x/dog/long name.png"], Names(data));
        Assert.Empty(data.Problems);
    }

    [Fact]
    public void Links_inside_an_archive_are_followed()
    {
        byte[] tar = new TarBytes()
            .Link("train/cat/first.png", "all/1.png", hard: true) // before its file
            .File("all/1.png", Png(1))
            .File("all/2.png", Png(2))
            .Link("train/cat/second.png", "../../all/2.png")
            .Link("train/dog/third.png", "all/2.png", hard: true)
            .Link("train/dog/chain.png", "third.png")
            .Link("train/dog/gone.png", "/elsewhere/1.png")
            .Link("train/dog/round.png", "round.png")
            .Link("train/bird", "../all")
            .Link("train/climbs", "../../../etc")
            .ToArray();
        Dataset data = Load(tar, "a.tar");
        Assert.Equal(["train/bird/1.png", "train/bird/2.png", "train/cat/first.png", "train/cat/second.png", "train/dog/chain.png", "train/dog/third.png"], Names(data));
        Assert.Equal(["bird", "cat", "dog"], data.Classes);
        Assert.Equal(["all", "train/climbs", "train/dog/gone.png", "train/dog/round.png"], data.Problems.Select(problem => problem.Path));
        Assert.Contains("a link to '/elsewhere/1.png', which is not in the archive", data.Problems[2].Message, StringComparison.Ordinal);
        foreach ((string name, byte red) in new (string, byte)[] { ("train/cat/first.png", 1), ("train/dog/chain.png", 2), ("train/bird/1.png", 1) })
        {
            Assert.Equal(red, Pixel(data, name));
        }
    }

    [Fact]
    public void Links_inside_a_zip_are_followed()
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, byte[] content, bool link) in new[] { ("cat/1.png", Png(1), false), ("dog/1.png", Png(2), false), ("dog/2.png", "../cat/1.png"u8.ToArray(), true) })
            {
                ZipArchiveEntry entry = archive.CreateEntry(name);
                entry.ExternalAttributes = link ? unchecked((int)0xA1FF0000) : unchecked((int)0x81A40000);
                using Stream opened = entry.Open();
                opened.Write(content);
            }
        }

        Dataset data = Load(stream.ToArray(), "a.zip");
        Assert.Equal(["cat/1.png", "dog/1.png", "dog/2.png"], Names(data));
        Assert.Equal(1, Pixel(data, "dog/2.png"));
    }

    public static TheoryData<string> SparseFormats => ["gnu", "gnu-many", "pax-0.0", "pax-0.1", "pax-1.0"];

    [Theory]
    [MemberData(nameof(SparseFormats))]
    public void Sparse_files_are_read_with_their_holes(string format)
    {
        // The holes are the black half of the picture; a second piece lies behind it.
        byte[] head = s_bmp[..100];
        byte[] tail = s_bmp[^300..];
        byte[] holed = [.. head, .. new byte[s_bmp.Length - 400], .. tail];
        byte[] length = Encoding.ASCII.GetBytes(holed.Length.ToString());
        string pieces = $"0,100,{holed.Length - 300},300";
        TarBytes tar = new TarBytes().File("cat/1.png", Png(1));
        byte[] data = [.. head, .. tail];
        switch (format)
        {
            case "gnu":
                tar.GnuSparse("dog/1.bmp", holed.Length, (0, head), (holed.Length - 300, tail));
                break;
            case "gnu-many":
                (int, byte[])[] many = [.. Enumerable.Range(0, 5).Select(i => (20 * i, head[(20 * i)..(20 * (i + 1))])), (holed.Length - 300, tail)];
                tar.GnuSparse("dog/1.bmp", holed.Length, many);
                break;
            case "pax-0.0":
                tar.Pax(
                    ("GNU.sparse.size", length), ("GNU.sparse.numblocks", "2"u8.ToArray()),
                    ("GNU.sparse.offset", "0"u8.ToArray()), ("GNU.sparse.numbytes", "100"u8.ToArray()),
                    ("GNU.sparse.offset", Encoding.ASCII.GetBytes($"{holed.Length - 300}")), ("GNU.sparse.numbytes", "300"u8.ToArray())).File("dog/1.bmp", data);
                break;
            case "pax-0.1":
                tar.Pax(("GNU.sparse.size", length), ("GNU.sparse.name", "dog/1.bmp"u8.ToArray()), ("GNU.sparse.map", Encoding.ASCII.GetBytes(pieces)))
                    .File("dog/GNUSparseFile.7/1.bmp", data);
                break;
            default:
                byte[] map = Encoding.ASCII.GetBytes($"2\n{pieces.Replace(',', '\n')}\n");
                tar.Pax(("GNU.sparse.major", "1"u8.ToArray()), ("GNU.sparse.minor", "0"u8.ToArray()), ("GNU.sparse.name", "dog/1.bmp"u8.ToArray()), ("GNU.sparse.realsize", length))
                    .File("dog/GNUSparseFile.7/1.bmp", [.. map, .. new byte[512 - map.Length], .. data]);
                break;
        }

        using var folder = new TestFolder();
        folder.Write("plain/cat/1.png", Png(1));
        folder.Write("plain/dog/1.bmp", holed);
        Dataset plain = Loading.Load(folder["plain"]);
        Dataset read = Loading.Load(folder.Write("a.tar", tar.File("dog/2.png", Png(9)).ToArray()));
        Assert.Equal(["cat/1.png", "dog/1.bmp", "dog/2.png"], Names(read));
        Assert.Equal(Find(plain, "dog/1.bmp"), Find(read, "dog/1.bmp"));
    }

    [Fact]
    public void A_second_archive_behind_the_first_is_said()
    {
        byte[] first = new TarBytes().File("cat/1.png", Png(1)).File("dog/1.png", Png(2)).ToArray();
        byte[] second = new TarBytes().File("cat/2.png", Png(3)).ToArray();
        Assert.Contains("a second archive follows", Assert.Single(Load([.. first, .. second], "a.tar").Problems, problem => !problem.Message.Contains("one image", StringComparison.Ordinal)).Message, StringComparison.Ordinal);
        byte[] rest = new byte[5000];
        "ustar"u8.CopyTo(rest.AsSpan(120 + 257));
        rest.AsSpan(120 + 148, 8).Fill(0xAB);
        Assert.DoesNotContain(Load([.. first, .. new byte[392], .. rest], "a.tar").Problems, problem => problem.Message.Contains("second", StringComparison.Ordinal));
    }

    [Fact]
    public void Other_archives_name_the_way_out()
    {
        using var folder = new TestFolder();
        Assert.Contains("unpack it and give the folder", Loading.Fails(folder.Write("a.tar.xz", [0xFD, .. "7zXZ\0"u8, 1, 2, 3])).Message, StringComparison.Ordinal);
        Assert.Contains("unpack it and give the folder", Loading.Fails(folder.Write("a.tar.bz2", "BZh91AY"u8.ToArray())).Message, StringComparison.Ordinal);
        byte[] inner = Archives.Zip([("cat/1.png", Png(1))]);
        Assert.Contains("inner.zip: an archive inside", Loading.Fails(folder.Write("a.zip", Archives.Zip([("inner.zip", inner)]))).Message, StringComparison.Ordinal);
        Assert.Contains("unpacks itself", Loading.Fails(folder.Write("b.zip", [.. "#!/bin/sh\n"u8, .. inner])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Hidden_folders_with_images_are_counted()
    {
        (string, byte[])[] files = [("cat/1.png", Png(1)), ("dog/1.png", Png(2)), (".net/1.png", Png(3)), ("cat/.ipynb_checkpoints/1-checkpoint.png", Png(1)), ("cat/.ipynb_checkpoints/2.png", Png(1)), ("__MACOSX/cat/._1.png", [1]), (".git/config", [1])];
        using var folder = new TestFolder();
        foreach ((string name, byte[] data) in files)
        {
            folder.Write("tree/" + name, data);
        }

        foreach (string source in new[] { folder["tree"], folder.Write("a.zip", Archives.Zip(files)), folder.Write("a.tar", Archives.Tar(files)) })
        {
            Dataset data = Loading.Load(source);
            DataProblem[] hidden = [.. data.Problems.Where(problem => problem.Message.Contains("hidden", StringComparison.Ordinal))];
            Assert.Equal([".net", "cat/.ipynb_checkpoints"], hidden.Select(problem => problem.Path));
            Assert.Contains("its 2 images are skipped", hidden[1].Message, StringComparison.Ordinal);
            Assert.Equal(["cat", "dog"], data.Classes);
        }
    }

    private static byte[] Png(byte red) => PngFile.Flat(8, 8, red, 0, 0);

    private static Dataset Load(byte[] archive, string name)
    {
        using var folder = new TestFolder();
        return Loading.Load(folder.Write(name, archive));
    }

    private static IEnumerable<string> Names(Dataset data) => data.Train.Names.Concat(data.Test?.Names ?? []).Order(StringComparer.Ordinal);

    private static byte[] Find(Dataset data, string name)
    {
        ImageSet set = data.Train.Names.Contains(name, StringComparer.Ordinal) ? data.Train : data.Test!;
        return [.. set.Image(set.Names.ToList().IndexOf(name))];
    }

    private static byte Pixel(Dataset data, string name) => Find(data, name)[0];

    /// <summary>Bit 11 of the flags of each local header and each entry of the directory.</summary>
    private static void ClearUtf8Flags(byte[] zip)
    {
        for (int i = 0; i + 10 < zip.Length; i++)
        {
            bool local = zip.AsSpan(i).StartsWith("PK\u0003\u0004"u8);
            if (local || zip.AsSpan(i).StartsWith("PK\u0001\u0002"u8))
            {
                zip[i + (local ? 7 : 9)] &= 0xF7;
            }
        }
    }
}
