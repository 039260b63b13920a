using System.Globalization;

namespace ActiveInas.Data.Tables;

/// <summary>A line of a table of labels, as written.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Image">What names the image.</param>
/// <param name="Id">What a column "id" beside it says; null: there is none.</param>
/// <param name="Label">What names the class; empty: none yet.</param>
/// <param name="Part">What names the part, training or test; null: there is no such column.</param>
public readonly record struct LabelLine(int Line, string Image, string? Id, string Label, string? Part);

/// <summary>A table of images and their classes: which columns are which.</summary>
/// <remarks>With a header: a column of paths, file names or ids, and one of classes, under the names that exports use (docs/labels.md; capitals,
/// blanks, _ and - do not matter), or a column of 0 and 1 for each class. Without: image and class.</remarks>
public sealed class LabelTable
{
    private const string IdName = "id";

    // The first that is there counts.
    private static readonly string[] s_imageNames =
    [
        "path", "filepath", "filename", "file", "imagepath", "imagefile", "imagefilename", "imagename", "image", "img", "imgpath", "imgname", "imageid", "imgid", "name",
    ];

    private static readonly string[] s_labelNames =
        ["label", "class", "category", "classname", "labelname", "categoryname", "choice", "target", "labels", "classes"];

    private static readonly string[] s_partNames = ["split", "part", "subset", "partition", "set"];

    private readonly string _path;
    private readonly TableRow _header;
    private readonly IReadOnlyList<TableRow> _rows;
    private readonly List<string> _notices;

    private LabelTable(string path, TableFile file)
    {
        _path = path;
        _header = file.Rows.Count > 0 ? file.Rows[0] : new TableRow(1, []);
        _notices = file.Notice is null ? [] : [file.Notice];
        string[] names = [.. _header.Fields.Select(Plain)];
        int id = Array.IndexOf(names, IdName);
        int image = s_imageNames.Select(name => Array.IndexOf(names, name)).FirstOrDefault(at => at >= 0, -1);
        HasHeader = id >= 0 || image >= 0;
        HasPaths = image >= 0;
        _rows = HasHeader ? [.. file.Rows.Skip(1)] : file.Rows;
        (ImageColumn, IdColumn) = !HasHeader ? (0, -1) : image >= 0 ? (image, id) : (id, -1);
        PartColumn = HasHeader ? Array.FindIndex(names, s_partNames.Contains) : -1;
    }

    /// <summary>Whether columns were found by a header.</summary>
    internal bool HasHeader { get; }

    /// <summary>Whether the header says that images are named, so that a number is no position.</summary>
    internal bool HasPaths { get; }

    /// <summary>In the file's order.</summary>
    public IReadOnlyList<LabelLine> Lines { get; private set; } = [];

    /// <summary>What a person should know about how it was read.</summary>
    public IReadOnlyList<string> Notices => _notices;

    private int ImageColumn { get; }

    private int IdColumn { get; }

    private int PartColumn { get; }

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="isClass">Whether a text names a class: it chooses between two columns of classes. Null: nobody knows.</param>
    /// <exception cref="DataException">The file or a line is wrong; the message names file, line and value.</exception>
    public static LabelTable Read(string path, Func<string, bool>? isClass)
    {
        LabelTable table = new(path, TableFile.Read(path, fields => IsHeader([.. fields.Select(Plain)])));
        table.CheckLengths();
        Func<TableRow, string> label = table.LabelOf(isClass);
        table.Lines = [.. table._rows.Select(row => new LabelLine(
            row.Line, row.Fields[table.ImageColumn], table.IdColumn < 0 ? null : row.Fields[table.IdColumn], label(row), table.PartColumn < 0 ? null : row.Fields[table.PartColumn]))];
        return table;
    }

    /// <summary>What stands in another column, a text for each line; null: the header has no column of that name.</summary>
    /// <param name="name">Capitals, blanks, _ and - do not matter.</param>
    public IReadOnlyList<string>? Column(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        int column = HasHeader ? Array.FindIndex([.. _header.Fields], field => Plain(field) == Plain(name)) : -1;
        return column < 0 ? null : [.. _rows.Select(row => row.Fields[column])];
    }

    private static string Plain(string name) => string.Concat(name.Where(c => c is not (' ' or '_' or '-'))).ToLowerInvariant();

    private static bool IsHeader(string[] names) => names.Length > 1 && names.Any(name => name == IdName || s_imageNames.Contains(name));

    private void CheckLengths()
    {
        int wanted = HasHeader ? _header.Fields.Count : 2;
        foreach (TableRow row in _rows.Where(row => row.Fields.Count != wanted))
        {
            throw Wrong(row.Line, $"'{string.Join(',', row.Fields)}' has {row.Fields.Count} fields; wanted {(HasHeader ? $"those of the header, {wanted}" : "image,class")}");
        }
    }

    private Func<TableRow, string> LabelOf(Func<string, bool>? isClass)
    {
        if (!HasHeader)
        {
            return row => row.Fields[1];
        }

        int[] columns = [.. Enumerable.Range(0, _header.Fields.Count).Where(column => s_labelNames.Contains(Plain(_header.Fields[column])))];
        if (columns.Length == 0)
        {
            return OneHot();
        }

        if (columns.Length > 1)
        {
            columns = Choose(columns, isClass);
        }

        return row => row.Fields[columns[0]];
    }

    /// <summary>Of several columns of classes the one whose texts are classes; two that always say the same are one.</summary>
    private int[] Choose(int[] columns, Func<string, bool>? isClass)
    {
        if (_rows.All(row => columns.All(column => row.Fields[column] == row.Fields[columns[0]])))
        {
            return columns;
        }

        int[] fitting = isClass is null ? columns : [.. columns.Where(column => _rows.All(row => row.Fields[column].Length == 0 || isClass(row.Fields[column])))];
        string names = string.Join(" and ", columns.Select(column => $"'{_header.Fields[column]}'"));
        if (fitting.Length != 1)
        {
            throw Wrong(_header.Line, $"{names} could both hold the class, and do not say the same; rename the one that does not");
        }

        _notices.Add($"{_path}: of the columns {names}, '{_header.Fields[fitting[0]]}' holds the classes.");
        return fitting;
    }

    /// <summary>A column of 0 and 1 for each class.</summary>
    private Func<TableRow, string> OneHot()
    {
        int[] columns = [.. Enumerable.Range(0, _header.Fields.Count).Where(column => column != ImageColumn && column != IdColumn && column != PartColumn && _header.Fields[column].Length > 0)];
        bool isOneHot = columns.Length > 1 && _rows.All(row => columns.All(column => Number(row.Fields[column]) is 0 or 1));
        if (!isOneHot)
        {
            throw Wrong(
                _header.Line,
                $"the header '{string.Join(',', _header.Fields)}' names no column of classes; wanted one called label, class, category, target or choice, or a column of 0 and 1 for each class");
        }

        _notices.Add($"{_path}: the columns {string.Join(", ", columns.Select(column => _header.Fields[column]))} are classes, marked with 1.");
        return row =>
        {
            string[] marked = [.. columns.Where(column => Number(row.Fields[column]) == 1).Select(column => _header.Fields[column])];
            return marked.Length switch
            {
                0 => string.Empty,
                1 => marked[0],
                _ => throw Wrong(row.Line, $"image {row.Fields[ImageColumn]} is marked as {string.Join(" and ", marked)}; wanted one class"),
            };
        };
    }

    private static double? Number(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : null;

    private DataException Wrong(int line, string what) => new($"{_path}, line {line}: {what}.");
}
