using System.Text;
using System.Text.Json;
using ActiveInas.Data;

namespace ActiveInas.Runs.Labelling.Formats;

/// <summary>A file or folder that labels are read from.</summary>
/// <param name="path">Its path.</param>
internal sealed class ImportFile(string path)
{
    private readonly Lazy<JsonDocument?> _json = new(() => Directory.Exists(path) ? null : Parse(File.ReadAllBytes(path)));

    /// <summary>Its path.</summary>
    public string Path => path;

    /// <summary>Whether it is a folder.</summary>
    public bool IsFolder { get; } = Directory.Exists(path);

    /// <summary>What it holds, if that is one JSON value; null: it is something else.</summary>
    public JsonElement? Json => _json.Value?.RootElement;

    /// <summary>The first character that is not blank; null: there is none.</summary>
    public char? First()
    {
        using StreamReader reader = new(path, Encoding.UTF8, detectEncodingFromByteOrderMarks: true);
        int next;
        while ((next = reader.Read()) >= 0)
        {
            if (!char.IsWhiteSpace((char)next))
            {
                return (char)next;
            }
        }

        return null;
    }

    /// <summary>A file of the folder.</summary>
    public ImportFile this[string name] => new(System.IO.Path.Combine(path, name));

    /// <summary>The JSON that it must be.</summary>
    /// <exception cref="DataException">It is none; the message says where.</exception>
    public JsonElement RequireJson()
    {
        try
        {
            return JsonDocument.Parse(Text()).RootElement;
        }
        catch (JsonException exception)
        {
            throw new DataException($"{path}, {At(exception, 1)}: this is no JSON: {exception.Message}", exception);
        }
    }

    /// <summary>The text that it must be: UTF-8, with or without a mark.</summary>
    /// <exception cref="DataException">It is none; the message says where.</exception>
    public string Text()
    {
        byte[] bytes = File.ReadAllBytes(path);
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes).TrimStart('\uFEFF');
        }
        catch (DecoderFallbackException exception)
        {
            throw new DataException($"{path}, byte {exception.Index}: this is not UTF-8; save the file as UTF-8.", exception);
        }
    }

    /// <summary>Where a JSON text is wrong.</summary>
    /// <param name="exception">Of the parser.</param>
    /// <param name="line">The line in which the text begins, from 1.</param>
    public static string At(JsonException exception, int line) => $"line {line + exception.LineNumber}, byte {1 + exception.BytePositionInLine}";

    private static JsonDocument? Parse(byte[] bytes)
    {
        try
        {
            return JsonDocument.Parse(bytes.AsMemory(bytes.AsSpan().StartsWith("\uFEFF"u8) ? 3 : 0));
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
