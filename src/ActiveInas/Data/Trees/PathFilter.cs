using System.Text;
using System.Text.RegularExpressions;

namespace ActiveInas.Data.Trees;

/// <summary>Which files of a source count: those that a pattern of --include matches, if there is one, and none of --exclude.</summary>
/// <remarks>'*' and '?' stay within a name, '**' crosses folders; case does not count. A pattern may begin at any folder (with a '/' in front:
/// only at the top) and matches a folder with all that is in it: "*.jpg", "masks/**", "masks" and "/set/raw".</remarks>
internal sealed class PathFilter
{
    private readonly (string Text, Regex Expression)[] _include;
    private readonly (string Text, Regex Expression)[] _exclude;

    /// <param name="include">Patterns, separated by commas; null: all.</param>
    /// <param name="exclude">Patterns, separated by commas; null: none.</param>
    public PathFilter(string? include, string? exclude)
    {
        _include = Parse(include);
        _exclude = Parse(exclude);
    }

    /// <summary>Whether a file counts.</summary>
    public bool Accepts(string path) =>
        (_include.Length == 0 || Array.Exists(_include, pattern => pattern.Expression.IsMatch(path))) && !IsExcluded(path);

    /// <summary>Whether a file or folder is left out with all that is in it.</summary>
    public bool IsExcluded(string path) => Array.Exists(_exclude, pattern => pattern.Expression.IsMatch(path));

    /// <summary>Patterns that match nothing are mistakes of the person who wrote them.</summary>
    public IEnumerable<string> Unmatched(IReadOnlyCollection<string> paths) =>
        _include.Select(pattern => ("include", pattern)).Concat(_exclude.Select(pattern => ("exclude", pattern)))
            .Where(option => !paths.Any(option.pattern.Expression.IsMatch))
            .Select(option => $"`{option.Item1}={option.pattern.Text}`");

    private static (string, Regex)[] Parse(string? patterns) =>
    [
        .. (patterns ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(pattern => (pattern, Expression(pattern))),
    ];

    private static Regex Expression(string pattern)
    {
        bool anchored = pattern.StartsWith('/');
        string rest = pattern.Replace('\\', '/').Trim('/');
        var text = new StringBuilder(anchored ? "^" : "^(?:.*/)?");
        for (int i = 0; i < rest.Length; i++)
        {
            bool crosses = rest[i] == '*' && i + 1 < rest.Length && rest[i + 1] == '*';
            text.Append(rest[i] switch
            {
                '*' when crosses && i + 2 < rest.Length && rest[i + 2] == '/' => "(?:.*/)?",
                '*' when crosses => ".*",
                '*' => "[^/]*",
                '?' => "[^/]",
                char other => Regex.Escape(other.ToString()),
            });
            i += !crosses ? 0 : i + 2 < rest.Length && rest[i + 2] == '/' ? 2 : 1;
        }

        return new Regex(text.Append("(?:/.*)?$").ToString(), RegexOptions.IgnoreCase | RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.Singleline);
    }
}
