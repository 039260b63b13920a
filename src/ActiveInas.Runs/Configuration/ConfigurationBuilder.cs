using System.Collections;
using System.Text.Json;
using System.Text.Json.Nodes;
using ActiveInas.Training;

namespace ActiveInas.Runs.Configuration;

/// <summary>Lays the layers of a configuration over each other. Call in order: defaults, file, environment, options.</summary>
public sealed class ConfigurationBuilder
{
    /// <summary>Prefix of environment variables.</summary>
    public const string Prefix = "AINAS__";

    /// <summary>Version of the shape, known in a file and otherwise ignored.</summary>
    internal const string SchemaKey = "schema_version";

    private readonly Recipe? _recipe;
    private readonly List<Func<Recipe, Recipe>> _recipeChanges = [];

    /// <param name="defaults">What to start from; null: the defaults of the product.</param>
    public ConfigurationBuilder(RunConfiguration? defaults = null)
    {
        Current = defaults ?? new RunConfiguration();
        _recipe = Current.OwnRecipe;
    }

    /// <summary>The configuration so far.</summary>
    public RunConfiguration Current { get; private set; }

    /// <summary>Lays a JSON file over it.</summary>
    /// <exception cref="ConfigurationException">It cannot be read, or a key or value is wrong.</exception>
    public ConfigurationBuilder AddFile(string path)
    {
        try
        {
            return AddJson(File.ReadAllText(path), path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"{path}: the configuration cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>Lays JSON text over it.</summary>
    /// <exception cref="ConfigurationException">A key or value is wrong.</exception>
    public ConfigurationBuilder AddJson(string json, string path)
    {
        foreach ((string key, JsonNode? value) in Parse(json, path))
        {
            if (key != SchemaKey)
            {
                Add(key, value, path);
            }
        }

        return this;
    }

    /// <summary>Lays one key of a file over it: a setting, "recipe", or "recipe.KEY".</summary>
    /// <exception cref="ConfigurationException">Key or value is wrong.</exception>
    internal void Add(string key, JsonNode? value, string origin)
    {
        if (key.Equals(RecipeLayer.Key, StringComparison.OrdinalIgnoreCase))
        {
            SetRecipe(value, $"{origin}: {key}");
        }
        else if (key.StartsWith(RecipeLayer.Key + ".", StringComparison.OrdinalIgnoreCase))
        {
            Assign(key, value is JsonValue text && text.TryGetValue(out string? plain) ? plain : value?.ToJsonString() ?? "null", $"{origin}: {key}");
        }
        else
        {
            Set(Find(key, origin), value, $"{origin}: {key}");
        }
    }

    /// <summary>Lays the variables AINAS__Key and AINAS__Recipe__Key over it, whatever their case.</summary>
    /// <exception cref="ConfigurationException">A key or value is wrong.</exception>
    public ConfigurationBuilder AddEnvironment(IDictionary variables)
    {
        ArgumentNullException.ThrowIfNull(variables);
        IEnumerable<(string Name, string Value)> own = variables.Keys.Cast<string>()
            .Where(name => name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
            .Order(StringComparer.Ordinal)
            .Select(name => (name, (string?)variables[name] ?? ""));

        // A variable that names a whole recipe comes before those that change a part of it.
        foreach ((string name, string value) in own.OrderBy(pair => pair.Name.Split("__").Length))
        {
            string key = string.Join('.', name.Split("__").Skip(1));
            Assign(key, value, name);
        }

        return this;
    }

    /// <summary>Lays an option over it.</summary>
    /// <param name="setting">Which.</param>
    /// <param name="value">As typed.</param>
    /// <param name="wanted">What would have been right, when it is not.</param>
    public bool TryAddOption(Setting setting, string value, out string? wanted)
    {
        ArgumentNullException.ThrowIfNull(setting);
        try
        {
            Change(setting, JsonValue.Create(value));
            wanted = null;
            return true;
        }
        catch (FormatException exception)
        {
            wanted = exception.Message;
            return false;
        }
    }

    /// <summary>Takes a recipe by name or file.</summary>
    /// <exception cref="ConfigurationException">There is none.</exception>
    public ConfigurationBuilder AddRecipe(string nameOrFile)
    {
        Recipe named = RecipeLayer.Named(nameOrFile);
        ChangeRecipe(_ => named);
        return this;
    }

    /// <summary>Lays KEY=VALUE over it, for example recipe.batchSize=64.</summary>
    /// <exception cref="ConfigurationException">A key or value is wrong.</exception>
    public ConfigurationBuilder AddAssignment(string assignment)
    {
        ArgumentNullException.ThrowIfNull(assignment);
        int equals = assignment.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0)
        {
            throw new ConfigurationException($"--set '{assignment}' is no assignment: write KEY=VALUE, for example recipe.batchSize=64.");
        }

        Assign(assignment[..equals], assignment[(equals + 1)..], $"--set {assignment[..equals]}");
        return this;
    }

    /// <summary>Reads a JSON object; comments and trailing commas are fine.</summary>
    internal static JsonObject Parse(string json, string path)
    {
        try
        {
            JsonDocumentOptions options = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };
            return JsonNode.Parse(json, documentOptions: options) as JsonObject
                ?? throw new ConfigurationException($"{path}: the configuration must be a JSON object {{ \"key\": value, ... }}.");
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException)
        {
            throw new ConfigurationException($"{path} is no valid JSON: {exception.Message}", exception);
        }
    }

    private static Setting Find(string key, string origin)
    {
        Setting? setting = Settings.All.FirstOrDefault(setting => setting.Key.Equals(key, StringComparison.OrdinalIgnoreCase));
        if (setting is not null)
        {
            return setting;
        }

        string[] known = [.. Settings.All.Select(setting => setting.Key), RecipeLayer.Key];
        string hint = Spelling.Closest(key, known) is { } closest ? $"did you mean '{closest}'?" : $"known keys: {string.Join(", ", known)}.";
        throw new ConfigurationException($"{origin}: unknown key '{key}'; {hint}");
    }

    private void Assign(string key, string value, string origin)
    {
        string[] parts = key.Split('.', 2);
        if (!parts[0].Equals(RecipeLayer.Key, StringComparison.OrdinalIgnoreCase))
        {
            Set(Find(key, origin), JsonValue.Create(value), origin);
        }
        else if (parts.Length == 1)
        {
            AddRecipe(value);
        }
        else
        {
            ChangeRecipe(recipe => RecipeLayer.Set(recipe, parts[1], value, origin));
        }
    }

    private void SetRecipe(JsonNode? value, string origin)
    {
        switch (value)
        {
            case JsonObject patch:
                JsonObject copy = patch.DeepClone().AsObject();
                ChangeRecipe(recipe => RecipeFile.Patch(recipe, copy, origin));
                break;
            case JsonValue text when text.TryGetValue(out string? name):
                AddRecipe(name);
                break;
            default:
                throw new ConfigurationException($"{origin}: a recipe is a name, a file, or an object with its keys.");
        }
    }

    private void ChangeRecipe(Func<Recipe, Recipe> change)
    {
        _recipeChanges.Add(change);
        Current = Current with { Recipe = change(Current.Recipe) };
    }

    /// <summary>Where only parts of a recipe are given, they change the one that suits the data, whichever layer names the data.</summary>
    private void Change(Setting setting, JsonNode? value)
    {
        string data = Current.Data;
        Current = setting.Set(Current, value);
        if (Current.Data != data && _recipeChanges.Count > 0)
        {
            Current = Current with { Recipe = _recipeChanges.Aggregate(_recipe ?? Recipes.DefaultFor(Current.Data), (recipe, change) => change(recipe)) };
        }
    }

    private void Set(Setting setting, JsonNode? value, string origin)
    {
        try
        {
            Change(setting, value);
        }
        catch (FormatException exception)
        {
            string found = value is JsonValue json && json.TryGetValue(out string? text) ? $"'{text}'" : value?.ToJsonString() ?? "null";
            throw new ConfigurationException($"{origin} is {found}; it must be {exception.Message}.", exception);
        }
    }
}
