using System.Globalization;
using ActiveInas.Learning;

namespace ActiveInas.Runs.Output;

/// <summary>How the values of a metric read.</summary>
public enum MetricFormat
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
/// <param name="Key">Its name in rounds.csv, metrics.jsonl, <c>--json</c> and MLflow, for example test_accuracy.</param>
/// <param name="Tag">Its name in TensorBoard, for example test/accuracy.</param>
/// <param name="Title">Its name for people.</param>
/// <param name="Format">How it reads.</param>
/// <param name="Get">Its value; null or NaN where there is none.</param>
public sealed record RoundMetric(string Key, string Tag, string Title, MetricFormat Format, Func<RoundRecord, double?> Get)
{
    /// <summary>The value of a round; null for none, and for what is no finite number.</summary>
    public double? Of(RoundRecord round) => Get(round) is { } value && double.IsFinite(value) ? value : null;

    /// <summary>The value as a field of CSV or JSON: a whole number for a count, null for none.</summary>
    public object? Field(RoundRecord round) => Of(round) is not { } value ? null : Format == MetricFormat.Count ? (long)value : value;

    /// <summary>The value of a round in words; "-" for none.</summary>
    public string Text(RoundRecord round) => Text(Of(round));

    /// <summary>A value in words; "-" for none.</summary>
    public string Text(double? value) => value is not { } number || !double.IsFinite(number)
        ? "-"
        : Format switch
        {
            MetricFormat.Share => NumberText.Share(number),
            MetricFormat.Count => NumberText.Count((long)number),
            MetricFormat.Duration => NumberText.Duration(number),
            _ => number.ToString("G4", CultureInfo.InvariantCulture),
        };
}
