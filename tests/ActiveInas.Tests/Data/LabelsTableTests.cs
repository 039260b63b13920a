using ActiveInas.Data;

namespace ActiveInas.Tests.Data;

/// <summary>A flat folder and a table make a labelled data set.</summary>
public sealed class LabelsTableTests : IDisposable
{
    private readonly TestFolder _folder = new();

    private string Table => _folder["labels.csv"];

    public LabelsTableTests()
    {
        for (int i = 1; i <= 12; i++)
        {
            _folder.Write($"images/{i}.png", PngFile.Flat(8, 8, (byte)i, 0, 0));
        }
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Numbers_of_files_and_classes_of_the_table_are_read_and_a_fifth_is_held_out()
    {
        Dataset data = Load("id,label\n" + string.Concat(Enumerable.Range(1, 12).Select(i => $"{i},{(i % 2 == 0 ? "even" : "odd")}\n")));

        Assert.Equal(["even", "odd"], data.Classes);
        Assert.Equal(12, data.Train.Count + data.Test!.Count);
        Assert.InRange(data.Test.Count, 2, 4);
        foreach (ImageSet part in new[] { data.Train, data.Test })
        {
            // The red of an image is its number.
            Assert.All(Enumerable.Range(0, part.Count), i => Assert.Equal(part.Image(i)[0] % 2, part.Labels[i]));
        }
    }

    [Fact]
    public void A_column_makes_the_parts()
    {
        Dataset data = Load("filename,class,split\n1.png,a,train\n2.png,b,training\n3.png,a,test\n4.png,b,val\n");

        Assert.Equal(["1.png", "2.png"], data.Train.Names);
        Assert.Equal(["3.png"], data.Test!.Names);
        Assert.Contains(data.Problems, problem => problem.Message.StartsWith("1 line is of a validation part", StringComparison.Ordinal));
        Assert.Contains(data.Problems, problem => problem.Message.StartsWith("this and 8 more images are not among the 3", StringComparison.Ordinal));
        Assert.Equal(["1.png", "2.png", "4.png"], Load("filename,class,split\n1.png,a,train\n2.png,b,training\n3.png,a,test\n4.png,b,val\n", ValidationUse.Pool).Train.Names);
    }

    [Fact]
    public void Lines_without_an_image_and_images_without_a_line_are_said()
    {
        Dataset data = Load("path,label\n1.png,a\n2.png,b\n99.png,a\n3.png,\n");

        Assert.Contains(data.Problems, problem => problem.Message == "line 4: there is no image '99.png': skipped");
        Assert.Contains(data.Problems, problem => problem.Message == "1 of 4 lines has no class: skipped");
        Assert.Contains(data.Problems, problem => problem.Message.StartsWith("this and 9 more images", StringComparison.Ordinal));
    }

    [Fact]
    public void None_is_a_class_where_as_many_lines_have_it_as_a_class()
    {
        Dataset defects = Load("path,label,split\n1.png,scratch,train\n2.png,scratch,train\n3.png,None,train\n4.png,None,train\n5.png,None,train\n6.png,dent,train\n7.png,nan,train\n8.png,,train\n");
        Assert.Equal(["None", "dent", "scratch"], defects.Classes);
        Assert.Equal(6, defects.Train.Count + defects.Test!.Count);
        Assert.Contains(defects.Notices, notice => notice.Contains("3 lines have 'none'", StringComparison.Ordinal));
        Assert.Contains(defects.Problems, problem => problem.Message.StartsWith("3 lines have 'none', as many as a class: read as a class of that name", StringComparison.Ordinal));
        Assert.Contains(defects.Problems, problem => problem.Message == "2 of 8 lines have no class: skipped");

        Dataset gaps = Load("path,label,split\n1.png,cat,train\n2.png,cat,train\n3.png,dog,train\n4.png,dog,train\n5.png,none,train\n6.png,NA,train\n");
        Assert.Equal(["cat", "dog"], gaps.Classes);
        Assert.Contains(gaps.Problems, problem => problem.Message.StartsWith("1 line has 'none', fewer than any class: read as no class", StringComparison.Ordinal));
        Assert.DoesNotContain(Load("path,label,split\n1.png,cat,train\n2.png,dog,train\n3.png,NA,train\n").Problems, problem => problem.Message.Contains("'none'", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("path,label\n1.png,a\n1.png,b\n", "line 3: image 1.png is b (Train) here but a (Train) in line 2")]
    [InlineData("path,label\n1.png,a\nx.png,b\ny.png,b\n", "line 3: 'x.png' is no image of")]
    [InlineData("path,label\ntrain/1.png,a\ntest/2.png,b\n", "line 3: 'test/2.png' lies in test/, but 'train/1.png' of line 2 in train/")]
    [InlineData("path,label,split\n1.png,a,elsewhere\n", "line 2: 'elsewhere' is no part; wanted train, test or val")]
    [InlineData("path,label,class\n1.png,a,0\n", "'label' and 'class' could both hold the class")]
    [InlineData("path,kind\n1.png,a\n", "names no column of classes")]
    public void What_cannot_be_right_is_refused(string text, string message)
        => Assert.Contains(message, Assert.Throws<DataException>(() => Load(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_missing_table_and_a_named_set_are_errors()
    {
        Assert.Contains("labels.csv", Assert.Throws<DataException>(() => Loading.Load(new DataRequest(_folder["images"], LabelsTable: Table), Loading.Environment())).Message, StringComparison.Ordinal);
        Assert.Contains("`labelsTable`", Assert.Throws<DataException>(() => Loading.Load(new DataRequest("shapes", LabelsTable: Table), Loading.Environment())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Class_folders_of_one_name_in_two_spellings_are_one()
    {
        _folder.Write("tree/mu\u0308ll/1.png", PngFile.Flat(8, 8, 1, 0, 0));
        _folder.Write("tree/m\u00FCll/2.png", PngFile.Flat(8, 8, 2, 0, 0));
        _folder.Write("tree/rest/3.png", PngFile.Flat(8, 8, 3, 0, 0));
        _folder.Write("tree/rest/4.png", PngFile.Flat(8, 8, 4, 0, 0));

        Dataset data = Loading.Load(_folder["tree"]);

        Assert.Equal(["m\u00FCll", "rest"], data.Classes);
        Assert.Single(data.Problems, problem => problem.Message.Contains("they are taken as one", StringComparison.Ordinal));
    }

    private Dataset Load(string table, ValidationUse? validation = null)
    {
        File.WriteAllText(Table, table);
        return Loading.Load(new DataRequest(_folder["images"], ValidationPart: validation, LabelsTable: Table), Loading.Environment());
    }
}
