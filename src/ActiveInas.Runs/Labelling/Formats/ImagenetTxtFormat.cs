using System.Globalization;
using System.Text;
using ActiveInas.Data;
using ActiveInas.Runs.Folder;

namespace ActiveInas.Runs.Labelling.Formats;

/// <summary>A folder with synsets.txt, a class a line, and files of lines "path index". A path with blanks is quoted before its extension: "a b".jpg 0.</summary>
/// <remarks>It has no word for skipped or bad images. Source: Datumaro's documentation, "ImageNet", imagenet_txt, which CVAT writes too.</remarks>
internal sealed class ImagenetTxtFormat : ILabelFormat
{
    private const string ClassesFile = "synsets.txt";
    private const string LabelsFile = "labels.txt";
    private static readonly char[] s_lineEnds = ['\n', '\r'];

    /// <inheritdoc/>
    public string Name => "imagenet-txt";

    /// <inheritdoc/>
    public string DefaultName => "imagenet-txt";

    /// <inheritdoc/>
    public bool Recognises(ImportFile file)
        => file.IsFolder ? File.Exists(file[ClassesFile].Path) : Path.GetExtension(file.Path) == ".txt" && File.Exists(Path.Combine(FolderOf(file), ClassesFile));

    /// <inheritdoc/>
    public LabelExport Write(ExportRequest request)
    {
        if (request.Classes.FirstOrDefault(name => name.IndexOfAny(s_lineEnds) >= 0 || name.Trim().Length != name.Length) is { } odd)
        {
            throw new DataException(
                $"The class '{odd}' cannot be a line of {ClassesFile}, since it begins or ends with a blank or holds a line end; rename it or choose another format.");
        }

        Dictionary<string, int> indices = request.Classes.Index().ToDictionary(one => one.Item, one => one.Index, StringComparer.Ordinal);
        StringBuilder text = new();
        List<string> left = [];
        int written = 0;
        foreach (ImageLabel image in request.Images.Where(image => image.Action == LabelAction.Label))
        {
            request.Cancellation.ThrowIfCancellationRequested();
            if (Line(image.Path, indices[image.Class!]) is { } line)
            {
                text.Append(line).Append('\n');
                written++;
            }
            else
            {
                left.Add(image.Path);
            }
        }

        AtomicFile.WriteText(Path.Combine(request.Destination, ClassesFile), string.Concat(request.Classes.Select(name => name + '\n')));
        AtomicFile.WriteText(Path.Combine(request.Destination, LabelsFile), text.ToString());
        string[] notices = left.Count == 0 ? []
            : [$"{left.Count} labelled images are left out, since a quote or a line end in a name cannot be written in {LabelsFile} (first: {left[0]})."];
        return new LabelExport(request.Destination, written, notices);
    }

    /// <inheritdoc/>
    public FileLabels Read(ImportFile file, LabelSubject subject)
    {
        string folder = FolderOf(file);
        ImportFile synsets = new(Path.Combine(folder, ClassesFile));
        if (!File.Exists(synsets.Path))
        {
            throw new DataException($"{synsets.Path} does not exist; wanted the classes, one a line, in the order of their indices.");
        }

        string[] classes = [.. Lines(synsets.Text().TrimEnd()).Select(line => line.Trim())];
        List<LabelProblem> problems =
        [
            .. classes.Index().Where(line => line.Item.Length == 0)
                .Select(line => new LabelProblem($"{ClassesFile}, line {line.Index + 1}", string.Empty, "is no class", "a name in each line")),
        ];
        string[] files = file.IsFolder
            ? [.. Directory.GetFiles(folder, "*.txt").Where(path => Path.GetFileName(path) != ClassesFile).Order(StringComparer.Ordinal)]
            : [file.Path];
        List<FileLabel> lines = [];
        foreach (string path in files)
        {
            foreach ((int i, string line) in Lines(new ImportFile(path).Text()).Index().Where(line => line.Item.Trim().Length > 0))
            {
                string place = $"{Path.GetFileName(path)}, line {i + 1}";
                if (Image(line.Trim(), classes, place, problems) is { } image)
                {
                    lines.Add(new FileLabel(place, image));
                }
            }
        }

        return new FileLabels(lines) { Classes = [.. classes.Where(name => name.Length > 0)], Problems = problems };
    }

    private static string FolderOf(ImportFile file) => file.IsFolder ? file.Path : Path.GetDirectoryName(Path.GetFullPath(file.Path))!;

    private static string[] Lines(string text) => text.Length == 0 ? [] : text.Split('\n');

    /// <summary>The line of an image; null: it cannot be written.</summary>
    private static string? Line(string path, int index)
    {
        string extension = Path.GetExtension(path);
        if (path.IndexOfAny(s_lineEnds) >= 0 || path.Contains('"', StringComparison.Ordinal) || extension.Any(char.IsWhiteSpace))
        {
            return null;
        }

        string name = path.Any(char.IsWhiteSpace) ? $"\"{path[..^extension.Length]}\"{extension}" : path;
        return string.Create(CultureInfo.InvariantCulture, $"{name} {index}");
    }

    private static ImageLabel? Image(string line, string[] classes, string place, List<LabelProblem> problems)
    {
        (string path, string[] indices) = Cut(line);
        if (path.Length == 0 || indices.Length > 1)
        {
            problems.Add(new LabelProblem(place, line, indices.Length > 1 ? "has several classes" : "names no image", "a path and one index"));
            return null;
        }

        if (indices.Length == 0)
        {
            return new ImageLabel(path);
        }

        if (!int.TryParse(indices[0], NumberStyles.None, CultureInfo.InvariantCulture, out int index) || index >= classes.Length)
        {
            problems.Add(new LabelProblem(place, indices[0], "is no class", $"an index 0..{classes.Length - 1} of {ClassesFile}"));
            return null;
        }

        return new ImageLabel(path) { Action = LabelAction.Label, Class = classes[index] };
    }

    /// <summary>The path and the indices behind it. Without quotes, blanks belong to the path where what is behind them is no number.</summary>
    private static (string Path, string[] Indices) Cut(string line)
    {
        int end = line.StartsWith('"') ? line.IndexOf('"', 1) : -1;
        if (end > 0)
        {
            string[] rest = line[(end + 1)..].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            bool hasExtension = rest.Length > 0 && rest[0].StartsWith('.') && end + 1 < line.Length && line[end + 1] == '.';
            return hasExtension ? (line[1..end] + rest[0], rest[1..]) : (line[1..end], rest);
        }

        int cut = line.Length;
        List<string> indices = [];
        while (line.LastIndexOf(' ', cut - 1) is > 0 and int blank && line[(blank + 1)..cut] is { Length: > 0 } word && word.All(char.IsAsciiDigit))
        {
            indices.Insert(0, word);
            cut = blank;
        }

        return (line[..cut].Trim(), [.. indices]);
    }
}
