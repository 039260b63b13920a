using ActiveInas.Runs.Labelling.Formats;

namespace ActiveInas.Runs.Labelling;

/// <summary>How many answers of each kind hold: the status of a project is asked for with every answer and by every page, whatever its size.</summary>
/// <param name="audit">Images of the audit.</param>
internal sealed class AnswerCounts(IReadOnlySet<int> audit)
{
    private readonly Dictionary<string, int> _labels = new(StringComparer.Ordinal);

    /// <summary>Labels.</summary>
    public int Labelled { get; private set; }

    /// <summary>Skipped for good.</summary>
    public int Skipped { get; private set; }

    /// <summary>No images to learn from.</summary>
    public int Bad { get; private set; }

    /// <summary>Images of the audit with a label.</summary>
    public int AuditLabels { get; private set; }

    /// <summary>Images of the audit with any answer.</summary>
    public int AuditAnswers { get; private set; }

    /// <summary>Answers that a file or folder gave: nobody was shown these images.</summary>
    public int Imported { get; private set; }

    /// <summary>Labels of each labeller, the busiest first.</summary>
    public IReadOnlyList<LabellerCount> Labellers
        => [.. _labels.Where(pair => pair.Value > 0).OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => new LabellerCount(pair.Key, pair.Value))];

    /// <summary>An answer holds now.</summary>
    public void Add(int sample, Answer answer, EventRow said) => Count(sample, answer, said, 1);

    /// <summary>An answer holds no longer.</summary>
    public void Remove(int sample, Answer answer, EventRow said) => Count(sample, answer, said, -1);

    private void Count(int sample, Answer answer, EventRow said, int step)
    {
        bool isAudit = audit.Contains(sample);
        AuditAnswers += isAudit ? step : 0;
        Imported += said.Reason == LabelReasons.Import ? step : 0;
        Skipped += answer.Action == LabelAction.Skip ? step : 0;
        Bad += answer.Action == LabelAction.Bad ? step : 0;
        if (answer.Action == LabelAction.Label)
        {
            Labelled += step;
            AuditLabels += isAudit ? step : 0;
            _labels[said.Labeller] = _labels.GetValueOrDefault(said.Labeller) + step;
        }
    }
}
