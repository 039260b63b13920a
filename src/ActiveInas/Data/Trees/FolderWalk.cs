namespace ActiveInas.Data.Trees;

/// <summary>Walks the folders of a source once.</summary>
/// <remarks>Folders first and links to folders after them, in the order of their names, so that a folder that can be reached in several ways is
/// read where it is.</remarks>
internal sealed class FolderWalk(string root, CancellationToken cancellation)
{
    private readonly HashSet<string> _walked = new(StringComparer.Ordinal);
    private readonly PriorityQueue<string, string> _links = new(StringComparer.Ordinal);

    /// <summary>In the order of the file system.</summary>
    public List<TreeFile> Files { get; } = [];

    /// <summary>Links to folders included.</summary>
    public List<string> Folders { get; } = [];

    /// <summary>What cannot be read or was read already.</summary>
    public List<DataProblem> Problems { get; } = [];

    /// <summary>What lies in hidden folders.</summary>
    public HiddenImages Hidden { get; } = new();

    /// <summary>Walks.</summary>
    public void Run()
    {
        string top = RealPath(root);
        Walk("", top);
        while (_links.TryDequeue(out string? link, out _))
        {
            string real = RealPath(Full(link));
            Folders.Add(link);
            if (_walked.Contains(real) || IsAround(real, top))
            {
                Problems.Add(new DataProblem(link, $"a link to the folder {real}, which is read already: skipped"));
            }
            else
            {
                Walk(link, real);
            }
        }
    }

    private static bool IsAround(string outer, string inner) =>
        (inner + Path.DirectorySeparatorChar).StartsWith(Path.TrimEndingDirectorySeparator(outer) + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    /// <summary>Everything below a folder but links to folders, which wait.</summary>
    private void Walk(string start, string realStart)
    {
        var pending = new Stack<(string Path, string Real)>([(start, realStart)]);
        while (pending.TryPop(out (string Path, string Real) folder))
        {
            cancellation.ThrowIfCancellationRequested();
            if (!_walked.Add(folder.Real))
            {
                Problems.Add(new DataProblem(folder.Path, $"the folder {folder.Real} is read already: skipped"));
                continue;
            }

            foreach (FileSystemInfo item in Items(folder.Path))
            {
                string path = folder.Path.Length == 0 ? item.Name : $"{folder.Path}/{item.Name}";
                if (TreePath.Normalise(path, root) is null)
                {
                    CountHidden(path, item);
                }
                else if (item is FileInfo)
                {
                    Classify(path, item);
                }
                else if (item.LinkTarget is not null)
                {
                    _links.Enqueue(path, path);
                }
                else
                {
                    Folders.Add(path);
                    if (TreePath.CanBeOpened(item.Name))
                    {
                        pending.Push((path, Path.Combine(folder.Real, item.Name)));
                    }
                }
            }
        }
    }

    private void Classify(string path, FileSystemInfo file)
    {
        try
        {
            using FileStream stream = new(Full(path), FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            TreeReading.Classify(path, stream, Files, Problems);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            string reason = !TreePath.CanBeOpened(file.Name) ? $"{TreePath.NotUnicode}: skipped"
                : e is FileNotFoundException or DirectoryNotFoundException && file.LinkTarget is { } target ? $"a link to '{target}', which is not there: skipped"
                : $"cannot be read ({e.Message}): skipped";
            Problems.Add(new DataProblem(path, reason));
        }
    }

    private void CountHidden(string path, FileSystemInfo item)
    {
        if (item is FileInfo)
        {
            Hidden.Add(path);
            return;
        }

        if (item.Name[0] != '.' || item.LinkTarget is not null)
        {
            return;
        }

        var options = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = FileAttributes.ReparsePoint };
        foreach (string file in Directory.EnumerateFiles(item.FullName, "*", options))
        {
            Hidden.Add($"{path}/{Path.GetRelativePath(item.FullName, file).Replace(Path.DirectorySeparatorChar, '/')}");
        }
    }

    private List<FileSystemInfo> Items(string folder)
    {
        try
        {
            return [.. new DirectoryInfo(Full(folder)).EnumerateFileSystemInfos()];
        }
        catch (Exception e) when ((e is IOException or UnauthorizedAccessException) && folder.Length > 0)
        {
            Problems.Add(new DataProblem(folder, $"cannot be read ({e.Message}): skipped"));
            return [];
        }
    }

    /// <summary>The place that a path leads to, with every link on the way followed.</summary>
    private static string RealPath(string path)
    {
        string full = Path.GetFullPath(path);
        string real = Path.GetPathRoot(full)!;
        foreach (string part in full[real.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
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
