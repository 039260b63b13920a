using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace ActiveInas.Architectures;

public readonly partial record struct Architecture
{
    /// <summary>Reads "A(2,4)"; spaces, lower case and a bare "2,4" are fine too.</summary>
    /// <exception cref="ConfigurationException">The text is something else.</exception>
    public static Architecture Parse(string text)
        => TryParse(text, out Architecture architecture)
            ? architecture
            : throw new ConfigurationException(
                $"'{text}' is not an architecture; wanted A(i,j) with i blocks in each of j stacks, both at least 1, for example A(2,4).");

    /// <summary>Reads "A(2,4)"; false when the text is something else.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Architecture architecture)
    {
        architecture = default;
        ReadOnlySpan<char> body = text.AsSpan().Trim();
        if (body.Length > 0 && body[0] is 'A' or 'a')
        {
            body = body[1..].TrimStart();
            if (body.Length < 2 || body[0] != '(' || body[^1] != ')')
            {
                return false;
            }

            body = body[1..^1];
        }

        int comma = body.IndexOf(',');
        if (comma < 0
            || !int.TryParse(body[..comma].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int blocks)
            || !int.TryParse(body[(comma + 1)..].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int stacks)
            || blocks < 1
            || stacks < 1)
        {
            return false;
        }

        architecture = new Architecture(blocks, stacks);
        return true;
    }
}
