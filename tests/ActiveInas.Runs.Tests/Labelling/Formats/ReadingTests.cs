using ActiveInas.Data;
using ActiveInas.Runs.Labelling.Formats;

namespace ActiveInas.Runs.Tests.Labelling.Formats;

/// <summary>Tables, JSON Lines, folders and lists from elsewhere, right and wrong.</summary>
public sealed class ReadingTests : IDisposable
{
    private static readonly string[] s_classes = ["cat", "dog"];
    private readonly FormatFolder _folder = new("a.jpg", "b.jpg", "sub/a.jpg", "sub/c d.png", "dog/e.jpg");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("csv", "filename,label\nb.jpg,cat\nsub/a.jpg,DOG\n")]
    [InlineData("csv", "b;cat\nsub/a;dog\n")]
    [InlineData("csv", "image,id,choice,annotator,lead_time,source\n/data/upload/1/1a2b3c4d-b.jpg,1,cat,5,2.1,camera\n/data/local-files/?d=sub/a.jpg,2,dog,5,1,camera\n")]
    [InlineData("csv", "image,label\nb.jpg,0\nsub/a.jpg,1\n")]
    [InlineData("jsonl", "{\"file_name\": \"b.jpg\", \"label\": \"cat\"}\n\n{\"file_name\": \"sub/a.jpg\", \"label\": \"dog\", \"time\": \"late\"}")]
    [InlineData("jsonl", "{\"image\": \"b.jpg\", \"class\": 0}\r\n{\"image\": \"C:\\\\photos\\\\sub\\\\a.jpg\", \"class\": 1}\r\n")]
    [InlineData("fiftyone", "{\"classes\": [\"dog\", \"cat\"], \"labels\": {\"b\": 1, \"sub/a\": 0}}")]
    [InlineData("fiftyone", "{\"classes\": null, \"labels\": {\"b\": \"cat\", \"sub/a\": {\"label\": \"dog\", \"confidence\": 0.5, \"attributes\": {\"round\": \"north\"}}}}")]
    public void A_file_is_known_by_what_it_holds(string format, string text)
    {
        LabelImport read = _folder.Read("file", text, s_classes).OrThrow();
        Assert.Equal(format, read.Format);
        Assert.Equal([("b.jpg", "cat"), ("sub/a.jpg", "dog")], read.Labels.Select(image => (image.Path, image.Class!)));
        Assert.All(read.Labels, image => Assert.Equal(LabelAction.Label, image.Action));
        Assert.Empty(read.NewClasses);
        Assert.Empty(read.Unknown);
    }

    [Theory]
    [InlineData("filename,label\nb.jpg,-\nsub/a.jpg,\n")]
    [InlineData("{\"file_name\": \"b.jpg\", \"label\": \"-\"}\n{\"file_name\": \"sub/a.jpg\", \"label\": null}")]
    public void Bad_images_and_those_without_a_label_are_no_classes(string text)
    {
        LabelImport read = _folder.Read("file", text, s_classes).OrThrow();
        Assert.Equal([LabelAction.Bad, LabelAction.None], read.Labels.Select(image => image.Action));
        Assert.Empty(read.NewClasses);
    }

    [Theory]
    [InlineData("filename,label\nb.jpg,cat\nb.jpg,dog\n", "line 3", "b.jpg", "is dog here but cat in line 2")]
    [InlineData("filename,label\nb.jpg,0\nsub/a.jpg,2\n", "line 3", "2", "is no class")]
    [InlineData("filename,label\na,cat\n", "line 2", "a", "names 2 images, a.jpg and sub/a.jpg among them")]
    [InlineData("filename,label\n/x/b.jpg,cat\n/y/sub/a.jpg,cat\n", "line 3", "/y/sub/a.jpg", "lies in /y/, but '/x/b.jpg' of line 2 in /x/")]
    [InlineData("filename,label,action,round\nb.jpg,cat,label,first\n", "line 2", "first", "is no round")]
    [InlineData("filename,label,action,sha256\nb.jpg,cat,label,abc\n", "line 2", "abc", "is no sha256")]
    [InlineData("filename,label,action\nb.jpg,,label\n", "line 2", "b.jpg", "has a label without a class")]
    [InlineData("{\"file_name\": \"b.jpg\", \"label\": \"cat\"}\n{\"label\": \"cat\"}", "line 2", "{\"label\": \"cat\"}", "names no image")]
    [InlineData("{\"file_name\": \"b.jpg\", \"label\": \"cat\", \"action\": \"label\", \"time\": \"late\"}", "line 1", "late", "is no time")]
    [InlineData("{\"file_name\": \"b.jpg\", \"action\": \"skip\", \"predictions\": [7]}", "line 1", "7", "is no prediction")]
    [InlineData("{\"classes\": [\"cat\"], \"labels\": {\"b\": 1}}", "label 'b'", "1", "is no class")]
    [InlineData("{\"classes\": [\"cat\"], \"labels\": {\"b\": [0, 0]}}", "label 'b'", "[0, 0]", "is no class")]
    [InlineData("{\"file_name\": \"b.jpg\", \"label\": \"two\\nlines\"}", "classes", "two\nlines", "cannot be the name of a class")]
    [InlineData("filename,label\nx.jpg,cat\nb.jpg,cat\ny.jpg,cat\n", "line 2", "x.jpg", "is no image of the project, and neither are 2 of 3 names")]
    public void What_cannot_be_taken_is_named_and_nothing_is_imported(string text, string place, string value, string wrong)
    {
        LabelImport read = _folder.Read("file", text, s_classes);
        Assert.Empty(read.Labels);
        LabelProblem problem = read.Problems[0];
        Assert.Equal((place, value), (problem.Place, problem.Value));
        Assert.StartsWith(wrong, problem.Wrong, StringComparison.Ordinal);
        Assert.NotEmpty(problem.Wanted);
        Assert.Contains(problem.ToString(), Assert.Throws<DataException>(read.OrThrow).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_problems_are_told_at_once()
    {
        LabelImport read = _folder.Read("file", "filename,label,action,round,sha256\na,cat,label,1,\nb.jpg,cat,label,x,y\nb.jpg,dog,label,,\n", s_classes);
        Assert.Equal(["line 3", "line 3", "line 2", "line 4"], read.Problems.Select(problem => problem.Place));
    }

    [Theory]
    [InlineData("csv", "filename,label\nb.jpg,\"cat\n", "line 2: a quote is not closed")]
    [InlineData("jsonl", "{\"file_name\": \"b.jpg\"}\n{\"file_name\": b}\n", "line 2, byte 15: this is no JSON")]
    [InlineData("label-studio", "[{\"data\": {}},\n {]", "line 2, byte 3: this is no JSON")]
    [InlineData("fiftyone", "{\"labels\": [", "line 1, byte 13: this is no JSON")]
    [InlineData("fiftyone", "{\"images\": []}", "is no FiftyOne file")]
    [InlineData("imagenet-txt", "b.jpg 0", "synsets.txt does not exist")]
    [InlineData("tree", "b.jpg", "is a file")]
    [InlineData("jsonl", "{\"file_name\": \"\\ud800\"}", "holds a text that is no Unicode")]
    [InlineData("label-studio", "[{\"data\": {\"\\udc00\": \"b.jpg\"}}]", "holds a text that is no Unicode")]
    [InlineData("cvs", "", "'cvs' is no format of labels; wanted one of tree, csv, jsonl, label-studio, fiftyone, imagenet-txt; did you mean csv?")]
    public void A_file_that_is_none_says_where(string format, string text, string message)
    {
        string path = _folder.Write("broken/file", text);
        DataException refused = Assert.Throws<DataException>(() => _folder.Read(path, s_classes, format));
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_not_there_or_no_text_says_so()
    {
        Assert.Contains("does not exist", Assert.Throws<DataException>(() => _folder.Read(_folder["nothing"], s_classes)).Message, StringComparison.Ordinal);
        string path = _folder.Write("latin", string.Empty);
        File.WriteAllBytes(path, [(byte)'{', 0xE9]);
        Assert.Contains("byte 1: this is not UTF-8", Assert.Throws<DataException>(() => _folder.Read(path, s_classes, "jsonl")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void New_classes_are_told_once_and_unknown_images_do_not_count()
    {
        LabelImport read = _folder.Read("file", "filename,label\na.jpg,Cat\nb.jpg,bird\nsub/a.jpg,BIRD\nelsewhere.jpg,cat\n", s_classes).OrThrow();
        Assert.Equal(["bird"], read.NewClasses);
        Assert.Equal(["cat", "bird", "bird"], read.Labels.Select(image => image.Class));
        LabelProblem unknown = Assert.Single(read.Unknown);
        Assert.Equal(("line 5", "elsewhere.jpg"), (unknown.Place, unknown.Value));
    }

    [Fact]
    public void Folders_of_the_source_are_classes_too()
    {
        LabelImport read = LabelFormats.Read(_folder.Source, null, ["dog", "sub"], _folder.Images).OrThrow();
        Assert.Equal([("dog/e.jpg", "dog"), ("sub/a.jpg", "sub"), ("sub/c d.png", "sub")], read.Labels.Select(image => (image.Path, image.Class!)));
    }

    [Fact]
    public void Folders_of_other_programs_hold_names_only()
    {
        _folder.Write("tree/cat/c d.png", "");
        _folder.Write("tree/bird/readme.txt", "");
        _folder.Write("tree/_unlabeled/b.jpg", "");
        _folder.Write("tree/.git/a.jpg", "");
        LabelImport read = _folder.Read(_folder["tree"], s_classes).OrThrow();
        Assert.Equal([("b.jpg", null), ("sub/c d.png", "cat")], read.Labels.Select(image => (image.Path, image.Class)));
        Assert.Equal(["bird"], read.NewClasses);
        Assert.Contains("holds no folders", Assert.Throws<DataException>(() => _folder.Read(Directory.CreateDirectory(_folder["void"]).FullName, s_classes)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Lists_of_several_parts_are_one()
    {
        _folder.Write("list/synsets.txt", "dog\ncat\nbird\n");
        _folder.Write("list/train.txt", "b.jpg 1\n\"sub/c d\".png 0\nsub/a.jpg\n");
        _folder.Write("list/val.txt", "dog/e 0\n");
        LabelImport read = _folder.Read(_folder["list"], s_classes).OrThrow();
        Assert.Equal([("b.jpg", "cat"), ("sub/c d.png", "dog"), ("sub/a.jpg", null), ("dog/e.jpg", "dog")], read.Labels.Select(image => (image.Path, image.Class)));
        Assert.Equal(["bird"], read.NewClasses);
        Assert.Equal(3, _folder.Read(Path.Combine(_folder["list"], "train.txt"), s_classes).OrThrow().Labels.Count);

        _folder.Write("list/more.txt", "a.jpg 3\nsub/c d.png 1\nb.jpg 0 1\n");
        Assert.Equal(
            ["more.txt, line 1: '3' is no class; wanted an index 0..2 of synsets.txt", "more.txt, line 3: 'b.jpg 0 1' has several classes; wanted a path and one index", "train.txt, line 2: 'sub/c d.png' is dog here but cat i"],
            _folder.Read(_folder["list"], s_classes).Problems.Select(problem => problem.ToString()).Select((text, i) => i < 2 ? text : text[..54]));
    }

    [Fact]
    public void A_manifest_says_which_image_an_id_is()
    {
        _folder.Write("fiftyone/labels.json", "{\"classes\": [\"cat\"], \"labels\": {\"x-2\": 0, \"b\": null}}");
        _folder.Write("fiftyone/data.json", "{\"x-2\": \"/photos/sub/a.jpg\"}");
        LabelImport read = _folder.Read(_folder["fiftyone"], s_classes).OrThrow();
        Assert.Equal([("sub/a.jpg", "cat"), ("b.jpg", null)], read.Labels.Select(image => (image.Path, image.Class)));
    }
}
