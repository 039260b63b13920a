namespace ActiveInas;

/// <summary>Finds what a mistyped name may have meant.</summary>
public static class Spelling
{
    /// <summary>The closest of several names, or null when none is near.</summary>
    public static string? Closest(string text, IReadOnlyList<string> names)
    {
        string wanted = Plain(text);
        string? best = null;
        int least = int.MaxValue;
        foreach (string name in names)
        {
            int edits = Plain(name).StartsWith(wanted, StringComparison.Ordinal) && wanted.Length >= 2 ? 0 : Edits(wanted, Plain(name));
            if (edits < least && edits <= Math.Max(2, name.Length / 2))
            {
                (best, least) = (name, edits);
            }
        }

        return best;
    }

    /// <summary>Insertions, deletions and replacements that turn one text into the other (Levenshtein).</summary>
    internal static int Edits(string a, string b)
    {
        int[] previous = [.. Enumerable.Range(0, b.Length + 1)];
        int[] current = new int[b.Length + 1];
        for (int i = 1; i <= a.Length; i++)
        {
            current[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int replaced = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                current[j] = Math.Min(replaced, 1 + Math.Min(previous[j], current[j - 1]));
            }

            (previous, current) = (current, previous);
        }

        return previous[b.Length];
    }

    private static string Plain(string text) => text.Trim().ToUpperInvariant().Replace('_', '-');
}
