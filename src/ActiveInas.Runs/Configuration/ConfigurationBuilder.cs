using System.Collections;
using System.Text.Json;
using System.Text.Json.Nodes;
using ActiveInas.Querying;
using ActiveInas.Training;

namespace ActiveInas.Runs.Configuration;

/// <summary>Lays the layers of a configuration over each other. Call in order: defaults, file, environment, options.</summary>
/// <remarks>A wrong key or value does not end it: what is wrong is collected, and <see cref="Resolve"/> tells all of it at once.</remarks>
/// <example><code>RunConfiguration run = new ConfigurationBuilder().AddFile("run.json").AddAssignment("budget=2000").ResolveValid();</code></example>
public sealed class ConfigurationBuilder
{
    /// <summary>Prefix of environment variables.</summary>
    public const string Prefix = "AINAS__";

    /// <summary>Version of the shape, known in a file and otherwise ignored.</summary>
    internal const string SchemaKey = "schema_version";

    private readonly Recipe? _recipe;
    private readonly List<Func<Recipe, Recipe>> _recipeChanges = [];
    private readonly List<ConfigurationProblem> _problems = [];

    /// <param name="defaults">What to start from; null: the defaults of the product.</param>
    public ConfigurationBuilder(RunConfiguration? defaults = null)
    {
        Current = defaults ?? new RunConfiguration();
        _recipe = Current.OwnRecipe;
    }

    /// <summary>Another one that starts from what this one has come to, and knows what is wrong in it.</summary>
    internal ConfigurationBuilder Next(Func<RunConfiguration, RunConfiguration> change)
    {
        ConfigurationBuilder next = new(change(Current));
        next._problems.AddRange(_problems);
        return next;
    }

    /// <summary>What is wrong so far.</summary>
    internal IReadOnlyList<ConfigurationProblem> Problems => _problems;

    /// <summary>The configuration so far, without what is wrong.</summary>
    internal RunConfiguration Current { get; private set; }

    /// <summary>The configuration.</summary>
    /// <exception cref="ConfigurationException">Keys or values are wrong: all of them.</exception>
    public RunConfiguration Resolve() => _problems.Count == 0 ? Current : throw new ConfigurationException(_problems);

    /// <summary>The configuration, whose values can work (<see cref="RunConfiguration.Validate"/>).</summary>
    /// <exception cref="ConfigurationException">Keys or values are wrong, or cannot work: all of them.</exception>
    /// <inheritdoc cref="RunConfiguration.Validate"/>
    public RunConfiguration ResolveValid(IQueryStrategy? own = null, bool anySource = false)
    {
        ConfigurationProblem[] problems = [.. AllProblems(Current, own, anySource)];
        return problems.Length == 0 ? Current : throw new ConfigurationException(problems);
    }

    /// <summary>What is wrong in the layers, and what cannot work in a configuration made of them; nothing about values that could not be read.</summary>
    internal IEnumerable<ConfigurationProblem> AllProblems(RunConfiguration configuration, IQueryStrategy? own = null, bool anySource = false)
    {
        HashSet<string> unread = [.. _problems.SelectMany(problem => problem.Settings)];
        return _problems.Concat(configuration.Validate(own, anySource).Where(problem => !problem.Settings.Any(unread.Contains)));
    }

    /// <summary>Lays a JSON file over it.</summary>
    /// <exception cref="ConfigurationException">It cannot be read, or is no JSON object.</exception>
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
    /// <exception cref="ConfigurationException">It is no JSON object.</exception>
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
            Set(key, value, origin, $"{origin}: {key}");
        }
    }

    /// <summary>Lays the variables AINAS__Key and AINAS__Recipe__Key over it, whatever their case.</summary>
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
    /// <param name="wanted">What would have been right, when its form is not.</param>
    public bool TryAddOption(Setting setting, string value, out string? wanted)
    {
        ArgumentNullException.ThrowIfNull(setting);
        wanted = null;
        try
        {
            Collect(() => Change(setting, JsonValue.Create(value)), $"`{setting.Key}`", setting.Key);
            return true;
        }
        catch (FormatException exception)
        {
            wanted = exception.Message;
            return false;
        }
    }

    /// <summary>Takes a recipe by name or file.</summary>
    public ConfigurationBuilder AddRecipe(string nameOrFile)
    {
        Collect(() =>
        {
            Recipe named = RecipeLayer.Named(nameOrFile);
            ChangeRecipe(_ => named);
        }, "", RecipeLayer.Key);
        return this;
    }

    /// <summary>Lays KEY=VALUE over it, for example recipe.batchSize=64.</summary>
    /// <exception cref="ConfigurationException">It is no assignment.</exception>
    public ConfigurationBuilder AddAssignment(string assignment)
    {
        ArgumentNullException.ThrowIfNull(assignment);
        int equals = assignment.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0)
        {
            throw new ConfigurationException($"'{assignment}' is no assignment: write KEY=VALUE, for example recipe.batchSize=64.");
        }

        Assign(assignment[..equals], assignment[(equals + 1)..], $"`{assignment[..equals]}`");
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

    private void Assign(string key, string value, string origin)
    {
        string[] parts = key.Split('.', 2);
        if (!parts[0].Equals(RecipeLayer.Key, StringComparison.OrdinalIgnoreCase))
        {
            Set(key, JsonValue.Create(value), origin, origin);
        }
        else if (parts.Length == 1)
        {
            AddRecipe(value);
        }
        else
        {
            Collect(() => ChangeRecipe(recipe => RecipeLayer.Set(recipe, parts[1], value, origin)), "", RecipeLayer.Key);
        }
    }

    private void SetRecipe(JsonNode? value, string origin)
    {
        switch (value)
        {
            case JsonObject patch:
                JsonObject copy = patch.DeepClone().AsObject();
                Collect(() => ChangeRecipe(recipe => RecipeFile.Patch(recipe, copy, origin)), "", RecipeLayer.Key);
                break;
            case JsonValue text when text.TryGetValue(out string? name):
                AddRecipe(name);
                break;
            default:
                _problems.Add(new($"{origin}: a recipe is a name, a file, or an object with its keys.", RecipeLayer.Key));
                break;
        }
    }

    // The change first: one that cannot be made is not made again over other data.
    private void ChangeRecipe(Func<Recipe, Recipe> change)
    {
        Current = Current with { Recipe = change(Current.Recipe) };
        _recipeChanges.Add(change);
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

    private void Set(string key, JsonNode? value, string origin, string name)
    {
        if (Settings.All.FirstOrDefault(setting => setting.Key.Equals(key, StringComparison.OrdinalIgnoreCase)) is not { } setting)
        {
            string[] known = [.. Settings.All.Select(setting => setting.Key), RecipeLayer.Key];
            string hint = Spelling.Closest(key, known) is { } closest ? $"did you mean '{closest}'?" : $"known keys: {string.Join(", ", known)}.";
            _problems.Add(new($"{origin}: unknown key '{key}'; {hint}"));
            return;
        }

        try
        {
            Collect(() => Change(setting, value), name, setting.Key);
        }
        catch (FormatException exception)
        {
            string found = value is JsonValue json && json.TryGetValue(out string? text) ? $"'{text}'" : value?.ToJsonString() ?? "null";
            _problems.Add(new($"{name} is {found}; it must be {exception.Message}.", setting.Key));
        }
    }

    private void Collect(Action change, string name, string key)
    {
        try
        {
            change();
        }
        catch (ConfigurationException exception)
        {
            _problems.AddRange(exception.Problems.Select(problem => new ConfigurationProblem(name.Length == 0 ? problem.Message : $"{name}: {problem.Message}", key)));
        }
    }
}
