using System.Text;

namespace ActiveInas.Data.Tables;

/// <summary>A table of text with one row a line, as spreadsheets and programs write it.</summary>
/// <remarks>Encodings: UTF-8 and UTF-16 with or without a mark; what is not valid UTF-8 is read as Windows-1252, and said. Separators: comma, semicolon,
/// tab or bar, or the one that a first line "sep=X" names.</remarks>
internal sealed class TableFile
{
    private const string SeparatorLine = "sep=";
    private const int Looked = 20;
    private static readonly char[] s_separators = [',', ';', '\t', '|'];

    private TableFile(string path, IReadOnlyList<TableRow> rows, string? notice) => (Path, Rows, Notice) = (path, rows, notice);

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Rows that are not empty; the first may be a header.</summary>
    public IReadOnlyList<TableRow> Rows { get; }

    /// <summary>What a person should know about how it was read; null: nothing.</summary>
    public string? Notice { get; }

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="isHeader">Tells the separator by the header that it finds.</param>
    /// <exception cref="DataException">It cannot be read.</exception>
    public static TableFile Read(string path, Func<IReadOnlyList<string>, bool> isHeader)
    {
        (string text, string? notice) = ReadText(path);
        (char? named, string body) = SeparatorOf(text);
        try
        {
            TableRow[] rows = [.. DelimitedText.Rows(body, named ?? Separator(body, isHeader))];
            int before = named is null ? 0 : 1;
            return new TableFile(path, [.. rows.Select(row => row with { Line = row.Line + before })], notice);
        }
        catch (FormatException exception)
        {
            throw new DataException($"{path}, {exception.Message}.", exception);
        }
    }

    private static (string Text, string? Notice) ReadText(string path)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{path} cannot be read: {exception.Message}", exception);
        }

        if (Unicode(bytes) is { } text)
        {
            return (text, null);
        }

        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        int line = 1 + bytes.AsSpan(0, FirstBad(bytes)).Count((byte)'\n');
        return (
            Encoding.GetEncoding(1252).GetString(bytes),
            $"{path} is not UTF-8 (first in line {line}) and was read as Windows-1252; where letters come out wrong, save it as \"CSV UTF-8\".");
    }

    /// <summary>The text of valid Unicode; null: it is none.</summary>
    private static string? Unicode(byte[] bytes)
    {
        Encoding encoding = bytes switch
        {
            [0xFF, 0xFE, ..] => Encoding.Unicode,
            [0xFE, 0xFF, ..] => Encoding.BigEndianUnicode,
            [not 0, 0, not 0, 0, ..] => Encoding.Unicode,
            [0, not 0, 0, not 0, ..] => Encoding.BigEndianUnicode,
            _ => new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true),
        };
        try
        {
            return encoding.GetString(bytes).TrimStart('\uFEFF');
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static int FirstBad(byte[] bytes)
    {
        int at = 0;
        while (at < bytes.Length && Rune.DecodeFromUtf8(bytes.AsSpan(at), out _, out int length) == System.Buffers.OperationStatus.Done)
        {
            at += length;
        }

        return at;
    }

    private static (char? Separator, string Body) SeparatorOf(string text)
    {
        string start = text.StartsWith('"') ? text[1..] : text;
        if (!start.StartsWith(SeparatorLine, StringComparison.OrdinalIgnoreCase) || start.Length == SeparatorLine.Length)
        {
            return (null, text);
        }

        int end = text.IndexOfAny(['\r', '\n']);
        end += text.AsSpan(Math.Max(end, 0)).StartsWith("\r\n") ? 2 : 1;
        return (start[SeparatorLine.Length], end <= 0 ? string.Empty : text[end..]);
    }

    /// <summary>The one that shows a header; else the first that cuts every line into two fields or more; else a comma.</summary>
    private static char Separator(string text, Func<IReadOnlyList<string>, bool> isHeader)
    {
        TableRow[][] cuts = [.. s_separators.Select(separator => Cut(text, separator))];
        int found = Array.FindIndex(cuts, rows => rows.Length > 0 && isHeader(rows[0].Fields));
        found = found >= 0 ? found : Array.FindIndex(cuts, rows => rows.Length > 0 && rows.All(row => row.Fields.Count >= 2));
        return s_separators[Math.Max(found, 0)];
    }

    private static TableRow[] Cut(string text, char separator)
    {
        try
        {
            return [.. DelimitedText.Rows(text, separator).Take(Looked)];
        }
        catch (FormatException)
        {
            return [];
        }
    }
}
