namespace ActiveInas.Data.Trees;

/// <summary>A folder on disk.</summary>
internal sealed class FolderTree(string root) : ITree
{
    /// <inheritdoc/>
    public TreeListing List(CancellationToken cancellation)
    {
        var walk = new FolderWalk(root, cancellation);
        walk.Run();
        return new TreeListing(walk.Files, walk.Folders, [.. walk.Problems, .. walk.Hidden.Problems]);
    }

    /// <inheritdoc/>
    public IEnumerable<TreeContent> Read(IReadOnlySet<string> paths, CancellationToken cancellation)
    {
        foreach (string path in paths.Order(StringComparer.Ordinal))
        {
            cancellation.ThrowIfCancellationRequested();
            yield return Read(path);
        }
    }

    private TreeContent Read(string path)
    {
        try
        {
            using FileStream stream = File.OpenRead(Full(path));
            return stream.Length > TreeReading.MaximumFile
                ? new TreeContent(path, null, $"{stream.Length} bytes, more than {TreeReading.MaximumFile}: skipped")
                : new TreeContent(path, TreeReading.ReadAll(stream, stream.Length), null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new TreeContent(path, null, $"cannot be read ({e.Message}): skipped");
        }
    }

    private string Full(string path) => Path.Combine(root, path);
}
