using ActiveInas.Data;
using ActiveInas.Runs.Labelling.Formats;

namespace ActiveInas.Runs.Labelling;

/// <content>Labels in files of other programs.</content>
public sealed partial class LabellingProject
{
    /// <summary>Writes all images with what is known of them.</summary>
    /// <param name="format">One of <see cref="LabelFormats.Names"/>.</param>
    /// <param name="destination">A file, which is replaced, or a folder that is empty.</param>
    /// <param name="cancellation">Leaves nothing behind.</param>
    /// <exception cref="DataException">As <see cref="LabelFormats.Write"/> has it.</exception>
    public LabelExport Export(string format, string destination, CancellationToken cancellation = default)
        => LabelFormats.Write(format, Export(), ClassNames(), Source, destination, cancellation);

    /// <summary>Reads what a file or folder says of the images, and changes nothing.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="format">One of <see cref="LabelFormats.Names"/>; null: what the content looks like.</param>
    /// <exception cref="DataException">As <see cref="LabelFormats.Read"/> has it.</exception>
    public LabelImport ReadLabels(string path, string? format = null) => LabelFormats.Read(path, format, ClassNames(), _paths, Source);

    /// <summary>The id of an image; null: there is none under this path.</summary>
    /// <param name="path">Inside the source, with "/".</param>
    public int? IdOf(string path) => Array.IndexOf(_paths, path) is >= 0 and int id ? id : null;

    /// <summary>Takes what was read, all of it or nothing. A label of a person is not replaced by another one.</summary>
    /// <param name="labels">What <see cref="ReadLabels"/> found.</param>
    /// <param name="addClasses">Whether classes that only the file knows become classes of the project; else a label with one stops the import.</param>
    /// <exception cref="DataException">There are problems, or a class that may not be added.</exception>
    public async Task<ImportOutcome> ImportAsync(LabelImport labels, bool addClasses)
    {
        ArgumentNullException.ThrowIfNull(labels);
        labels.OrThrow();
        if (!addClasses && labels.NewClasses.FirstOrDefault(name => labels.Labels.Any(label => label.Class == name)) is { } unknown)
        {
            int count = labels.Labels.Count(label => label.Class == unknown);
            string hint = Spelling.Closest(unknown, ClassNames()) is { } close ? $" (did you mean {close}?)" : string.Empty;
            throw new DataException(
                $"{labels.File}: '{unknown}' is no class of the project{hint}, and {count} of {labels.Labels.Count} images have it; "
                + $"wanted one of {string.Join(", ", ClassNames().Take(20))}, or allow that classes are added. Nothing was imported.");
        }

        foreach (string name in addClasses ? labels.NewClasses : [])
        {
            await AddClassAsync(name).ConfigureAwait(false);
        }

        return await ImportAsync(labels.Labels).ConfigureAwait(false) with { Unknown = [.. labels.Unknown.Select(problem => problem.Value)] };
    }

    /// <summary>Takes labels of a file. A label of a person is not replaced by another one.</summary>
    /// <param name="labels">By path inside the source; classes that are new are added.</param>
    public async Task<ImportOutcome> ImportAsync(IReadOnlyList<ImageLabel> labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        foreach (string name in labels.Select(label => label.Class).OfType<string>().Distinct().Where(name => !Classes.Any(known => known.Name == name)).ToArray())
        {
            await AddClassAsync(name).ConfigureAwait(false);
        }

        Dictionary<string, int> samples = _paths.Select((path, i) => (path, i)).ToDictionary(pair => pair.path, pair => pair.i, StringComparer.Ordinal);
        List<string> conflicts = [], unknown = [];
        List<Task> writes = [];
        int unchanged = 0;
        lock (_gate)
        {
            foreach (ImageLabel label in labels.Where(label => label.Action != LabelAction.None))
            {
                if (!samples.TryGetValue(label.Path, out int sample))
                {
                    unknown.Add(label.Path);
                    continue;
                }

                int? index = label.Class is { } name ? ClassIndex(name) : null;
                Answer? now = _answers.GetValueOrDefault(sample);
                if (now is not null && (now.Action, now.Class) == (label.Action, index))
                {
                    unchanged++;
                }
                else if (now is not null || _writingSamples.Contains(sample))
                {
                    conflicts.Add(label.Path);
                }
                else
                {
                    writes.Add(SaveAsync(ImportedAnswers.Of(sample, label, index, now).Said, new Answer(0, label.Action, index)));
                }
            }
        }

        await Task.WhenAll(writes).ConfigureAwait(false);
        return new ImportOutcome(writes.Count, unchanged, conflicts, unknown);
    }

    /// <summary>All images with what is known of them, by path.</summary>
    public IReadOnlyList<ImageLabel> Export()
    {
        lock (_gate)
        {
            return [.. Enumerable.Range(0, _paths.Length).Select(Exported).OrderBy(label => label.Path, StringComparer.Ordinal)];
        }
    }

    private ImageLabel Exported(int sample)
    {
        ImageLabel label = new(_paths[sample]) { Sha256 = _hashes[sample], Predictions = [.. SuggestionsOf(_round.Suggestions[sample]).Select(one => new ClassProbability(one.Class, one.Probability))] };
        if (!_answers.TryGetValue(sample, out Answer? answer))
        {
            return label;
        }

        EventRow said = _eventOf[answer.Event];
        return label with
        {
            Action = answer.Action,
            Class = ClassName(answer.Class),
            Labeller = said.Labeller,
            Time = DateTimeOffset.FromUnixTimeMilliseconds(said.Time),
            Milliseconds = said.Milliseconds,
            Round = said is { Reason: LabelReasons.Import, Round: 0 } ? null : said.Round,
            Score = said.Score,
            ModelVersion = ImportedAnswers.ModelVersion(said.ModelRound),
            Source = Enum.Parse<LabelSource>(said.Source, ignoreCase: true),
        };
    }

    private string[] ClassNames() => [.. Classes.Select(one => one.Name)];
}
