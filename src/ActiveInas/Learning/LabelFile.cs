using System.Globalization;
using ActiveInas.Data;

namespace ActiveInas.Learning;

/// <summary>What a file of labels holds.</summary>
/// <param name="Samples">Labelled samples, ascending by id.</param>
/// <param name="Bad">Images marked as bad ("-"): never ask again.</param>
public sealed record LabelFileContents(IReadOnlyList<LabelledSample> Samples, IReadOnlySet<SampleId> Bad);

/// <summary>Labels from outside: CSV lines of an image and its class.</summary>
/// <remarks>
/// With a header: columns id (or path, filename, file, name, image) and label (or class), others ignored, so that a queries/round_NN.csv
/// with one more column is a file of labels. Without: two columns, image and class. An image is named by its path inside the source or its id; a
/// class by its name or its index. An empty class is not labelled yet; "-" is a bad image. Lines that say the same twice are fine.
/// </remarks>
public sealed class LabelFile
{
    /// <summary>The class that marks an image as bad.</summary>
    public const string BadImage = "-";

    private static readonly string[] s_labelColumns = ["label", "class"];
    private static readonly string[] s_pathColumns = ["path", "filename", "file", "name", "image"];
    private readonly string _path;
    private readonly ImageSet _train;
    private readonly IReadOnlyList<string> _classes;
    private readonly Dictionary<string, int> _names = [];
    private readonly SortedDictionary<SampleId, (int Label, int Line)> _labels = [];
    private Columns _columns = new(0, 1, HasId: false, Header: false);

    private LabelFile(string path, ImageSet train, IReadOnlyList<string> classes)
    {
        _path = path;
        _train = train;
        _classes = classes;
        for (int id = 0; id < train.Count; id++)
        {
            _names[Normalised(train.Names[id])] = id;
        }
    }

    private readonly record struct Columns(int Image, int Label, bool HasId, bool Header);

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="train">The training part that the labels are for.</param>
    /// <param name="classes">Class names.</param>
    /// <exception cref="DataException">The file is missing, or a line is wrong; the message names file, line and value.</exception>
    public static LabelFileContents Read(string path, ImageSet train, IReadOnlyList<string> classes)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(classes);
        if (!File.Exists(path))
        {
            throw new DataException($"The file of labels {path} does not exist; wanted CSV lines of image and class, for example train/cat/0001.jpg,cat.");
        }

        LabelFile file = new(path, train, classes);
        int number = 0;
        bool first = true;
        foreach (string line in File.ReadLines(path))
        {
            number++;
            if (!string.IsNullOrWhiteSpace(line))
            {
                file.Take(line, number, first);
                first = false;
            }
        }

        return new LabelFileContents(
            [.. file._labels.Where(entry => entry.Value.Label >= 0).Select(entry => new LabelledSample(entry.Key, entry.Value.Label))],
            file._labels.Where(entry => entry.Value.Label < 0).Select(entry => entry.Key).ToHashSet());
    }

    private void Take(string line, int number, bool first)
    {
        if (!CsvLine.TrySplit(line, out List<string>? fields))
        {
            throw Wrong(number, $"a quote is not closed in '{line}'");
        }

        if (first && FindHeader(fields) is { } columns)
        {
            _columns = columns;
            return;
        }

        if (_columns.Header ? fields.Count <= Math.Max(_columns.Image, _columns.Label) : fields.Count != 2)
        {
            throw Wrong(number, $"'{line}' has {fields.Count} fields; wanted {(_columns.Header ? "those of the header" : "image,class")}");
        }

        string label = fields[_columns.Label];
        if (label.Length == 0)
        {
            return;
        }

        SampleId id = FindImage(fields[_columns.Image], number, first);
        int value = label == BadImage ? ImageSet.Unknown : FindClass(label, number);
        if (_labels.TryGetValue(id, out (int Label, int Line) known) && known.Label != value)
        {
            throw Wrong(number, $"image {fields[_columns.Image]} is {label} here but {ClassName(known.Label)} in line {known.Line}; keep one of the two");
        }

        _labels.TryAdd(id, (value, number));
    }

    private static Columns? FindHeader(List<string> fields)
    {
        int Find(params ReadOnlySpan<string> names)
        {
            for (int i = 0; i < fields.Count; i++)
            {
                foreach (string name in names)
                {
                    if (fields[i].Equals(name, StringComparison.OrdinalIgnoreCase))
                    {
                        return i;
                    }
                }
            }

            return -1;
        }

        (int id, int path, int label) = (Find("id"), Find(s_pathColumns), Find(s_labelColumns));
        return label < 0 || (id < 0 && path < 0) ? null : new Columns(id >= 0 ? id : path, label, HasId: id >= 0, Header: true);
    }

    private SampleId FindImage(string text, int number, bool first)
    {
        bool isPath = _names.TryGetValue(Normalised(text), out int named);
        bool isId = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int id) && id < _train.Count;
        if (isId && (_columns.HasId || (!_columns.Header && !isPath)))
        {
            return new SampleId(id);
        }

        if (isPath)
        {
            return new SampleId(named);
        }

        string ids = _columns.Header && !_columns.HasId ? string.Empty : $", or an id, 0..{_train.Count - 1}";
        string header = first ? " (if this line is a header, name its columns id or path, and label)" : string.Empty;
        throw Wrong(number, $"'{text}' is no training image of the data set; wanted a path inside the source, such as {_train.Names[0]}{ids}{header}");
    }

    private int FindClass(string text, int number)
    {
        for (int c = 0; c < _classes.Count; c++)
        {
            if (_classes[c] == text)
            {
                return c;
            }
        }

        int[] alike = [.. Enumerable.Range(0, _classes.Count).Where(c => _classes[c].Equals(text, StringComparison.OrdinalIgnoreCase))];
        if (alike.Length == 1)
        {
            return alike[0];
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int index) && index < _classes.Count)
        {
            return index;
        }

        const int Shown = 20;
        string more = _classes.Count > Shown ? ", ..." : string.Empty;
        throw Wrong(
            number,
            $"'{text}' is no class; wanted one of {string.Join(", ", _classes.Take(Shown))}{more}, an index 0..{_classes.Count - 1}, or {BadImage} for a bad image");
    }

    private string ClassName(int label) => label < 0 ? BadImage : _classes[label];

    private DataException Wrong(int number, string what) => new($"{_path}, line {number}: {what}.");

    private static string Normalised(string path)
    {
        string plain = path.Replace('\\', '/');
        return plain.StartsWith("./", StringComparison.Ordinal) ? plain[2..] : plain;
    }
}
