using ActiveInas.Data.Images;

namespace ActiveInas.Data.Trees;

/// <summary>Links inside an archive: each is another name of a file, or of a folder of files, in the same archive.</summary>
internal sealed class ArchiveLinks
{
    private const int LongestChain = 40;
    private readonly Dictionary<string, string?> _targets = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _texts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _files = new(StringComparer.Ordinal);

    /// <summary>A hard link: its target is a name of the archive.</summary>
    public void AddHard(string path, string target) => Add(path, target, Combine("", target));

    /// <summary>A symbolic link: its target is seen from its folder.</summary>
    public void AddSymbolic(string path, string target) =>
        Add(path, target, target.StartsWith('/') ? null : Combine(path.Contains('/', StringComparison.Ordinal) ? path[..path.LastIndexOf('/')] : "", target));

    /// <summary>Adds the files that links stand for; what leads nowhere is a problem.</summary>
    public void Resolve(List<TreeFile> files, List<DataProblem> problems)
    {
        var kinds = files.ToDictionary(file => file.Path, file => file.Kind, StringComparer.Ordinal);
        foreach (string path in _targets.Keys.Order(StringComparer.Ordinal))
        {
            string? target = Final(path);
            (string Path, string Target)[] found = target is null ? []
                : kinds.ContainsKey(target) ? [(path, target)]
                : [.. kinds.Keys.Where(file => file.StartsWith(target + "/", StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(file => (path + file[target.Length..], file))];
            if (found.Length == 0)
            {
                problems.Add(new DataProblem(path, $"a link to '{_texts[path]}', which is not in the archive: skipped"));
            }

            foreach ((string alias, string file) in found.Where(pair => !kinds.ContainsKey(pair.Path) && _files.TryAdd(pair.Path, pair.Target)))
            {
                files.Add(new TreeFile(alias, kinds[file]));
                if (kinds[file] == ImageKind.None)
                {
                    problems.Add(new DataProblem(alias, $"a link to '{file}', which is no image file: skipped"));
                }
            }
        }
    }

    /// <summary>By the name in the archive, the names asked for.</summary>
    public Dictionary<string, List<string>> Wanted(IEnumerable<string> paths) => paths
        .GroupBy(path => _files.GetValueOrDefault(path, path), StringComparer.Ordinal)
        .ToDictionary(group => group.Key, group => group.ToList(), StringComparer.Ordinal);

    private void Add(string path, string text, string? target)
    {
        _targets[path] = target;
        _texts[path] = text;
    }

    private string? Final(string path)
    {
        string? target = path;
        for (int i = 0; i < LongestChain && target is not null && _targets.TryGetValue(target, out string? next); i++)
        {
            target = next;
        }

        return target is not null && !_targets.ContainsKey(target) && target.Length > 0 ? target : null;
    }

    /// <summary>Null where the name climbs out of the archive.</summary>
    private static string? Combine(string folder, string name)
    {
        var parts = new List<string>(folder.Split('/', StringSplitOptions.RemoveEmptyEntries));
        foreach (string part in name.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == ".." && parts.Count == 0)
            {
                return null;
            }

            if (part == "..")
            {
                parts.RemoveAt(parts.Count - 1);
            }
            else if (part != ".")
            {
                parts.Add(part);
            }
        }

        return string.Join('/', parts);
    }
}
