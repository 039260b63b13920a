using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using ActiveInas.Runs.Reports.Figures;

namespace ActiveInas.Runs.Reports;

/// <summary>Figures as charts.js reads them.</summary>
internal static class FigureJson
{
    // The default encoder escapes <, > and &, so that the text can stand inside a script element.
    private static readonly JsonSerializerOptions s_options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase), new FiniteNumbers() },
        Encoder = JavaScriptEncoder.Default,
    };

    /// <summary>Without the table, which the page holds as a table.</summary>
    public static string Of(Figure figure) => JsonSerializer.Serialize(
        new { figure.Id, figure.Title, figure.Caption, figure.X, figure.Y, figure.Series, figure.Nodes, figure.Edges, figure.Width, figure.Height }, s_options);

    /// <summary>A chart cannot draw NaN or an infinity: it leaves a gap.</summary>
    private sealed class FiniteNumbers : JsonConverter<double>
    {
        public override double Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) => reader.GetDouble();

        public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
        {
            if (double.IsFinite(value))
            {
                writer.WriteNumberValue(value);
            }
            else
            {
                writer.WriteNullValue();
            }
        }
    }
}
