using ActiveInas.Data.Tables;

namespace ActiveInas.Runs.Labelling.Formats;

/// <summary>Puts the project's images and classes in place of what a file calls them, and finds what cannot be taken.</summary>
internal sealed class LabelReading
{
    private const int LongestName = 200;
    private readonly LabelSubject _subject;
    private readonly FileLabels _labels;
    private readonly ClassNames _classes;
    private readonly List<LabelProblem> _problems;
    private readonly List<LabelProblem> _unknown = [];
    private readonly Dictionary<int, (ImageLabel Label, string Place)> _taken = [];

    private LabelReading(LabelSubject subject, FileLabels labels)
    {
        _subject = subject;
        _labels = labels;
        _classes = new ClassNames(subject.Classes);
        _problems = [.. labels.Problems];
    }

    /// <summary>What a file says of the project's images.</summary>
    public static LabelImport Resolve(string file, string format, LabelSubject subject, FileLabels labels)
    {
        LabelReading reading = new(subject, labels);
        reading.Take();
        return new LabelImport(
            file,
            format,
            reading._problems.Count > 0 ? [] : [.. reading._taken.Values.Select(taken => taken.Label)],
            reading._classes.New,
            reading._problems,
            reading._unknown,
            labels.Notices);
    }

    private void Take()
    {
        foreach (string name in _labels.Classes)
        {
            _classes.Take(name);
        }

        string[] named = [.. _labels.Lines.Select(line => line.Said.Class).OfType<string>()];
        bool byIndex = _labels.MayHaveIndices && _classes.AreIndices(named);
        IReadOnlyList<ImageFinding> findings = new ImageReferences(_subject).Locate([.. _labels.Lines.Select(line => (line.Said.Path, line.Place))]);
        foreach ((FileLabel line, ImageFinding finding) in _labels.Lines.Zip(findings))
        {
            if (finding.Wrong is not null)
            {
                _problems.Add(new LabelProblem(line.Place, line.Said.Path, finding.Wrong, finding.Wanted!));
            }
            else if (finding.Image is { } image)
            {
                Take(image, line, byIndex);
            }
            else
            {
                _unknown.Add(new LabelProblem(line.Place, line.Said.Path, "is no image of the project", $"a path inside the source, such as {Example()}"));
            }
        }

        _problems.AddRange(_classes.New.Where(name => name.Length is 0 or > LongestName || name.Any(char.IsControl))
            .Select(name => new LabelProblem("classes", name, "cannot be the name of a class", $"1 to {LongestName} characters without line ends")));
        if (_unknown.Count > _labels.Lines.Count - _unknown.Count)
        {
            _problems.Add(_unknown[0] with { Wrong = $"is no image of the project, and neither are {_unknown.Count} of {_labels.Lines.Count} names" });
        }
    }

    private void Take(int image, FileLabel line, bool byIndex)
    {
        string? name = line.Said.Class is null ? null : byIndex ? _classes.At(line.Said.Class) : _classes.Take(line.Said.Class);
        if (name is null && line.Said.Class is { } index)
        {
            _problems.Add(new LabelProblem(line.Place, index, "is no class", $"an index 0..{_subject.Classes.Count - 1}, as in all lines, or names"));
            return;
        }

        ImageLabel label = line.Said with
        {
            Path = _subject.ImagePaths[image],
            Class = name,
            Predictions = [.. line.Said.Predictions.Select(one => one with { Class = _classes.Find(one.Class) ?? one.Class })],
        };
        if (!_taken.TryAdd(image, (label, line.Place)) && Conflict(image, label, line) is { } problem)
        {
            _problems.Add(problem);
        }
    }

    /// <summary>Two answers for one image that are not the same; one that says nothing yet gives way.</summary>
    private LabelProblem? Conflict(int image, ImageLabel label, FileLabel line)
    {
        (ImageLabel known, string place) = _taken[image];
        if (known.Action == LabelAction.None)
        {
            _taken[image] = (label, line.Place);
        }

        return known.Action == LabelAction.None || label.Action == LabelAction.None || (known.Action == label.Action && known.Class == label.Class)
            ? null
            : new LabelProblem(line.Place, line.Said.Path, $"is {Answer(label)} here but {Answer(known)} in {place}", "one of the two");
    }

    private static string Answer(ImageLabel label) => label.Class ?? label.Action.ToString().ToLowerInvariant();

    private string Example() => _subject.ImagePaths.Count > 0 ? _subject.ImagePaths[0] : "cats/1.jpg";
}
