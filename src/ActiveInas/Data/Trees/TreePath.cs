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
}
