using System.Text;
using ActiveInas.Data;
using ActiveInas.Learning;
using ActiveInas.Tests.Learning;

namespace ActiveInas.Tests.Data;

/// <summary>Tables as spreadsheets, competitions and labelling tools write them: read rightly, or refused with the line.</summary>
public sealed class LabelTableTests : IDisposable
{
    private static readonly string[] s_parts = ["dent", "rust", "scratch"];
    private readonly string _folder = Directory.CreateTempSubdirectory("ainas-tables-").FullName;

    private string TablePath => Path.Combine(_folder, "labels.csv");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public static TheoryData<string, string> Spellings => new()
    {
        { "comma", "filename,class\npart 0.jpg,dent\npart 1.jpg,rust\n" },
        { "spreadsheet", "\uFEFFfilename;class\r\npart 0.jpg;dent\r\npart 1.jpg;rust\r\n" },
        { "tabs", "filename\tclass\r\npart 0.jpg\tdent\r\npart 1.jpg\trust\r\n" },
        { "bars", "filename|class\npart 0.jpg|dent\npart 1.jpg|rust\n" },
        { "the separator is named", "sep=;\r\nfilename;class\r\npart 0.jpg;dent\r\npart 1.jpg;rust\r\n" },
        { "old line ends", "filename,class\rpart 0.jpg,dent\rpart 1.jpg,rust" },
        { "empty lines at the end", "filename,class\npart 0.jpg,dent\npart 1.jpg,rust\n\n,\n  \n" },
        { "an index before", ",filename,class\n0,part 0.jpg,dent\n1,part 1.jpg,rust\n" },
        { "no extension", "image_id,label\npart 0,dent\npart 1,rust\n" },
        { "other capitals", "Image,Label\nPART 0.JPG,Dent\npart 1.JPG,RUST\n" },
        { "category", "filename,category\npart 0.jpg,dent\npart 1.jpg,rust\n" },
        { "a folder above", "filename,class\npool/part 0.jpg,dent\npool/part 1.jpg,rust\n" },
        { "a Windows path", "filename,class\nC:\\Users\\me\\pool\\part 0.jpg,dent\nC:\\Users\\me\\pool\\part 1.jpg,rust\n" },
        { "one column a class", "filename,dent,rust,scratch\npart 0.jpg,1,0,0\npart 1.jpg,0.0,1.0,0.0\npart 2.jpg,0,0,0\n" },
        { "a column of numbers beside the names", "filename,label,class\npart 0.jpg,0,dent\npart 1.jpg,0,rust\n" },
        { "missing values", "filename,class\npart 0.jpg,dent\npart 1.jpg,rust\npart 2.jpg,nan\npart 3.jpg,NULL\npart 4.jpg,\n" },
        { "a labelling tool", "\"image\",\"id\",\"label\",\"annotator\",\"lead_time\"\r\n\"part 0.jpg\",\"4\",\"dent\",\"1\",\"2.5\"\r\n\"part 1.jpg\",\"3\",\"rust\",\"1\",\"2.5\"\r\n" },
        { "a quoted line end", "filename,note,class\npart 0.jpg,\"two\nlines\",dent\npart 1.jpg,,rust\n" },
        { "indices", "filename,class\npart 0.jpg,0\npart 1.jpg,1\n" },
    };

    [Theory]
    [MemberData(nameof(Spellings))]
    public void Tables_that_say_the_same(string name, string text)
    {
        Assert.NotEmpty(name);

        LabelFileContents contents = Read(text, Parts());

        Assert.Equal([new(new(0), 0), new(new(1), 1)], contents.Samples);
    }

    [Theory]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    [InlineData("utf-8")]
    [InlineData("Windows-1252")]
    public void Encodings_are_recognised_or_said(string encoding)
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        Dataset data = Pool(["ä.png", "ö.png"], ["müll", "rest"]);
        File.WriteAllText(TablePath, "filename,class\nä.png,müll\nö.png,rest\n", Encoding.GetEncoding(encoding));

        LabelFileContents contents = LabelFile.Read(TablePath, data);

