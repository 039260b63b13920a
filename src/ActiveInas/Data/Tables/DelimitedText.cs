using System.Text;

namespace ActiveInas.Data.Tables;

/// <summary>A line of a table; a quoted field may run over several lines of the file.</summary>
/// <param name="Line">Where it begins, from 1.</param>
/// <param name="Fields">Trimmed; quotes removed.</param>
internal sealed record TableRow(int Line, IReadOnlyList<string> Fields);

/// <summary>Cuts text into rows of fields. A field may be quoted, a quote inside it is doubled; lines end with LF, CR LF or CR; empty ones are left out.</summary>
/// <exception cref="FormatException">A quote is never closed, or text follows a closed one; the message names the line.</exception>
internal sealed class DelimitedText
{
    private readonly string _text;
    private readonly char _separator;
    private int _at;
    private int _line = 1;

    private DelimitedText(string text, char separator) => (_text, _separator) = (text, separator);

    /// <summary>The rows, as far as they are asked for.</summary>
    public static IEnumerable<TableRow> Rows(string text, char separator)
    {
        DelimitedText reader = new(text, separator);
        while (reader._at < text.Length)
        {
            TableRow row = reader.Next();
            if (row.Fields.Any(field => field.Length > 0))
            {
                yield return row;
            }
        }
    }

    private TableRow Next()
    {
        int line = _line;
        List<string> fields = [];
        do
        {
            fields.Add(Field());
        }
        while (Skip(_separator));
        EndLine();
        return new TableRow(line, fields);
    }

    private string Field()
    {
        SkipBlanks();
        if (_at < _text.Length && _text[_at] == '"')
        {
            return Quoted();
        }

        int start = _at;
        while (_at < _text.Length && _text[_at] != _separator && !IsLineEnd(_text[_at]))
        {
            _at++;
        }

        return _text[start.._at].Trim();
    }

    private string Quoted()
    {
        int start = _at;
        int line = _line;
        StringBuilder field = new();
        for (_at++; _at < _text.Length; _at++)
        {
            if (_text[_at] != '"')
            {
                _line += _text[_at] == '\n' ? 1 : 0;
                field.Append(_text[_at]);
            }
            else if (_at + 1 < _text.Length && _text[_at + 1] == '"')
            {
                field.Append('"');
                _at++;
            }
            else
            {
                _at++;
                SkipBlanks();
                if (_at == _text.Length || _text[_at] == _separator || IsLineEnd(_text[_at]))
                {
                    return field.ToString();
                }

                break;
            }
        }

        int end = _text.IndexOfAny(['\r', '\n'], start);
        throw new FormatException($"line {line}: a quote is not closed in '{_text[start..(end < 0 ? _text.Length : end)]}'");
    }

    private void SkipBlanks()
    {
        while (_at < _text.Length && _text[_at] is ' ' or '\t' && _text[_at] != _separator)
        {
            _at++;
        }
    }

    private bool Skip(char wanted)
    {
        bool found = _at < _text.Length && _text[_at] == wanted;
        _at += found ? 1 : 0;
        return found;
    }

    private void EndLine()
    {
        if (Skip('\r') | Skip('\n'))
        {
            _line++;
        }
    }

    private static bool IsLineEnd(char value) => value is '\r' or '\n';
}
