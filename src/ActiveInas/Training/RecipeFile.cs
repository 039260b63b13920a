using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace ActiveInas.Training;

/// <summary>Recipes as JSON, and single settings as <c>recipe.KEY=VALUE</c>.</summary>
/// <remarks>A file is strict: an unknown key is an error. It gives every key, or <c>"basedOn": "quick"</c> and those that differ.</remarks>
/// <example><code>
/// { "basedOn": "quick", "name": "short", "training": { "epochs": 10 } }
/// recipe.training.epochs=10
/// recipe.training.schedule.drops=[{"epoch":5,"rate":0.01}]
/// </code></example>
public static class RecipeFile
{
    private const string BasedOn = "basedOn";
    private const string Prefix = "recipe.";

    // Keys that files of earlier versions lack, with what such a file meant: a recorded run must go on as it began.
    private static readonly (string Key, string Value)[] s_added = [("candidateMetric", "accuracy")];

    private static readonly JsonSerializerOptions s_options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        NumberHandling = JsonNumberHandling.Strict,
        PropertyNameCaseInsensitive = false,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
    };

    /// <summary>The recipe as JSON, every key given, the same text for the same recipe.</summary>
    public static string ToJson(Recipe recipe) => JsonSerializer.Serialize(recipe, s_options).ReplaceLineEndings("\n");

    /// <summary>Reads a file.</summary>
    /// <exception cref="ConfigurationException">It is malformed; the message names the file and the key.</exception>
    public static Recipe Read(string path)
    {
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"The recipe file '{path}' cannot be read: {failure.Message}", failure);
        }

        return Parse(text, path);
    }

    /// <summary>Writes a file.</summary>
    public static void Write(string path, Recipe recipe) => File.WriteAllText(path, ToJson(recipe) + "\n");

    /// <summary>Parses JSON.</summary>
    /// <param name="json">One object.</param>
    /// <param name="origin">Named in errors: the file.</param>
    /// <exception cref="ConfigurationException">It is malformed.</exception>
    public static Recipe Parse(string json, string origin)
    {
        if (ParseNode(json, origin) is not JsonObject overlay)
        {
            throw new ConfigurationException($"{origin}: a recipe must be a JSON object, with keys like \"batchSize\", or \"basedOn\": \"quick\" and those that differ.");
        }

        JsonObject template = ToNode(Recipes.Quick);
        if (overlay[BasedOn] is { } basis)
        {
            overlay.Remove(BasedOn);
            template = ToNode(Base(basis, origin));
        }
        else
        {
            Complete(overlay);
            if (Missing(template, overlay, string.Empty) is { } missing)
            {
                throw new ConfigurationException($"{origin}: '{missing}' is missing. Add it, or add \"{BasedOn}\": \"quick\" to give only what differs.");
            }
        }

        return Overlaid(template, overlay, origin);
    }

    /// <summary>Applies one setting.</summary>
    /// <param name="recipe">Before.</param>
    /// <param name="assignment"><c>recipe.KEY=VALUE</c>; VALUE is JSON, or a bare word for a name.</param>
    /// <exception cref="ConfigurationException">The key is unknown or the value does not fit; the message names both.</exception>
    public static Recipe Set(Recipe recipe, string assignment)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(assignment);
        int equals = assignment.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0 || !assignment.StartsWith(Prefix, StringComparison.Ordinal) || equals == Prefix.Length)
        {
            throw new ConfigurationException($"'{assignment}' is not a setting: write {Prefix}KEY=VALUE, for example {Prefix}training.epochs=10.");
        }

        string[] path = assignment[Prefix.Length..equals].Split('.');
        JsonNode? node = Value(assignment[(equals + 1)..]);
        for (int i = path.Length - 1; i >= 0; i--)
        {
            node = new JsonObject { [path[i]] = node };
        }

        JsonObject template = ToNode(recipe);
        return Overlaid(template, (JsonObject)node!, assignment);
    }

    /// <summary>Changes the keys that an object gives. With "basedOn" it starts from that recipe instead; a whole recipe, as a recorded configuration has it,
    /// takes the place of the other.</summary>
    /// <param name="recipe">Before.</param>
    /// <param name="patch">Some of the keys of a recipe file.</param>
    /// <param name="origin">Named in errors: the file.</param>
    /// <exception cref="ConfigurationException">A key is unknown or a value does not fit; the message names both.</exception>
    public static Recipe Patch(Recipe recipe, JsonObject patch, string origin)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(patch);
        if (patch.ContainsKey(BasedOn) || IsWhole(patch))
        {
            return Parse(patch.ToJsonString(), origin);
        }

        return Overlaid(ToNode(recipe), patch, origin);
    }

    // Whether an object gives every key, but for those added since it was written: then it says all, and lies over nothing.
    private static bool IsWhole(JsonObject recipe)
    {
        JsonObject copy = recipe.DeepClone().AsObject();
        Complete(copy);
        return Missing(ToNode(Recipes.Quick), copy, string.Empty) is null;
    }

    /// <summary>Takes out the keys that were added later and say what a recipe without them means: what is left names a recipe in every version.</summary>
    public static void RemoveAdded(JsonObject recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        foreach ((string key, string value) in s_added)
        {
            if (recipe[key] is JsonValue given && given.TryGetValue(out string? text) && text == value)
            {
                recipe.Remove(key);
            }
        }
    }

    private static void Complete(JsonObject recipe)
    {
        foreach ((string key, string value) in s_added)
        {
            if (!recipe.ContainsKey(key))
            {
                recipe[key] = value;
            }
        }
    }

    private static JsonObject ToNode(Recipe recipe) => JsonSerializer.SerializeToNode(recipe, s_options)!.AsObject();

    // What does not fit is left out, so that all that is wrong with the others is told with it.
    private static Recipe Overlaid(JsonObject template, JsonObject overlay, string origin)
    {
        List<ConfigurationProblem> problems = [.. RecipeOverlay.Apply(template, overlay, origin)];
        Recipe? recipe = null;
        try
        {
            recipe = FromNode(template, origin);
        }
        catch (ConfigurationException exception)
        {
            problems.AddRange(exception.Problems);
        }

        return problems.Count == 0 ? recipe! : throw new ConfigurationException(problems);
    }

    private static Recipe FromNode(JsonObject node, string origin)
    {
        Recipe recipe;
        try
        {
            recipe = node.Deserialize<Recipe>(s_options)!;
        }
        catch (JsonException failure)
        {
            string key = failure.Path is { Length: > 2 } path ? path[2..] : "recipe";
            throw new ConfigurationException($"{origin}: the value of '{key}' does not fit: {FirstLine(failure.Message)}", failure);
        }

        RecipeRules.Check(recipe, origin);
        return recipe;
    }

    private static Recipe Base(JsonNode basis, string origin)
    {
        if (basis is JsonValue value && value.TryGetValue(out string? name) && Recipes.TryFind(name, out Recipe? recipe))
        {
            return recipe;
        }

        throw new ConfigurationException(
            $"{origin}: {BasedOn} is {basis.ToJsonString()}; it must be {Recipes.Names}.");
    }

    private static JsonNode? ParseNode(string json, string origin)
    {
        try
        {
            JsonNode? node = JsonNode.Parse(
                json, documentOptions: new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowDuplicateProperties = false });
            return node;
        }
        catch (JsonException failure)
        {
            throw new ConfigurationException($"{origin} is not JSON: {FirstLine(failure.Message)}", failure);
        }
    }

    private static JsonNode? Value(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return JsonValue.Create(text);
        }
    }

    private static string? Missing(JsonObject template, JsonObject given, string path)
    {
        foreach ((string key, JsonNode? value) in template)
        {
            string name = path + key;
            if (!given.TryGetPropertyValue(key, out JsonNode? other))
            {
                if (value is null)
                {
                    // Off where nothing is said: what later versions add does not make earlier files incomplete.
                    continue;
                }

                return name;
            }

            if (value is JsonObject inner && other is JsonObject innerGiven && Missing(inner, innerGiven, name + ".") is { } missing)
            {
                return missing;
            }
        }

        return null;
    }

    private static string FirstLine(string message) => message.Split('\n', 2)[0].Split(" Path:", 2)[0];
}
