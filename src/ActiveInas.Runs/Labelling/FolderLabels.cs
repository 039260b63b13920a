using ActiveInas.Data;
using ActiveInas.Runs.Labelling.Formats;

namespace ActiveInas.Runs.Labelling;

/// <summary>Labels that folders give: an image in a folder that is called like a class is of that class.</summary>
internal static class FolderLabels
{
    // Where people put what they have not sorted yet.
    private static readonly HashSet<string> s_none = new(StringComparer.OrdinalIgnoreCase) { "unlabelled", "unlabeled", "unsorted", "unknown", "inbox", "new", "todo" };

    /// <summary>Classes that the folders in which images lie suggest: the names of the innermost ones, in order; empty: images lie in none.</summary>
    /// <param name="paths">Of the images, with '/'.</param>
    public static IReadOnlyList<string> ClassesOf(IEnumerable<string> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        return [.. paths.Select(path => FoldersOf(path).FirstOrDefault()).OfType<string>().Distinct(StringComparer.Ordinal).Where(name => !s_none.Contains(name)).Order(StringComparer.Ordinal)];
    }

    /// <summary>The labels that folders give, the innermost folder first.</summary>
    /// <param name="paths">Of the images, with '/'.</param>
    /// <param name="classes">Names.</param>
    public static IReadOnlyList<ImageLabel> Of(IEnumerable<string> paths, IReadOnlyList<string> classes)
    {
        ArgumentNullException.ThrowIfNull(paths);
        HashSet<string> known = new(classes, StringComparer.Ordinal);
        return
        [
            .. paths.Select(path => (Path: path, Class: FoldersOf(path).FirstOrDefault(known.Contains))).Where(pair => pair.Class is not null)
                .Select(pair => new ImageLabel(pair.Path) { Action = LabelAction.Label, Class = pair.Class, Labeller = "folder", Source = LabelSource.Imported }),
        ];
    }

    /// <summary>Folders of a path in the composed form, the innermost first.</summary>
    private static IEnumerable<string> FoldersOf(string path) => path.Split('/').SkipLast(1).Reverse().Select(ComposedText.Of);
}
