namespace ActiveInas.Data.Tables;

/// <summary>How a text found an image.</summary>
/// <param name="Images">Which it may mean: one, or several among which it does not choose.</param>
/// <param name="Prefix">What stands before the image's path in the text ("C:/photos/"); empty: nothing.</param>
public readonly record struct ImageMatch(IReadOnlyList<int> Images, string Prefix);

/// <summary>What a text of a file was found to name.</summary>
/// <param name="Image">The image; null: none.</param>
/// <param name="Wrong">Why the text cannot be taken, after the text itself in a sentence; null: it can.</param>
/// <param name="Wanted">What would be right; null where nothing is wrong.</param>
public readonly record struct ImageFinding(int? Image, string? Wrong, string? Wanted);

/// <summary>Finds images by what people and programs call them: the path inside the source, its end (the file's name), or either without its extension.</summary>
/// <remarks>Texts are compared in Unicode's composed form (NFC), with / for \; capitals count only where two images differ by nothing else.</remarks>
public sealed class ImageIndex
{
    private readonly string[] _paths;
    private readonly Dictionary<string, int> _exact = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _first = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, List<int>> _others = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Over the images of a source.</summary>
    /// <param name="paths">Inside the source.</param>
    public ImageIndex(IEnumerable<string> paths)
    {
        string[] written = [.. paths];
        _paths = [.. written.Select(Normal)];
        for (int i = 0; i < _paths.Length; i++)
        {
            _exact.TryAdd(written[i], i);
            foreach (string name in Names(_paths[i]))
            {
                if (!_first.TryAdd(name, i))
                {
                    _others.TryAdd(name, []);
                    _others[name].Add(i);
                }
            }
        }
    }

    /// <summary>The form in which texts are compared.</summary>
    public static string Normal(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string plain = ComposedText.Of(text.Replace('\\', '/'));
        return plain.StartsWith("./", StringComparison.Ordinal) ? plain[2..] : plain;
    }

    /// <summary>What a text names; null: nothing.</summary>
    public ImageMatch? Find(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (_exact.TryGetValue(text, out int exact))
        {
            return new ImageMatch([exact], string.Empty);
        }

        string wanted = Normal(text);
        if (Closest(wanted) is { Length: > 0 } images)
        {
            return new ImageMatch(images, string.Empty);
        }

        // A longer path than the source knows: its end must be the whole path of an image.
        for (int slash = wanted.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = wanted.IndexOf('/', slash + 1))
        {
            string end = wanted[(slash + 1)..];
            int[] found = [.. Closest(end).Where(image => _paths[image].Equals(end, StringComparison.OrdinalIgnoreCase))];
            if (found.Length > 0)
            {
                return new ImageMatch(found, wanted[..(slash + 1)]);
            }
        }

        return null;
    }

    /// <summary>The image that each line of a table names; null: none.</summary>
    /// <param name="table">For messages.</param>
    /// <param name="lines">Its lines.</param>
    /// <exception cref="DataException">A line names several images, or two lines go up to different folders.</exception>
    internal int?[] FindAll(string table, IReadOnlyList<LabelLine> lines)
    {
        IReadOnlyList<ImageFinding> findings = Locate([.. lines.Select(line => (line.Image, $"line {line.Line}"))]);
        int wrong = findings.Index().FirstOrDefault(found => found.Item.Wrong is not null, (-1, default)).Index;
        return wrong < 0
            ? [.. findings.Select(finding => finding.Image)]
            : throw new DataException($"{table}, line {lines[wrong].Line}: '{lines[wrong].Image}' {findings[wrong].Wrong}; wanted {findings[wrong].Wanted}.");
    }

    /// <summary>What each text of a file names. Paths that go further up than the source all go up the same way, or two images of one name would be taken for one.</summary>
    /// <param name="texts">Texts and where they stand ("line 4"), for messages.</param>
    public IReadOnlyList<ImageFinding> Locate(IReadOnlyList<(string Text, string Place)> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ImageFinding[] findings = new ImageFinding[texts.Count];
        (string Prefix, string Text, string Place)? above = null;
        for (int i = 0; i < texts.Count; i++)
        {
            (string text, string place) = texts[i];
            if (Find(text) is not { } match)
            {
                continue;
            }

            if (match.Images.Count > 1)
            {
                findings[i] = new ImageFinding(
                    null, $"names {match.Images.Count} images, {_paths[match.Images[0]]} and {_paths[match.Images[1]]} among them", "the path inside the source");
                continue;
            }

            if (match.Prefix.Length > 0)
            {
                above ??= (match.Prefix, text, place);
            }

            findings[i] = match.Prefix.Length == 0 || above!.Value.Prefix == match.Prefix
                ? new ImageFinding(match.Images[0], null, null)
                : new ImageFinding(
                    null,
                    $"lies in {match.Prefix}, but '{above.Value.Text}' of {above.Value.Place} in {above.Value.Prefix}, and only one of them can be the source",
                    $"images of one folder, or paths inside the source, such as {_paths[0]}");
        }

        return findings;
    }

    /// <summary>The images of a name: those of which it is the whole path before others, the same capitals before others.</summary>
    private int[] Closest(string name)
    {
        if (!_first.TryGetValue(name, out int first))
        {
            return [];
        }

        int[] all = _others.TryGetValue(name, out List<int>? others) ? [first, .. others] : [first];
        Func<string, bool>[] closeness =
        [
            path => path == name,
            path => path.Equals(name, StringComparison.OrdinalIgnoreCase),
            path => Names(path).Contains(name),
        ];
        return closeness.Select(close => all.Where(image => close(_paths[image])).ToArray()).FirstOrDefault(images => images.Length > 0) ?? all;
    }

    /// <summary>The path and its ends, each with and without the extension.</summary>
    private static HashSet<string> Names(string path)
    {
        HashSet<string> names = [];
        for (int start = 0; start < path.Length;)
        {
            string end = path[start..];
            names.Add(end);
            names.Add(Path.ChangeExtension(end, null));
            int slash = path.IndexOf('/', start);
            start = slash < 0 ? path.Length : slash + 1;
        }

        names.Remove(string.Empty);
        return names;
    }
}
