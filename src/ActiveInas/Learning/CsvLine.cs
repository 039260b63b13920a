using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace ActiveInas.Learning;

/// <summary>One line of comma-separated values; a field may be quoted, a quote inside it is doubled.</summary>
internal static class CsvLine
{
    /// <summary>Cuts a line into trimmed fields; false when a quote is never closed or text follows a closed one.</summary>
    public static bool TrySplit(string line, [NotNullWhen(true)] out List<string>? fields)
    {
        List<string> result = [];
        fields = null;
        int at = 0;
        while (true)
        {
            while (at < line.Length && line[at] is ' ' or '\t')
            {
                at++;
            }

            if (at < line.Length && line[at] == '"')
            {
                if (!TryQuoted(line, ref at, out string text))
                {
                    return false;
                }

                result.Add(text);
            }
            else
            {
                int end = line.IndexOf(',', at);
                end = end < 0 ? line.Length : end;
                result.Add(line[at..end].Trim());
                at = end;
            }

            if (at >= line.Length)
            {
                fields = result;
                return true;
            }

            at++;
        }
    }

    private static bool TryQuoted(string line, ref int at, out string text)
    {
        StringBuilder builder = new();
        for (at++; at < line.Length; at++)
        {
            if (line[at] != '"')
            {
                builder.Append(line[at]);
            }
            else if (at + 1 < line.Length && line[at + 1] == '"')
            {
                builder.Append('"');
                at++;
            }
            else
            {
                text = builder.ToString();
                for (at++; at < line.Length && line[at] is ' ' or '\t'; at++)
                {
                }

                return at == line.Length || line[at] == ',';
            }
        }

        text = string.Empty;
        return false;
    }
}
