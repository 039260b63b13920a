namespace ActiveInas.Data.Trees;

/// <summary>Names inside a source.</summary>
internal static class TreePath
{
    /// <summary>Deeper trees are no collections of images, and walking them would need a deep stack.</summary>
    private const int MaximumDepth = 64;

    private static readonly HashSet<string> s_ignored = new(StringComparer.OrdinalIgnoreCase)
    {
        "__MACOSX", "Thumbs.db", "desktop.ini", "@eaDir",
    };

    /// <summary>Why a file of a folder cannot be read.</summary>
    public const string NotUnicode = "its name is not UTF-8, so it cannot be opened: rename it (convmv does so for whole folders)";

    /// <summary>Whether a name of a folder can be opened: one that is not UTF-8 arrives with replacement characters.</summary>
    public static bool CanBeOpened(string name) => !name.Contains('\uFFFD', StringComparison.Ordinal);

    /// <summary>The name with "./", "//" and a leading '/' removed; null for hidden files, thumbnails and the like, which are
    /// ignored.</summary>
    /// <exception cref="DataException">The name climbs out of the source.</exception>
    public static string? Normalise(string name, string source)
    {
        string[] parts = name.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != ".").ToArray();
        if (parts.Contains(".."))
        {
            throw new DataException($"{source}: the entry '{name}' points outside of the archive; such archives are not read.");
        }

        if (parts.Length > MaximumDepth)
        {
            throw new DataException($"{source}: an entry lies {parts.Length} folders deep; at most {MaximumDepth} are read.");
        }

        return parts.Length == 0 || parts.Any(part => part[0] == '.' || s_ignored.Contains(part)) ? null : string.Join('/', parts);
    }

    /// <summary>The folders around a file, the innermost first.</summary>
    public static IEnumerable<string> FoldersOf(string path)
    {
        for (int end = path.LastIndexOf('/'); end > 0; end = path.LastIndexOf('/', end - 1))
        {
            yield return path[..end];
        }
    }
}
