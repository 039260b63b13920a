using System.Text.Json.Nodes;
using ActiveInas.Runs.Configuration;

namespace ActiveInas.Runs.Experiments;

/// <summary>The value of one key of a configuration, as people write it.</summary>
internal static class SettingText
{
    /// <summary>"softmax-response" for query, "20" for recipe.training.epochs, the name for recipe; "-" for none.</summary>
    public static string Of(RunConfiguration configuration, string key)
    {
        if (key.Equals(RecipeLayer.Key, StringComparison.OrdinalIgnoreCase))
        {
            return configuration.Recipe.Name;
        }

        JsonNode? node = JsonNode.Parse(configuration.ToJson());
        foreach (string part in key.Split('.'))
        {
            node = (node as JsonObject)?.FirstOrDefault(pair => pair.Key.Equals(part, StringComparison.OrdinalIgnoreCase)).Value;
        }

        return node switch
        {
            null => "-",
            JsonValue value when value.TryGetValue(out string? text) => text,
            _ => node.ToJsonString(),
        };
    }
}
