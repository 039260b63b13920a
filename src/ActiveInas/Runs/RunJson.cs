using System.Text.Encodings.Web;
using System.Text.Json.Nodes;
using ActiveInas.Learning;

namespace ActiveInas.Runs;

/// <summary>How the product writes JSON.</summary>
internal static class RunJson
{
    /// <summary>Leaves quotes, plus signs and letters of any script readable: the files are not embedded in HTML.</summary>
    public static JavaScriptEncoder Encoder => JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    /// <summary>A plain number that round-trips, or null for none, NaN and infinities.</summary>
    public static JsonNode? Number(double? value) => value is { } number && double.IsFinite(number) ? JsonValue.Create(number) : null;

    /// <summary>Adds all metrics of a round under their keys; null for what it has not.</summary>
    public static void AddMetrics(this JsonObject json, RoundRecord round)
    {
        foreach (RoundMetric metric in RoundMetrics.All)
        {
            json[metric.Key] = metric.Field(round) switch { long count => JsonValue.Create(count), double value => JsonValue.Create(value), _ => null };
        }
    }
}
