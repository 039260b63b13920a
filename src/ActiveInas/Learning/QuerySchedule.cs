using System.Globalization;

namespace ActiveInas.Learning;

/// <summary>A part of a schedule: batches of <paramref name="Batch"/> while fewer than <paramref name="Until"/> samples are labelled.</summary>
/// <param name="Batch">b.</param>
/// <param name="Until">Labels at which the next part begins; null in the last part.</param>
internal readonly record struct QueryPart(int Batch, int? Until);

/// <summary>How many labels a round asks for: "2000", or "2000:10000,5000": 2,000 while fewer than 10,000 are labelled, then 5,000.</summary>
/// <example><code>QuerySchedule schedule = new(150);</code></example>
public sealed class QuerySchedule : IEquatable<QuerySchedule>
{
    /// <summary>The authors' schedule.</summary>
    public static readonly QuerySchedule Paper = Parse("2000:10000,5000");

    private const string Wanted = "wanted N, or N:UNTIL,N2 (N labels a round while fewer than UNTIL are labelled, then N2), for example 2000:10000,5000";

    /// <param name="batch">b, the same in all rounds.</param>
    /// <exception cref="ConfigurationException">It is below 1.</exception>
    public QuerySchedule(int batch)
        : this([new QueryPart(batch, null)])
    {
    }

    /// <param name="parts">In order; UNTIL grows and only the last part has none.</param>
    /// <exception cref="ConfigurationException">The parts make no schedule.</exception>
    internal QuerySchedule(IReadOnlyList<QueryPart> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        Parts = [.. parts];
        int labels = 0;
        for (int i = 0; i < Parts.Count; i++)
        {
            QueryPart part = Parts[i];
            if (part.Batch < 1)
            {
                throw new ConfigurationException($"A batch of {part.Batch} labels is not possible; wanted at least 1 ({Wanted}).");
            }

            if (part.Until is null != (i == Parts.Count - 1))
            {
                throw new ConfigurationException(
                    $"The batch schedule '{this}' is not possible: every part but the last needs UNTIL, and the last has none; {Wanted}.");
            }

            if (part.Until <= labels)
            {
                throw new ConfigurationException($"The batch schedule '{this}' is not possible: UNTIL must grow from part to part; {Wanted}.");
            }

            labels = part.Until ?? labels;
        }

        if (Parts.Count == 0)
        {
            throw new ConfigurationException($"The batch schedule is empty; {Wanted}.");
        }
    }

    /// <summary>In order.</summary>
    internal IReadOnlyList<QueryPart> Parts { get; }

    /// <summary>Reads a schedule.</summary>
    /// <exception cref="ConfigurationException">The text is no schedule.</exception>
    public static QuerySchedule Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        List<QueryPart> parts = [];
        foreach (string field in text.Split(','))
        {
            string[] numbers = field.Split(':');
            int until = 0;
            if (numbers.Length > 2 || !TryNumber(numbers[0], out int batch) || (numbers.Length == 2 && !TryNumber(numbers[1], out until)))
            {
                throw new ConfigurationException($"'{field.Trim()}' in the batch schedule '{text}' is not possible; {Wanted}.");
            }

            parts.Add(new QueryPart(batch, numbers.Length == 2 ? until : null));
        }

        return new QuerySchedule(parts);
    }

    /// <summary>b when so many samples are labelled, before it is cut to budget and pool.</summary>
    public int BatchFor(int labels) => Parts.First(part => part.Until is null || labels < part.Until).Batch;

    /// <summary>|S_1|, |S_2|, ...: the labels of each round when the oracle answers everything.</summary>
    /// <param name="initial">k.</param>
    /// <param name="budget">Most labels.</param>
    /// <param name="poolSize">Samples that can be labelled, the initial ones included.</param>
    public IReadOnlyList<int> LabelCounts(int initial, int budget, int poolSize)
    {
        List<int> counts = [initial];
        int end = Math.Min(budget, poolSize);
        while (counts[^1] < end)
        {
            counts.Add((int)Math.Min((long)counts[^1] + BatchFor(counts[^1]), end));
        }

        return counts;
    }

    /// <summary>"2000:10000,5000".</summary>
    public override string ToString()
        => string.Join(',', Parts.Select(part => part.Until is { } until ? $"{part.Batch}:{until}" : $"{part.Batch}"));

    /// <inheritdoc/>
    public bool Equals(QuerySchedule? other) => other is not null && Parts.SequenceEqual(other.Parts);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as QuerySchedule);

    /// <inheritdoc/>
    public override int GetHashCode() => Parts.Aggregate(0, HashCode.Combine);

    private static bool TryNumber(string text, out int number)
        => int.TryParse(text.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);
}
