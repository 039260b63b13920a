namespace ActiveInas.Data.Trees;

/// <summary>A folder on disk.</summary>
internal sealed class FolderTree(string root) : ITree
{
    /// <summary>Folders already walked: where links lie, by their real places.</summary>
    private readonly HashSet<string> _walked = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    /// <remarks>Folders first and links to folders after them, in the order of their names, so that a folder that can be reached in two ways is
    /// read where it is.</remarks>
    public TreeListing List(CancellationToken cancellation)
    {
        var files = new List<TreeFile>();
        var folders = new List<string>();
        var problems = new List<DataProblem>();
        var hidden = new HiddenImages();
        var links = new PriorityQueue<string, string>(StringComparer.Ordinal);
        string top = RealPath(Path.GetFullPath(root));
        Walk("", top);
        while (links.TryDequeue(out string? link, out _))
        {
            string real = RealPath(Full(link));
            if (_walked.Contains(real) || (top + Path.DirectorySeparatorChar).StartsWith(real + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            {
                folders.Add(link);
                problems.Add(new DataProblem(link, $"a link to the folder {real}, which is read already: skipped"));
            }
            else
            {
                folders.Add(link);
                Walk(link, real);
            }
        }

        return new TreeListing(files, folders, [.. problems, .. hidden.Problems]);

        void Walk(string start, string realStart)
        {
            var pending = new Stack<(string Path, string Real)>([(start, realStart)]);
            while (pending.TryPop(out (string Path, string Real) folder))
            {
                cancellation.ThrowIfCancellationRequested();
                if (!_walked.Add(folder.Real))
                {
                    problems.Add(new DataProblem(folder.Path, $"the folder {folder.Real} is read already: skipped"));
                    continue;
                }

                foreach (FileSystemInfo item in Items(folder.Path, problems))
                {
                    string path = folder.Path.Length == 0 ? item.Name : $"{folder.Path}/{item.Name}";
                    if (TreePath.Normalise(path, root) is null)
                    {
                        CountHidden(path, item, hidden);
                    }
                    else if (item is FileInfo)
                    {
                        Classify(path, item, files, problems);
                    }
                    else if (item.LinkTarget is not null)
                    {
                        links.Enqueue(path, path);
                    }
                    else
                    {
                        folders.Add(path);
                        if (TreePath.CanBeOpened(item.Name))
                        {
                            pending.Push((path, Path.Combine(folder.Real, item.Name)));
                        }
                    }
                }
            }
        }
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

    private void Classify(string path, FileSystemInfo file, List<TreeFile> files, List<DataProblem> problems)
    {
        try
        {
            using FileStream stream = new(Full(path), FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            TreeReading.Classify(path, stream, files, problems);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            string reason = !TreePath.CanBeOpened(file.Name) ? $"{TreePath.NotUnicode}: skipped"
                : e is FileNotFoundException or DirectoryNotFoundException && file.LinkTarget is { } target ? $"a link to '{target}', which is not there: skipped"
                : $"cannot be read ({e.Message}): skipped";
            problems.Add(new DataProblem(path, reason));
        }
    }

    private static void CountHidden(string path, FileSystemInfo item, HiddenImages hidden)
    {
        if (item is FileInfo)
        {
            hidden.Add(path);
            return;
        }

        if (item.Name[0] != '.' || item.LinkTarget is not null)
        {
            return;
        }

        var options = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = FileAttributes.ReparsePoint };
        foreach (string file in Directory.EnumerateFiles(item.FullName, "*", options))
        {
            hidden.Add($"{path}/{Path.GetRelativePath(item.FullName, file).Replace(Path.DirectorySeparatorChar, '/')}");
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

    /// <summary>The place that a path leads to, with every link on the way followed.</summary>
    private static string RealPath(string path)
    {
        string real = Path.GetPathRoot(path)!;
        foreach (string part in path[real.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
        {
            string next = Path.Combine(real, part);
            real = new DirectoryInfo(next) is { LinkTarget: not null } link && link.ResolveLinkTarget(returnFinalTarget: true) is { } target
                ? Path.TrimEndingDirectorySeparator(target.FullName)
                : next;
        }

        return real;
    }

    private string Full(string path) => Path.Combine(root, path);
}
