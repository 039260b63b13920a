using System.Text.Json.Nodes;

namespace ActiveInas.Training;

/// <summary>Lays the keys of one JSON object over another that has all of them.</summary>
internal static class RecipeOverlay
{
    /// <summary>Replaces values of <paramref name="template"/>.</summary>
    /// <returns>What does not fit: a key that the template does not have, with the closest one, or a group of keys in place of a value.</returns>
    public static IReadOnlyList<ConfigurationProblem> Apply(JsonObject template, JsonObject overlay, string origin)
    {
        List<ConfigurationProblem> problems = [];
        Apply(template, overlay, origin, string.Empty, problems);
        return problems;
    }

    /// <summary>The known word that begins with the given one, else the one with the fewest edits (Levenshtein); case is ignored.</summary>
    public static string Closest(string word, IReadOnlyCollection<string> known)
        => known.FirstOrDefault(candidate => candidate.StartsWith(word, StringComparison.OrdinalIgnoreCase))
            ?? known.MinBy(candidate => Distance(word.ToUpperInvariant(), candidate.ToUpperInvariant()))!;

    private static void Apply(JsonObject template, JsonObject overlay, string origin, string path, List<ConfigurationProblem> problems)
    {
        foreach ((string key, JsonNode? value) in overlay)
        {
            string name = path + key;
            if (!template.TryGetPropertyValue(key, out JsonNode? current))
            {
                string[] known = template.Select(pair => pair.Key).ToArray();
                problems.Add(new($"{origin}: there is no key '{name}'; the closest is '{path + Closest(key, known)}'. Known here: {string.Join(", ", known)}."));
            }
            else if (current is JsonObject inner)
            {
                if (value is JsonObject innerOverlay)
                {
                    Apply(inner, innerOverlay, origin, name + ".", problems);
                }
                else
                {
                    problems.Add(new($"{origin}: '{name}' is {value?.ToJsonString() ?? "null"}; it is a group of keys ({string.Join(", ", inner.Select(pair => pair.Key))})."));
                }
            }
            else if (value is JsonObject)
            {
                problems.Add(new($"{origin}: '{name}' is one value, not a group of keys."));
            }
            else
            {
                template[key] = value?.DeepClone();
            }
        }
    }

    private static int Distance(string a, string b)
    {
        int[] row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int above = row[j];
                row[j] = Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[^1];
    }
}
