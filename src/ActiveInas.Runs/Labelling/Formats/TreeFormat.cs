using System.IO.Enumeration;
using System.Runtime.InteropServices;
using ActiveInas.Data;

namespace ActiveInas.Runs.Labelling.Formats;

/// <summary>A folder a class, with its images at their paths in the source: hard links where the file system makes them, else copies.</summary>
/// <remarks>It carries classes, those without an image too, and nothing else. Reading takes trees of other programs too, and the source itself, whose folders may be
/// classes.</remarks>
internal sealed class TreeFormat : ILabelFormat
{
    // As FiftyOne calls the folder of images without a label.
    private const string NoLabel = "_unlabeled";

    /// <inheritdoc/>
    public string Name => "tree";

    /// <inheritdoc/>
    public string DefaultName => "tree";

    /// <inheritdoc/>
    public bool Recognises(ImportFile file) => file.IsFolder;

    /// <inheritdoc/>
    public LabelExport Write(ExportRequest request)
    {
        foreach (string name in request.Classes)
        {
            RequireFolderName(name);
            Directory.CreateDirectory(Path.Combine(request.Destination, name));
        }

        int written = 0;
        foreach (ImageLabel image in request.Images.Where(image => image.Action == LabelAction.Label))
        {
            request.Cancellation.ThrowIfCancellationRequested();
            string copy = Path.Combine(request.Destination, image.Class!, image.Path);
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            LinkOrCopy(Path.Combine(request.SourceFolder, image.Path), copy);
            written++;
        }

        return new LabelExport(request.Destination, written, []);
    }

    /// <inheritdoc/>
    public FileLabels Read(ImportFile file, LabelSubject subject)
    {
        if (!file.IsFolder)
        {
            throw new DataException($"{file.Path} is a file; wanted a folder that holds one for each class.");
        }

        string[] folders = [.. Directory.GetDirectories(file.Path).Where(IsVisible).Order(StringComparer.Ordinal)];
        if (folders.Length == 0)
        {
            throw new DataException($"{file.Path} holds no folders; wanted one for each class, with its images in it.");
        }

        HashSet<string> extensions = new(subject.ImagePaths.Select(path => Path.GetExtension(path)), StringComparer.OrdinalIgnoreCase);
        (string Folder, string Inside)[] images =
        [
            .. folders.SelectMany(folder => Files(folder).Where(path => extensions.Contains(Path.GetExtension(path))).Order(StringComparer.Ordinal)
                .Select(path => (Path.GetFileName(folder), Inside(folder, path)))),
        ];
        bool isSource = IsSource(images, subject);
        return new FileLabels([.. images.Select(image => Line(image.Folder, image.Inside, isSource))])
        {
            Classes = [.. folders.Select(folder => Path.GetFileName(folder)).Where(name => name != NoLabel)],
        };
    }

    // A backslash is part of a name where it does not separate folders.
    private static string Inside(string folder, string path) => Path.GetRelativePath(folder, path).Replace(Path.DirectorySeparatorChar, '/');

    /// <summary>The files in a folder and below it. Links to folders are not followed: they may lead back.</summary>
    private static FileSystemEnumerable<string> Files(string folder)
        => new(folder, (ref FileSystemEntry entry) => entry.ToFullPath(), new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
        {
            ShouldIncludePredicate = (ref FileSystemEntry entry) => !entry.IsDirectory && !entry.FileName.StartsWith("."),
            ShouldRecursePredicate = (ref FileSystemEntry entry) => !entry.FileName.StartsWith(".") && !entry.Attributes.HasFlag(FileAttributes.ReparsePoint),
        };

    /// <summary>Whether the folders of classes are folders of the source: else images lie in them at their paths in the source, as in an export.</summary>
    private static bool IsSource((string Folder, string Inside)[] images, LabelSubject subject)
    {
        HashSet<string> paths = new(subject.ImagePaths, StringComparer.Ordinal);
        return images.Count(image => paths.Contains($"{image.Folder}/{image.Inside}")) > images.Count(image => paths.Contains(image.Inside));
    }

    private static FileLabel Line(string folder, string inside, bool isSource)
    {
        ImageLabel image = new(isSource ? $"{folder}/{inside}" : inside);
        return new FileLabel($"folder '{folder}'", folder == NoLabel ? image : image with { Action = LabelAction.Label, Class = folder });
    }

    private static bool IsVisible(string path) => !Path.GetFileName(path).StartsWith('.');

    private static void RequireFolderName(string name)
    {
        if (name.Length == 0 || name is "." or ".." || name.IndexOfAny([.. Path.GetInvalidFileNameChars(), '/', '\\']) >= 0)
        {
            throw new DataException($"The class '{name}' cannot be the name of a folder; rename it or choose another format.");
        }
    }

    /// <summary>A name more for a file, or another file with the same bytes where the file system has no such thing or the folders lie on two of them.</summary>
    private static void LinkOrCopy(string source, string copy)
    {
        // Of a link the file: a second name of the link may lead nowhere from there.
        source = File.ResolveLinkTarget(source, returnFinalTarget: true)?.FullName ?? source;
        if (!(OperatingSystem.IsWindows() ? CreateHardLink(copy, source, 0) : Link(source, copy) == 0))
        {
            File.Copy(source, copy);
        }
    }

    [DllImport("libc", EntryPoint = "link")]
    private static extern int Link([MarshalAs(UnmanagedType.LPUTF8Str)] string path, [MarshalAs(UnmanagedType.LPUTF8Str)] string name);

    [DllImport("kernel32", EntryPoint = "CreateHardLinkW", CharSet = CharSet.Unicode)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static extern bool CreateHardLink(string name, string path, nint security);
}
