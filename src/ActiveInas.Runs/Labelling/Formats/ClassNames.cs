using ActiveInas.Data;
using ActiveInas.Data.Tables;

namespace ActiveInas.Runs.Labelling.Formats;

/// <summary>The classes of a project, and those that a file adds to them.</summary>
/// <param name="classes">Of the project, by index.</param>
internal sealed class ClassNames(IReadOnlyList<string> classes)
{
    private readonly ClassIndex _index = new(classes);
    private readonly Dictionary<string, string> _known = new(StringComparer.Ordinal);
    private readonly List<string> _new = [];
    private ClassIndex _newIndex = new([]);

    /// <summary>Those that the project does not have, in the order in which they were named.</summary>
    public IReadOnlyList<string> New => _new;

    /// <summary>The project's name of a class; null: it has none.</summary>
    public string? Find(string text) => _index.ByName(text) is { } index ? classes[index] : null;

    /// <summary>The name of a class that a file names; one that nobody knows is new.</summary>
    public string Take(string text)
    {
        if (_known.TryGetValue(text, out string? known))
        {
            return known;
        }

        string? name = Find(text) ?? (_newIndex.ByName(text) is { } index ? _new[index] : null);
        if (name is null)
        {
            name = ComposedText.Of(text.Trim());
            _new.Add(name);
            _newIndex = new ClassIndex(_new);
        }

        return _known[text] = name;
    }

    /// <summary>Whether texts are indices of the project's classes: all are whole numbers, and none is a class.</summary>
    public bool AreIndices(IReadOnlyCollection<string> texts)
        => texts.Count > 0 && classes.Count > 0 && texts.All(text => text.Length > 0 && text.All(char.IsAsciiDigit) && Find(text) is null);

    /// <summary>The class of an index; null: there is none.</summary>
    public string? At(string text) => _index.ByIndex(text) is { } index ? classes[index] : null;
}
