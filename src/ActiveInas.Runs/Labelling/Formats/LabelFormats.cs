using ActiveInas.Data;
using ActiveInas.Runs.Folder;

namespace ActiveInas.Runs.Labelling.Formats;

/// <summary>Labels as other programs write and read them. What each format carries stands in docs/labels.md.</summary>
public static class LabelFormats
{
    // In the order in which they are tried on a file: what is none of the others is a table.
    private static readonly ILabelFormat[] s_all = [new ImagenetTxtFormat(), new FiftyOneFormat(), new TreeFormat(), new LabelStudioFormat(), new JsonlFormat(), new CsvFormat()];

    /// <summary>As --format has them.</summary>
    public static IReadOnlyList<string> Names { get; } = ["tree", "csv", "jsonl", "label-studio", "fiftyone", "imagenet-txt"];

    /// <summary>Where an export goes if nothing else is said: a file, or the folder of a format that needs several files.</summary>
    /// <param name="format">One of <see cref="Names"/>.</param>
    /// <exception cref="DataException">There is no such format.</exception>
    public static string DefaultName(string format) => Of(format).DefaultName;

    /// <summary>Whether a format is a folder.</summary>
    /// <param name="format">One of <see cref="Names"/>.</param>
    /// <exception cref="DataException">There is no such format.</exception>
    public static bool IsFolder(string format) => Path.GetExtension(DefaultName(format)).Length == 0;

    /// <summary>Writes labels: a file, which is replaced, or a folder, which may not hold anything yet. Whoever looks sees nothing or all of it.</summary>
    /// <param name="format">One of <see cref="Names"/>.</param>
    /// <param name="images">In the order of the export.</param>
    /// <param name="classes">Names, by index.</param>
    /// <param name="sourceFolder">Where the images lie.</param>
    /// <param name="destination">The file or folder.</param>
    /// <param name="cancellation">Leaves nothing behind.</param>
    /// <exception cref="DataException">There is no such format, the folder holds something, or a name cannot be written in it.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static LabelExport Write(
        string format, IReadOnlyList<ImageLabel> images, IReadOnlyList<string> classes, string sourceFolder, string destination, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(classes);
        ArgumentException.ThrowIfNullOrEmpty(destination);
        ILabelFormat writer = Of(format);
        Check(images, classes);
        ExportRequest request = new(images, classes, Path.GetFullPath(sourceFolder), Path.GetFullPath(destination), cancellation);
        return IsFolder(format) ? WriteFolder(writer, request) : writer.Write(request);
    }

    /// <summary>Reads labels. Nothing is refused before all problems are known: see <see cref="LabelImport.OrThrow"/>.</summary>
    /// <param name="path">A file or folder.</param>
    /// <param name="format">One of <see cref="Names"/>; null: what the content looks like.</param>
    /// <param name="classes">Of the project, by index.</param>
    /// <param name="imagePaths">Of the project, inside its source.</param>
    /// <param name="sourceFolder">Where the images lie, so that full paths are theirs only inside; null: their ends count.</param>
    /// <exception cref="DataException">There is no such format, the file cannot be read, or is not of it; the message says where.</exception>
    public static LabelImport Read(string path, string? format, IReadOnlyList<string> classes, IReadOnlyList<string> imagePaths, string? sourceFolder = null)
    {
        ArgumentNullException.ThrowIfNull(classes);
        ArgumentNullException.ThrowIfNull(imagePaths);
        if (!File.Exists(path) && !Directory.Exists(path))
        {
            throw new DataException($"{path} does not exist; wanted a file or folder of labels, such as a CSV with the header filename,label.");
        }

        try
        {
            ImportFile file = new(path);
            ILabelFormat reader = format is null ? s_all.First(one => one.Recognises(file)) : Of(format);
            LabelSubject subject = new(classes, imagePaths, sourceFolder);
            return LabelReading.Resolve(path, reader.Name, subject, reader.Read(file, subject));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{path} cannot be read: {exception.Message}", exception);
        }
        catch (InvalidOperationException exception) when (exception.Source?.StartsWith("System.Text.Json", StringComparison.Ordinal) == true)
        {
            // A text with half of a pair of UTF-16, such as "\ud800", is seen when it is asked for, not when the file is parsed.
            throw new DataException($"{path} holds a text that is no Unicode: {exception.Message} Write it in UTF-8 in place of \\u escapes.", exception);
        }
    }

    private static ILabelFormat Of(string format)
        => Array.Find(s_all, one => one.Name == format)
            ?? throw new DataException(
                $"'{format}' is no format of labels; wanted one of {string.Join(", ", Names)}"
                + (Spelling.Closest(format, Names) is { } close ? $"; did you mean {close}?" : "."));

    private static void Check(IReadOnlyList<ImageLabel> images, IReadOnlyList<string> classes)
    {
        HashSet<string> names = new(classes, StringComparer.Ordinal);
        foreach (ImageLabel image in images)
        {
            if (image.Action == LabelAction.Label && (image.Class is null || !names.Contains(image.Class)))
            {
                throw new ArgumentException($"{image.Path} has the class '{image.Class}', which is none of {string.Join(", ", classes)}.", nameof(images));
            }

            if (Path.IsPathRooted(image.Path) || image.Path.Split('/').Contains(".."))
            {
                throw new ArgumentException($"'{image.Path}' is no path inside the source.", nameof(images));
            }
        }
    }

    /// <summary>Beside, then renamed.</summary>
    private static LabelExport WriteFolder(ILabelFormat writer, ExportRequest request)
    {
        string folder = request.Destination;
        if (File.Exists(folder) || (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any()))
        {
            throw new DataException($"{folder} holds something already, and what an older export left would be taken for labels; name a folder that is empty or does not exist.");
        }

        string temporary = folder + AtomicFile.TemporarySuffix;
        DeleteFolder(temporary);
        try
        {
            Directory.CreateDirectory(temporary);
            LabelExport export = writer.Write(request with { Destination = temporary });
            DeleteFolder(folder);
            Directory.Move(temporary, folder);
            return export with { Path = folder };
        }
        finally
        {
            DeleteFolder(temporary);
        }
    }

    private static void DeleteFolder(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