        Assert.Equal([new(new(0), 0), new(new(1), 1)], contents.Samples);
        Assert.Equal(encoding == "Windows-1252" ? 1 : 0, contents.Notices.Count(notice => notice.Contains("line 2) and was read as Windows-1252", StringComparison.Ordinal)));
    }

    [Fact]
    public void Composed_and_decomposed_letters_are_the_same()
    {
        Dataset data = Pool(["mu\u0308ll/a\u0308.png"], ["mu\u0308ll"]);

        Assert.Equal([new LabelledSample(new(0), 0)], Read("path,label\nm\u00FCll/\u00E4.png,m\u00FCll\n", data).Samples);
    }

    [Fact]
    public void Numbers_that_name_files_are_names()
    {
        // In the order of paths, 1.png is position 0 and 10.png position 1.
        Dataset data = Pool(["train/1.png", "train/10.png", "train/2.png", "train/3.png"], ["cat", "dog"]);

        Assert.Equal([new(new(0), 0), new(new(1), 1), new(new(2), 1)], Read("id,label\n1,cat\n2,dog\n10,dog\n", data).Samples);
        Assert.Equal([new(new(0), 0), new(new(2), 1)], Read("1,cat\n2,dog\n", data).Samples);
        Assert.Equal([new(new(0), 0), new(new(2), 1)], Read("path,label\n1.png,cat\n2.png,dog\n", data).Samples);
    }

    [Fact]
    public void A_padded_number_is_no_position()
    {
        Dataset data = Pool(["000001.png", "000002.png", "000003.png"], ["cat", "dog"]);

        Assert.Equal([new(new(0), 0), new(new(1), 1)], Read("id,label\n000001,cat\n000002,dog\n", data).Samples);
        Assert.Contains("line 2: '01' is no training image", Refusal("id,label\n01,cat\n", data), StringComparison.Ordinal);
    }

    [Fact]
    public void Positions_beside_names_of_files_stop_with_both()
    {
        string refusal = Refusal("id,label\n1,cat\n0,dog\n", Pool(["train/1.png", "train/2.png"], ["cat", "dog"]));

        Assert.Contains("line 3: '0' names no file but could be position 0 of the pool, train/1.png, while '1' in line 2 is the name of train/1.png", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void A_table_of_our_own_keeps_its_meaning_when_images_are_added()
    {
        Dataset grown = Pool(["aaa.png", "aab.png", "part 0.png", "part 1.png", "part 2.png"], s_parts);

        Assert.Equal(
            [new(new(2), 1), new(new(4), 2)],
            Read("id,path,score,rank,label\n0,part 0.png,,1,rust\n2,part 2.png,,2,scratch\n", grown).Samples);
    }

    [Theory]
    [InlineData("id,path,label\n0,part 0.jpg,rust\n3,part 1.jpg,rust\n2,part 2.jpg,dent\n", "line 3: id 3 is part 3.jpg, but the path is part 1.jpg")]
    [InlineData("id,path,label\npart 0,part 0.jpg,rust\npart 1,part 1.jpg,rust\npart 3,part 2.jpg,dent\n", "line 4: id part 3 is part 3.jpg, but the path is part 2.jpg")]
    public void An_id_that_disagrees_with_its_path_stops(string text, string message) => Assert.Contains(message, Refusal(text, Parts()), StringComparison.Ordinal);

    [Theory]
    [InlineData("filename,class\npart 0.jpg,dent\npart 0.jpg,rust\n", "line 3: image part 0.jpg is rust here but dent in line 2")]
    [InlineData("filename,class\npart 0.jpg,dent\npart 1.jpg,Rost\n", "line 3: 'Rost' is no class; wanted one of dent, rust, scratch")]
    [InlineData("filename,class\npart 0.jpg,dent\npart 1.jpg,1\n", "line 3: '1' is no class")]
    [InlineData("filename,label,class\npart 0.jpg,rust,dent\n", "line 1: 'label' and 'class' could both hold the class")]
    [InlineData("filename,dent,rust\npart 0.jpg,1,1\n", "line 2: image part 0.jpg is marked as dent and rust; wanted one class")]
    [InlineData("filename,class\na/part 0.jpg,dent\nb/part 0.jpg,dent\n", "line 3: 'b/part 0.jpg' lies in b/, but 'a/part 0.jpg' of line 2 in a/")]
    [InlineData("filename,class\npart 9.jpg,dent\n", "line 2: 'part 9.jpg' is no training image")]
    public void What_cannot_be_right_is_refused(string text, string message) => Assert.Contains(message, Refusal(text, Parts()), StringComparison.Ordinal);

    [Fact]
    public void Two_files_of_one_name_are_named()
        => Assert.Contains(
            "line 2: 'a.png' names 2 images, cat/a.png and dog/a.png among them",
            Refusal("filename,class\na.png,cat\n", Pool(["cat/a.png", "dog/a.png"], ["cat", "dog"])),
            StringComparison.Ordinal);

    [Fact]
    public void Classes_named_by_numbers_are_names()
    {
        Dataset data = Pool(["a.png", "b.png"], ["01", "02", "10"]);

        Assert.Equal([new(new(0), 1), new(new(1), 2)], Read("path,label\na.png,2\nb.png,10\n", data).Samples);
        Assert.Contains("line 2: '0' is no class; wanted one of 01, 02, 10, or -", Refusal("path,label\na.png,0\n", data), StringComparison.Ordinal);
    }

    [Fact]
    public void Images_that_could_not_be_read_and_images_of_the_test_part_are_left_out_and_said()
    {
        Dataset data = Parts() with
        {
            Problems = [new DataProblem("pool/part 7.jpg", "not a JPEG file")],
            Test = new ImageSet(1, 1, new byte[3], [0], ["test/t.jpg"]),
        };

        LabelFileContents contents = Read("filename,class\npart 0.jpg,dent\npart 7.jpg,rust\ntest/t.jpg,rust\n", data);

        Assert.Equal([new LabelledSample(new(0), 0)], contents.Samples);
        Assert.Contains(contents.Notices, notice => notice.Contains("line 3: part 7.jpg is left out", StringComparison.Ordinal) && notice.Contains("not a JPEG file", StringComparison.Ordinal));
        Assert.Contains(contents.Notices, notice => notice.Contains("1 line labels an image of the test part (first: line 4, test/t.jpg)", StringComparison.Ordinal));
    }

    private static Dataset Parts() => Pool([.. Enumerable.Range(0, 5).Select(i => $"part {i}.jpg")], s_parts);

    private static Dataset Pool(string[] names, string[] classes)
        => Stub.Data(new ImageSet(1, 1, new byte[3 * names.Length], [.. names.Select(_ => ImageSet.Unknown)], names), classes);

    private LabelFileContents Read(string text, Dataset data)
    {
        File.WriteAllText(TablePath, text);
        return LabelFile.Read(TablePath, data);
    }

    private string Refusal(string text, Dataset data) => Assert.Throws<DataException>(() => Read(text, data)).Message;
}
