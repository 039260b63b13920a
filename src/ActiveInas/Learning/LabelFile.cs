using System.Globalization;
using ActiveInas.Data;
using ActiveInas.Data.Tables;

namespace ActiveInas.Learning;

/// <summary>What a file of labels holds.</summary>
/// <param name="Samples">Labelled samples, ascending by id.</param>
/// <param name="Bad">Images marked as bad ("-"): never ask again.</param>
/// <param name="Notices">What a person should know about how the file was read.</param>
public sealed record LabelFileContents(IReadOnlyList<LabelledSample> Samples, IReadOnlySet<SampleId> Bad, IReadOnlyList<string> Notices);

/// <summary>Labels from outside: a table of images and their classes.</summary>
/// <remarks>
/// <para>With a header: a column of images (path, filename, image, id, ...) and one of classes (label, class, ...), others ignored, so that a
/// queries/round_NN.csv with one more column is a file of labels. Without: two columns, image and class. Comma, semicolon, tab or bar; UTF-8 or UTF-16.</para>
/// <para>An image is named by its path inside the source, the end of that, or its name without extension. A number that names no file is a position in the pool,
/// where no number of the column names a file and none has leading zeros. Beside a path an id does not count. A class is named by its name, or all by index.</para>
/// <para>An empty class (or nan, null, none) is not labelled yet; "-" is a bad image. Lines that say the same twice are fine. Images that could not be read are left
/// out and said.</para>
/// </remarks>
public sealed class LabelFile
{
    /// <summary>The class that marks an image as bad.</summary>
    public const string BadImage = LabelMarks.Bad;

    private readonly string _path;
    private readonly Dataset _data;
    private readonly ImageIndex _images;
    private readonly ImageIndex _problems;
    private readonly ImageIndex? _test;
    private readonly ClassIndex _classes;
    private readonly SortedDictionary<SampleId, (int Label, int Line)> _labels = [];
    private readonly List<string> _notices = [];

    private LabelFile(string path, Dataset data)
    {
        _path = path;
        _data = data;
        _images = new ImageIndex(data.Train.Names);
        _problems = new ImageIndex(data.Problems.Select(problem => problem.Path));
        _test = data.Test is null ? null : new ImageIndex(data.Test.Names);
        _classes = new ClassIndex(data.Classes);
    }

    /// <summary>A line with an id beside its path: the image of the path, and those that the id may mean.</summary>
    private readonly record struct Identified(LabelLine Line, int Image, int? Named, int? Position);

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="data">The data set that the labels are for.</param>
    /// <exception cref="DataException">The file is missing, or a line is wrong; the message names file, line and value.</exception>
    public static LabelFileContents Read(string path, Dataset data)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(data);
        if (!File.Exists(path))
        {
            throw new DataException($"The file of labels {path} does not exist; wanted CSV lines of image and class, for example train/cat/0001.jpg,cat.");
        }

