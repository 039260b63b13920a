using System.Globalization;
using ActiveInas.Learning;

namespace ActiveInas.Runs.Output;

/// <summary>How the values of a metric read.</summary>
internal enum MetricFormat
{
    /// <summary>A share, 0.6123.</summary>
    Share,

    /// <summary>A number with four significant digits.</summary>
    Number,

    /// <summary>A whole number, 76,490.</summary>
    Count,

    /// <summary>Seconds as 3 min 05 s.</summary>
    Duration,
}

/// <summary>A number that every round has.</summary>
public sealed class RoundMetric
{
    private readonly MetricFormat _format;
    private readonly Func<RoundRecord, double?> _get;

    /// <summary>For <see cref="RoundMetrics"/>.</summary>
    /// <param name="key">Its name in files.</param>
    /// <param name="tag">Its name in TensorBoard.</param>
    /// <param name="title">Its name for people.</param>
    /// <param name="format">How it reads.</param>
    /// <param name="get">Its value; null or NaN where there is none.</param>
    internal RoundMetric(string key, string tag, string title, MetricFormat format, Func<RoundRecord, double?> get)
    {
        (Key, Tag, Title, _format, _get) = (key, tag, title, format, get);
    }

    /// <summary>Its name in rounds.csv, metrics.jsonl, <c>--json</c> and MLflow, for example test_accuracy.</summary>
    public string Key { get; }

    /// <summary>Its name in TensorBoard, for example test/accuracy.</summary>
    public string Tag { get; }

    /// <summary>Its name for people.</summary>
    public string Title { get; }

    /// <summary>The value of a round; null for none, and for what is no finite number.</summary>
    public double? Of(RoundRecord round) => _get(round) is { } value && double.IsFinite(value) ? value : null;

    /// <summary>The value as a field of CSV or JSON: a whole number for a count, null for none.</summary>
    public object? Field(RoundRecord round) => Of(round) is not { } value ? null : _format == MetricFormat.Count ? (long)value : value;

    /// <summary>The value of a round in words; "-" for none.</summary>
    public string Text(RoundRecord round) => Text(Of(round));

    /// <summary>A value in words; "-" for none.</summary>
    public string Text(double? value) => value is not { } number || !double.IsFinite(number)
        ? "-"
        : _format switch
        {
            MetricFormat.Share => NumberText.Share(number),
            MetricFormat.Count => NumberText.Count((long)number),
            MetricFormat.Duration => NumberText.Duration(number),
            _ => number.ToString("G4", CultureInfo.InvariantCulture),
        };
}
