using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace ActiveInas.Data;

/// <summary>Unicode's composed form (NFC) of names: a file system may store an a with two dots as one character or as two, and both are the same name.</summary>
/// <remarks>string.Normalize leaves text as it is in a process without ICU, which this product does not ask for. Marks are taken in the order in which they stand, which
/// is the canonical one in what file systems and archives hold.</remarks>
public static class ComposedText
{
    private const int FirstLead = 0x1100;
    private const int FirstVowel = 0x1161;
    private const int FirstTail = 0x11A7;
    private const int FirstSyllable = 0xAC00;
    private const int Leads = 19;
    private const int Vowels = 21;
    private const int Tails = 28;
    private const char FirstMark = '\u0300';
    private static readonly Lazy<FrozenDictionary<(char First, char Second), char>> s_pairs = new(Read);

    /// <summary>The composed form.</summary>
    public static string Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!text.AsSpan().ContainsAnyInRange(FirstMark, char.MaxValue))
        {
            return text;
        }

        StringBuilder composed = new(text.Length);
        foreach (char next in text)
        {
            if (composed.Length > 0 && Compose(composed[^1], next) is { } one)
            {
                composed[^1] = one;
            }
            else
            {
                composed.Append(next);
            }
        }

        return composed.ToString();
    }

    private static char? Compose(char first, char second)
    {
        if (first - FirstLead is >= 0 and < Leads && second - FirstVowel is >= 0 and < Vowels)
        {
            return (char)(FirstSyllable + (((((first - FirstLead) * Vowels) + second) - FirstVowel) * Tails));
        }

        int syllable = first - FirstSyllable;
        if (syllable is >= 0 and < Leads * Vowels * Tails && syllable % Tails == 0 && second - FirstTail is > 0 and < Tails)
        {
            return (char)(first + (second - FirstTail));
        }

        return s_pairs.Value.TryGetValue((first, second), out char composed) ? composed : null;
    }

    private static FrozenDictionary<(char First, char Second), char> Read()
    {
        using Stream stream = typeof(ComposedText).Assembly.GetManifestResourceStream("compositions.txt")
            ?? throw new InvalidOperationException("The resource compositions.txt is missing in this build.");
        using StreamReader reader = new(stream);
        return reader.ReadToEnd().Split('\n')
            .Where(line => line.Length > 0 && line[0] != '#')
            .Select(line => Array.ConvertAll(line.Split(' '), field => (char)int.Parse(field, NumberStyles.HexNumber, CultureInfo.InvariantCulture)))
            .ToFrozenDictionary(fields => (fields[0], fields[1]), fields => fields[2]);
    }
}
