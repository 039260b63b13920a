using System.Text.Encodings.Web;
using System.Text.Json.Nodes;

namespace ActiveInas.Runs;

/// <summary>How the product writes JSON.</summary>
internal static class JsonStyle
{
    /// <summary>Leaves quotes, plus signs and letters of any script readable: the files are not embedded in HTML.</summary>
    public static JavaScriptEncoder Encoder => JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    /// <summary>A plain number that round-trips, or null for none, NaN and infinities.</summary>
    public static JsonNode? Number(double? value) => value is { } number && double.IsFinite(number) ? JsonValue.Create(number) : null;
}
