using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using ActiveInas.Learning;
using ActiveInas.Runs.Output;

namespace ActiveInas.Cli.Views;

/// <summary>JSON for stdout.</summary>
internal static class JsonText
{
    private static readonly JsonSerializerOptions s_options = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly JsonSerializerOptions s_line = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(JsonObject document) => document.ToJsonString(s_options);

    /// <summary>On one line.</summary>
    public static string Line(JsonObject document) => document.ToJsonString(s_line);

    /// <summary>A plain number, or null for none and for what JSON cannot say.</summary>
    public static JsonNode? Number(double? value) => value is { } number && double.IsFinite(number) ? JsonValue.Create(number) : null;

    /// <summary>Adds how good the network of a round is; null where there is none.</summary>
    public static void AddQuality(this JsonObject json, RoundRecord? round)
    {
        foreach (RoundMetric metric in RoundMetrics.Quality)
        {
            json[metric.Key] = Number(round is null ? null : metric.Of(round));
        }
    }
}
