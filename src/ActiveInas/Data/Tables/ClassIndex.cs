using System.Globalization;

namespace ActiveInas.Data.Tables;

/// <summary>Finds classes by what a table calls them.</summary>
/// <remarks>By name: as written (in Unicode's composed form), else where capitals alone differ, else, where classes are named by numbers, as the same number
/// (01 = 1). By index only where a table has nothing but indices and no class is named by a number.</remarks>
public sealed class ClassIndex
{
    private readonly IReadOnlyList<string> _classes;
    private readonly string[] _names;
    private readonly bool _hasNumbers;

    /// <summary>Over the classes of a data set.</summary>
    /// <param name="classes">In label order.</param>
    public ClassIndex(IReadOnlyList<string> classes)
    {
        ArgumentNullException.ThrowIfNull(classes);
        _classes = classes;
        _names = [.. classes.Select(ComposedText.Of)];
        _hasNumbers = _names.Any(name => Number(name) is not null);
    }

    /// <summary>The class of a name; null: none, or several.</summary>
    public int? ByName(string text)
    {
        string wanted = ComposedText.Of(text);
        return Only(name => name == wanted)
            ?? Only(name => name.Equals(wanted, StringComparison.OrdinalIgnoreCase))
            ?? (Number(wanted) is { } number ? Only(name => Number(name) == number) : null);
    }

    /// <summary>The class of an index; null: none.</summary>
    public int? ByIndex(string text) => !_hasNumbers && Number(text) is { } index && index < (ulong)_classes.Count ? (int)index : null;

    /// <summary>What would be right, for messages.</summary>
    internal string Wanted()
    {
        const int Shown = 20;
        string names = string.Join(", ", _classes.Take(Shown)) + (_classes.Count > Shown ? ", ..." : string.Empty);
        return $"one of {names}{(_hasNumbers ? string.Empty : $" (or indices 0..{_classes.Count - 1} in all lines)")}, or {LabelMarks.Bad} for a bad image";
    }

    private static ulong? Number(string text) => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number) ? number : null;

    private int? Only(Func<string, bool> matches)
    {
        int[] found = [.. Enumerable.Range(0, _names.Length).Where(c => matches(_names[c])).Take(2)];
        return found.Length == 1 ? found[0] : null;
    }
}
