using System.Globalization;
using System.Text;

namespace ActiveInas.Runs.Output;

/// <summary>Comma-separated values as RFC 4180 has them, with LF line ends and numbers that round-trip.</summary>
internal static class Csv
{
    /// <summary>Appends one line.</summary>
    public static StringBuilder AppendCsv(this StringBuilder text, params ReadOnlySpan<object?> fields)
    {
        for (int i = 0; i < fields.Length; i++)
        {
            if (i > 0)
            {
                text.Append(',');
            }

            text.Append(Field(fields[i]));
        }

        return text.Append('\n');
    }

    private static string Field(object? value)
    {
        string text = value switch
        {
            null => "",
            double number when double.IsNaN(number) => "",
            double number => number.ToString("R", CultureInfo.InvariantCulture),
            IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
            _ => value.ToString() ?? "",
        };
        // Readers trim what has no quotes.
        return text.AsSpan().IndexOfAny(",\"\r\n") < 0 && text.AsSpan().Trim().Length == text.Length ? text : $"\"{text.Replace("\"", "\"\"")}\"";
    }
}