        LabelFile file = new(path, data);
        file.Take(LabelTable.Read(path, text => file.Class(text) is not null));
        return new LabelFileContents(
            [.. file._labels.Where(entry => entry.Value.Label >= 0).Select(entry => new LabelledSample(entry.Key, entry.Value.Label))],
            file._labels.Where(entry => entry.Value.Label < 0).Select(entry => entry.Key).ToHashSet(),
            file._notices);
    }

    private void Take(LabelTable table)
    {
        _notices.AddRange(table.Notices);
        LabelLine[] lines = [.. table.Lines.Where(line => line.Label.Length > 0 && (_classes.ByName(line.Label) is not null || !LabelMarks.IsNone(line.Label)))];
        bool byIndex = lines.Length > 0 && lines.All(line => line.Label == BadImage || (_classes.ByName(line.Label) is null && _classes.ByIndex(line.Label) is not null));
        SampleId?[] images = FindImages(table, lines);
        for (int i = 0; i < lines.Length; i++)
        {
            if (images[i] is not { } id)
            {
                continue;
            }

            LabelLine line = lines[i];
            int label = line.Label == BadImage ? ImageSet.Unknown : (byIndex ? _classes.ByIndex(line.Label) : _classes.ByName(line.Label))
                ?? throw Wrong(line, $"'{line.Label}' is no class; wanted {_classes.Wanted()}");
            if (_labels.TryGetValue(id, out (int Label, int Line) known) && known.Label != label)
            {
                throw Wrong(line, $"image {line.Image} is {line.Label} here but {ClassName(known.Label)} in line {known.Line}; keep one of the two");
            }

            _labels.TryAdd(id, (label, line.Line));
        }
    }

    /// <summary>The image of each line; null: one that could not be read, or of the test part.</summary>
    private SampleId?[] FindImages(LabelTable table, LabelLine[] lines)
    {
        int?[] found = _images.FindAll(_path, lines);
        int named = Enumerable.Range(0, lines.Length).FirstOrDefault(i => found[i] is not null && lines[i].Image.All(char.IsAsciiDigit), -1);
        SampleId?[] images = new SampleId?[lines.Length];
        List<LabelLine> test = [];
        for (int i = 0; i < lines.Length; i++)
        {
            if (found[i] is { } image)
            {
                images[i] = new SampleId(image);
            }
            else if (!table.HasPaths && Position(lines[i].Image) is { } position)
            {
                images[i] = named < 0 ? new SampleId(position) : throw Ambiguous(lines[i], position, lines[named], found[named]!.Value);
            }
            else if (!WasSkipped(lines[i]) && !IsTest(lines[i], test))
            {
                throw Unknown(table, lines[i], isFirst: i == 0);
            }
        }

        if (test.Count > 0)
        {
            _notices.Add($"{_path}: {Counted.Of(test.Count, "line labels an image", "lines label images")} of the test part (first: line {test[0].Line}, {test[0].Image}); left out.");
        }

        CheckIds(lines, images);
        return images;
    }

    /// <summary>A number without leading zeros that is a position in the pool.</summary>
    private int? Position(string text)
        => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int id) && id < _data.Train.Count && (text == "0" || text[0] != '0') ? id : null;

    private DataException Ambiguous(LabelLine line, int position, LabelLine named, int image)
        => Wrong(
            line,
            $"'{line.Image}' names no file but could be position {position} of the pool, {Name(position)}, while '{named.Image}' in line {named.Line} is the name of {Name(image)}; "
            + "write paths inside the source in place of numbers");

    private bool WasSkipped(LabelLine line)
    {
        if (_problems.Find(line.Image) is not { } match)
        {
            return false;
        }

        DataProblem problem = _data.Problems[match.Images[0]];
        _notices.Add($"{_path}, line {line.Line}: {line.Image} is left out, since the image is not in the pool: {problem.Path}: {problem.Message}.");
        return true;
    }

    private bool IsTest(LabelLine line, List<LabelLine> test)
    {
        bool isTest = _test?.Find(line.Image) is not null;
        if (isTest)
        {
            test.Add(line);
        }

        return isTest;
    }

    private DataException Unknown(LabelTable table, LabelLine line, bool isFirst)
    {
        string positions = table.HasPaths ? string.Empty : $", or a position in the pool, 0..{_data.Train.Count - 1}, without leading zeros";
        string header = isFirst && !table.HasHeader ? " (if this line is a header, name its columns path or id, and label)" : string.Empty;
        return Wrong(line, $"'{line.Image}' is no training image of the data set; wanted a path inside the source, such as {_data.Train.Names[0]}{positions}{header}");
    }

    /// <summary>Beside a path an id does not count: other tools number as they like, and images come and go. But where most ids are names of the files, one that
    /// names another file is a mistake; so is, where most are positions in the pool, one that is out of their order.</summary>
    private void CheckIds(LabelLine[] lines, SampleId?[] images)
    {
        Identified[] found =
        [
            .. Enumerable.Range(0, lines.Length).Where(i => images[i] is not null && lines[i].Id is { Length: > 0 })
                .Select(i => new Identified(lines[i], images[i]!.Value.Value, _images.Find(lines[i].Id!) is { Images: [int only] } ? only : null, Position(lines[i].Id!))),
        ];
        if (IsMost(found, entry => entry.Named))
        {
            foreach (Identified entry in found.Where(entry => entry.Named is not null && entry.Named != entry.Image))
            {
                throw Disagrees(entry, entry.Named!.Value);
            }
        }
        else if (IsMost(found, entry => entry.Position))
        {
            Identified[] ordered = [.. found.Where(entry => entry.Position is not null).OrderBy(entry => entry.Position)];
            foreach ((Identified before, Identified after) in ordered.Zip(ordered.Skip(1)).Where(pair => pair.Second.Image < pair.First.Image))
            {
                Identified wrong = before.Position == before.Image ? after : before;
                throw Disagrees(wrong, wrong.Position!.Value);
            }
        }
    }

    private static bool IsMost(Identified[] found, Func<Identified, int?> id) => found.Count(entry => id(entry) == entry.Image) * 2 > found.Length;

    private DataException Disagrees(Identified entry, int other)
        => Wrong(entry.Line, $"id {entry.Line.Id} is {Name(other)}, but the path is {entry.Line.Image}; correct the one that is wrong, or leave the column of ids out");

    private int? Class(string text) => text == BadImage || LabelMarks.IsNone(text) ? ImageSet.Unknown : _classes.ByName(text);

    private string Name(int image) => _data.Train.Names[image];

    private string ClassName(int label) => label < 0 ? BadImage : _data.Classes[label];

    private DataException Wrong(LabelLine line, string what) => new($"{_path}, line {line.Line}: {what}.");
}
