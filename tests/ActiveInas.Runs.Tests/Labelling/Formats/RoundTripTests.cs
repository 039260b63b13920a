using ActiveInas.Data;
using ActiveInas.Runs.Labelling.Formats;

namespace ActiveInas.Runs.Tests.Labelling.Formats;

/// <summary>What is exported is what is imported.</summary>
public sealed class RoundTripTests : IDisposable
{
    private static readonly string[] s_classes = ["cat", "7", "Bär, \"braun\"", "nan", "nobody's", "a\u030A ring"];

    private static readonly string[] s_images =
    [
        "plain.jpg", "with spaces/two words.jpg", "composed \u00E9.png", "decomposed u\u0308.png", "comma,semi;bar|tab.jpg", "quo\"te.jpg", "line\nend.jpg", "7.jpg", "same.jpg", "same.png",
        "cat/7.jpg", "hash#100%&d=1?.jpg", " padded .jpg", "back\\slash.jpg", "skipped.jpg", "bad one.jpg", "new.jpg", "never seen.jpg",
    ];

    private readonly FormatFolder _folder = new(s_images);

    public static TheoryData<string> Formats => [.. LabelFormats.Names];

    // All but the last four have a label; the last but one has been seen by a model only.
    private static ImageLabel[] Labels => [.. s_images.Select((path, i) => (s_images.Length - i) switch
    {
        4 => Known(path, i) with { Action = LabelAction.Skip },
        3 => Known(path, i) with { Action = LabelAction.Bad },
        2 => new ImageLabel(path) { ModelVersion = "round 3", Predictions = [new("cat", 0.75), new("7", 0.25)] },
        1 => new ImageLabel(path),
        _ => Known(path, i) with { Action = LabelAction.Label, Class = s_classes[i % 4] },
    })];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("csv")]
    [InlineData("jsonl")]
    [InlineData("label-studio")]
    [InlineData("fiftyone")]
    public void Everything_that_is_known_comes_back(string format)
    {
        ImageLabel[] labels = Labels;
        LabelImport read = WriteAndRead(format, labels, s_classes);
        Assert.Equal(format, read.Format);
        Assert.Equal(labels.Select(image => Text(image, hasPredictions: format != "csv")), read.Labels.Select(image => Text(image, hasPredictions: true)));
    }

    [Theory]
    [InlineData("tree")]
    [InlineData("imagenet-txt")]
    public void Classes_come_back_where_a_format_has_nothing_else(string format)
    {
        LabelImport read = WriteAndRead(format, Labels, s_classes);
        ImageLabel[] wanted = [.. Labels.Where(image => image.Action == LabelAction.Label && (format == "tree" || image.Path is not ("quo\"te.jpg" or "line\nend.jpg")))];
        Assert.Equal(format, read.Format);
        Assert.Equal(
            wanted.Select(image => (image.Path, image.Class)).Order(),
            read.Labels.Where(image => image.Action == LabelAction.Label).Select(image => (image.Path, image.Class)).Order());
        Assert.Equal(wanted.Length, read.Labels.Count);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_project_without_classes_gets_those_of_the_file(string format)
    {
        LabelImport read = WriteAndRead(format, Labels, []);
        bool hasList = format is "tree" or "imagenet-txt" or "fiftyone";
        IEnumerable<string> wanted = !hasList ? s_classes[..4] : format == "tree" ? s_classes.Order(StringComparer.Ordinal) : s_classes;
        Assert.Equal(wanted.Select(ComposedText.Of), read.NewClasses);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void No_images_are_an_export_too(string format)
    {
        string path = _folder["empty" + Path.GetExtension(LabelFormats.DefaultName(format))];
        Assert.Equal(0, LabelFormats.Write(format, [], s_classes, _folder.Source, path).Images);
        Assert.Empty(LabelFormats.Read(path, format, s_classes, s_images).OrThrow().Labels);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void The_same_labels_are_the_same_bytes(string format)
    {
        string[] paths = [_folder["first"], _folder["second"]];
        foreach (string path in paths)
        {
            LabelFormats.Write(format, Labels, s_classes, _folder.Source, path);
        }

        Assert.Equal(Content(paths[0]), Content(paths[1]));
        Assert.NotEmpty(Content(paths[0]));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_stopped_export_leaves_nothing(string format)
    {
        string path = _folder["stopped"];
        Assert.ThrowsAny<OperationCanceledException>(() => LabelFormats.Write(format, Labels, s_classes, _folder.Source, path, new CancellationToken(canceled: true)));
        Assert.False(File.Exists(path) || Directory.Exists(path));
        Assert.DoesNotContain(Directory.GetDirectories(Path.GetDirectoryName(path)!), folder => folder.EndsWith(".tmp", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("tree")]
    [InlineData("fiftyone")]
    [InlineData("imagenet-txt")]
    public void A_folder_that_holds_something_is_left_alone(string format)
    {
        string file = _folder.Write("old/labels.json", "old");
        DataException refused = Assert.Throws<DataException>(() => LabelFormats.Write(format, Labels, s_classes, _folder.Source, _folder["old"]));
        Assert.Contains("name a folder that is empty", refused.Message, StringComparison.Ordinal);
        Assert.Equal("old", File.ReadAllText(file));
    }

    [Fact]
    public void A_tree_links_and_never_moves()
    {
        LabelFormats.Write("tree", Labels, s_classes, _folder.Source, _folder["tree"]);
        string copy = Path.Combine(_folder["tree"], "cat", "plain.jpg");
        Assert.All(s_images, image => Assert.Equal("pixels of " + image, File.ReadAllText(Path.Combine(_folder.Source, image))));
        Assert.Equal("pixels of plain.jpg", File.ReadAllText(copy));
        Assert.True(Directory.Exists(Path.Combine(_folder["tree"], "nobody's")));

        // One file with two names: what is written to one is read from the other.
        File.AppendAllText(copy, "!");
        Assert.Equal("pixels of plain.jpg!", File.ReadAllText(Path.Combine(_folder.Source, "plain.jpg")));
    }

    [Fact]
    public void A_link_in_the_source_is_the_file_that_it_names()
    {
        if (OperatingSystem.IsWindows())
        {
            return; // links there need a right that people rarely have
        }

        File.CreateSymbolicLink(Path.Combine(_folder.Source, "link.jpg"), "plain.jpg");
        ImageLabel link = new("link.jpg") { Action = LabelAction.Label, Class = "cat" };
        LabelFormats.Write("tree", [link], s_classes, _folder.Source, _folder["tree"]);
        string copy = Path.Combine(_folder["tree"], "cat", "link.jpg");
        Assert.Null(File.ResolveLinkTarget(copy, returnFinalTarget: false));
        Assert.Equal("pixels of plain.jpg", File.ReadAllText(copy));

        // A folder that leads back to where it stands does not catch the reader.
        Directory.CreateSymbolicLink(Path.Combine(_folder["tree"], "cat", "again"), _folder["tree"]);
        Assert.Equal("link.jpg", Assert.Single(LabelFormats.Read(_folder["tree"], null, s_classes, [.. s_images, "link.jpg"]).OrThrow().Labels).Path);
    }

    [Theory]
    [InlineData("plain.jpg", "bird", "has the class 'bird'")]
    [InlineData("plain.jpg", null, "has the class ''")]
    [InlineData("../plain.jpg", "cat", "is no path inside the source")]
    [InlineData("/plain.jpg", "cat", "is no path inside the source")]
    public void A_label_that_cannot_be_is_not_written(string path, string? name, string message)
    {
        ImageLabel label = new(path) { Action = LabelAction.Label, Class = name };
        ArgumentException refused = Assert.Throws<ArgumentException>(() => LabelFormats.Write("tree", [label], s_classes, _folder.Source, _folder["out"]));
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["out"]));
    }

    [Theory]
    [InlineData("tree", "cats/dogs", "cannot be the name of a folder")]
    [InlineData("tree", "..", "cannot be the name of a folder")]
    [InlineData("imagenet-txt", "two\nlines", "cannot be a line of synsets.txt")]
    public void A_class_that_a_format_cannot_name_is_refused(string format, string name, string message)
    {
        DataException refused = Assert.Throws<DataException>(() => LabelFormats.Write(format, Labels, [.. s_classes, name], _folder.Source, _folder["out"]));
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["out"]));
    }

    [Fact]
    public void Names_that_a_line_cannot_hold_are_said()
    {
        LabelExport export = LabelFormats.Write("imagenet-txt", Labels, s_classes, _folder.Source, _folder["out"]);
        Assert.Contains("2 labelled images are left out", Assert.Single(export.Notices), StringComparison.Ordinal);
        Assert.Equal(Labels.Count(image => image.Action == LabelAction.Label) - 2, export.Images);
        Assert.Contains("\"with spaces/two words\".jpg 1\n", File.ReadAllText(Path.Combine(_folder["out"], "labels.txt")), StringComparison.Ordinal);
    }

    private LabelImport WriteAndRead(string format, ImageLabel[] labels, string[] classes)
    {
        string path = _folder["out" + Path.GetExtension(LabelFormats.DefaultName(format))];
        LabelExport export = LabelFormats.Write(format, labels, s_classes, _folder.Source, path);
        Assert.Equal(path, export.Path);

        // Recognised by what it holds, not by its name.
        return LabelFormats.Read(path, format: null, classes, s_images, _folder.Source).OrThrow();
    }

    private static ImageLabel Known(string path, int i) => new(path)
    {
        Sha256 = new string("0123456789abcdef"[i % 16], 64),
        Labeller = i % 2 == 0 ? "Zoë" : "zoe@example.com",
        Time = new DateTimeOffset(2026, 11, 27, 12, 0, i, 123, TimeSpan.FromHours(2)),
        Milliseconds = 1000 + (37 * i),
        Round = i,
        Score = i == 0 ? null : 1.0 / i,
        ModelVersion = i == 0 ? null : "round 2",
        Source = (LabelSource)(i % 3),
        Predictions = i == 0 ? [] : [new("cat", 0.9), new("Bär, \"braun\"", 0.1)],
    };

    private static string Text(ImageLabel image, bool hasPredictions) => string.Join(
        '|', image.Path, image.Action, image.Class, image.Sha256, image.Labeller, image.Time?.UtcDateTime.ToString("O"), image.Milliseconds, image.Round, image.Score?.ToString("R"), image.ModelVersion,
        image.Source, hasPredictions ? string.Join(';', image.Predictions) : string.Empty);

    private static string Content(string path) => File.Exists(path) ? File.ReadAllText(path)
        : string.Concat(Directory.GetFiles(path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(file => Path.GetRelativePath(path, file) + File.ReadAllText(file)));
}
