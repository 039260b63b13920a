namespace ActiveInas.Data.Trees;

/// <summary>A folder on disk.</summary>
internal sealed class FolderTree(string root) : ITree
{
    /// <inheritdoc/>
    public TreeListing List(CancellationToken cancellation)
    {
        var files = new List<TreeFile>();
        var folders = new List<string>();
        var problems = new List<DataProblem>();
        var pending = new Stack<string>([""]);
        while (pending.TryPop(out string? folder))
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (FileSystemInfo item in Items(folder, problems))
            {
                string path = folder.Length == 0 ? item.Name : $"{folder}/{item.Name}";
                if (TreePath.Normalise(path, root) is null)
                {
                    continue;
                }

                if (item is FileInfo)
                {
                    Classify(path, files, problems);
                }
                else if (LeadsBack((DirectoryInfo)item))
                {
                    problems.Add(new DataProblem(path, "a link to a folder above it: skipped"));
                }
                else
                {
                    folders.Add(path);
                    pending.Push(path);
                }
            }
        }

        return new TreeListing(files, folders, problems);
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

    private void Classify(string path, List<TreeFile> files, List<DataProblem> problems)
    {
        try
        {
            using FileStream stream = new(Full(path), FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            TreeReading.Classify(path, stream, files, problems);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add(new DataProblem(path, $"cannot be read ({e.Message}): skipped"));
        }
    }

    private List<FileSystemInfo> Items(string folder, List<DataProblem> problems)
    {
        try
        {
            return [.. new DirectoryInfo(Full(folder)).EnumerateFileSystemInfos()];
        }
        catch (Exception e) when ((e is IOException or UnauthorizedAccessException) && folder.Length > 0)
        {
            problems.Add(new DataProblem(folder, $"cannot be read ({e.Message}): skipped"));
            return [];
        }
    }

    private static bool LeadsBack(DirectoryInfo folder)
    {
        if (folder.LinkTarget is null || folder.ResolveLinkTarget(returnFinalTarget: true) is not { } target)
        {
            return false;
        }

        string above = Path.TrimEndingDirectorySeparator(target.FullName) + Path.DirectorySeparatorChar;
        return folder.FullName.StartsWith(above, StringComparison.Ordinal);
    }

    private string Full(string path) => Path.Combine(root, path);
}
