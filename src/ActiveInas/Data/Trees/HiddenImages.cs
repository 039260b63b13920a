using ActiveInas.Data.Images;

namespace ActiveInas.Data.Trees;

/// <summary>Counts what lies in hidden folders, by the names of the files: nobody wants it, as a rule, but one should know.</summary>
internal sealed class HiddenImages
{
    private readonly SortedDictionary<string, int> _counts = new(StringComparer.Ordinal);

    /// <summary>One a folder.</summary>
    public IEnumerable<DataProblem> Problems => _counts.Select(pair => new DataProblem(
        pair.Key, $"a hidden folder: its {pair.Value} images are skipped; rename it where they shall be used"));

    /// <summary>A file that <see cref="TreePath.Normalise"/> leaves out.</summary>
    public void Add(string path)
    {
        string[] parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != ".").ToArray();
        int folder = Array.FindIndex(parts, part => part[0] == '.');
        if (folder >= 0 && folder < parts.Length - 1 && parts[^1][0] != '.' && !path.EndsWith('/') && ImageKinds.IsImageName(parts[^1]))
        {
            string name = string.Join('/', parts[..(folder + 1)]);
            _counts[name] = _counts.GetValueOrDefault(name) + 1;
        }
    }
}
