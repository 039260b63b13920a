using System.Text.Json.Nodes;
using ActiveInas.Training;

namespace ActiveInas.Runs.Configuration;

/// <summary>The recipe as one part of a configuration: named, given as a file, or changed key by key.</summary>
internal static class RecipeLayer
{
    /// <summary>Its key.</summary>
    public const string Key = "recipe";

    /// <summary>A built-in recipe by name, or a recipe file by path.</summary>
    public static Recipe Named(string nameOrFile) => Recipes.Resolve(nameOrFile);

    /// <summary>All its keys.</summary>
    public static JsonObject ToJson(Recipe recipe) => JsonNode.Parse(RecipeFile.ToJson(recipe))!.AsObject();

    /// <summary>Changes one key, for example training.epochs, whatever its case: environment variables are often upper case.</summary>
    public static Recipe Set(Recipe recipe, string key, string value, string origin)
    {
        JsonObject? level = ToJson(recipe);
        List<string> path = [];
        foreach (string part in key.Split('.'))
        {
            string name = level?.Select(pair => pair.Key).FirstOrDefault(known => known.Equals(part, StringComparison.OrdinalIgnoreCase)) ?? part;
            path.Add(name);
            level = level?[name] as JsonObject;
        }

        try
        {
            return RecipeFile.Set(recipe, $"{Key}.{string.Join('.', path)}={value}");
        }
        catch (ConfigurationException exception)
        {
            throw new ConfigurationException([.. exception.Problems.Select(problem => problem with { Message = $"{origin}: {problem.Message}" })]);
        }
    }
}
