using System.Globalization;
using System.Text;

namespace ActiveInas.Cli.Views;

/// <summary>Text for a terminal: names of files and classes may hold characters that steer it, or turn the direction of writing.</summary>
internal static class Printable
{
    /// <summary>The text with such characters written as \n, \t, \x1B or \u202E, and with settings named by their options.</summary>
    public static string Text(string text)
    {
        text = SettingTable.InOptions(text);
        if (!text.Any(Steers))
        {
            return text;
        }

        var shown = new StringBuilder();
        foreach (char letter in text)
        {
            shown.Append(letter switch
            {
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                _ when !Steers(letter) => letter,
                < (char)256 => $"\\x{(int)letter:X2}",
                _ => $"\\u{(int)letter:X4}",
            });
        }

        return shown.ToString();
    }

    private static bool Steers(char letter) => char.GetUnicodeCategory(letter) is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        || letter is (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069') or '\u200E' or '\u200F';
}
