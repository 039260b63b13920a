using System.Text.Json.Nodes;
using ActiveInas.Querying;
using ActiveInas.Runs;

namespace ActiveInas.Experiments;

/// <summary>Reads an experiment: what all runs share, and grids of what differs.</summary>
/// <example><code>
/// {
///   "title": "CIFAR-10: active-iNAS and fixed architectures",
///   "run": { "data": "cifar10", "initial": 2000, "batch": "2000", "budget": 8000, "recipe": "quick" },
///   "seeds": [1, 2, 3],
///   "grids": [
///     { "query": ["softmax-response", "random"], "architecture": ["search", "A(2,4)", "A(1,2)"] },
///     { "query": "coreset", "architecture": "search", "seeds": [1] }
///   ]
/// }
/// </code></example>
/// <remarks>"run" takes the keys of a run's configuration file. A grid takes the same keys (and recipe.KEY) with a value or an array of values, and
/// stands for all combinations; its own "seeds" replace those of the file. The environment does not change an experiment: its file says all.</remarks>
public static class ExperimentFile
{
    private const string Seeds = "seeds";
    private const string SeedSetting = "seed";
    private static readonly string[] s_keys = [ConfigurationBuilder.SchemaKey, "name", "title", "run", Seeds, "grids"];
    private static readonly string[] s_notVaried = ["out", "threads", "classes", "labels", "labelled", "dataDirectory"];

    /// <summary>Reads a file.</summary>
    /// <param name="path">JSON; comments and trailing commas are fine.</param>
    /// <param name="assignments">KEY=VALUE laid over every run, for example budget=4000.</param>
    /// <param name="dataDirectory">Cache of the named data sets; null: as the file says.</param>
    /// <exception cref="ConfigurationException">The file cannot be read, or describes no experiment.</exception>
    public static Experiment Read(string path, IReadOnlyList<string>? assignments = null, string? dataDirectory = null)
    {
        return Parse(Text(path), path, assignments, dataDirectory);
    }

    /// <summary>Whether a file describes an experiment rather than one run.</summary>
    /// <exception cref="ConfigurationException">The file cannot be read.</exception>
    public static bool IsExperiment(string path)
    {
        JsonObject root = ConfigurationBuilder.Parse(Text(path), path);
        return root.ContainsKey("run") || root.ContainsKey("grids") || root.ContainsKey(Seeds);
    }

    /// <summary>Reads the text of a file.</summary>
    /// <inheritdoc cref="Read"/>
    public static Experiment Parse(string json, string path, IReadOnlyList<string>? assignments = null, string? dataDirectory = null)
    {
        ArgumentNullException.ThrowIfNull(json);
        JsonObject root = ConfigurationBuilder.Parse(json, path);
        RequireKnownKeys(root, path);
        RunConfiguration shared = root["run"] switch
        {
            null => new RunConfiguration(),
            JsonObject run => new ConfigurationBuilder().AddJson(run.ToJsonString(), $"{path}: run").Current,
            _ => throw new ConfigurationException($"{path}: run must be an object with the keys of a run's configuration, for example {{ \"data\": \"cifar10\" }}."),
        };
        shared = shared with { Out = null, Threads = 0, DataDirectory = dataDirectory ?? shared.DataDirectory };
        List<Planned> planned = [];
        foreach (JsonObject grid in Grids(root, path))
        {
            planned.AddRange(Expand(grid, root[Seeds], shared, assignments ?? [], path));
        }

        return Build(planned, root, path);
    }

    private static Experiment Build(List<Planned> planned, JsonObject root, string path)
    {
        // Stable: seed by seed, and within a seed in the order of the file. A run that two grids describe is one cell.
        Planned[] cells = [.. planned.OrderBy(cell => cell.SeedIndex).DistinctBy(cell => cell.Id)];
        string[] keys = [.. planned.SelectMany(cell => cell.Keys).Distinct()];
        string[] varying = [.. keys.Where(key => cells.Select(cell => SettingText.Of(cell.Configuration, key)).Distinct().Count() > 1)];
        return new Experiment
        {
            Name = Text(root, "name", path) ?? Path.GetFileNameWithoutExtension(path),
            Title = Text(root, "title", path) ?? Path.GetFileNameWithoutExtension(path),
            Varying = varying,
            Cells = [.. cells.Select(cell => new ExperimentCell(
                cell.Id, [.. varying.Select(key => SettingText.Of(cell.Configuration, key))], cell.Configuration))],
        };
    }

    private static IEnumerable<Planned> Expand(
        JsonObject grid, JsonNode? seedsOfFile, RunConfiguration shared, IReadOnlyList<string> assignments, string path)
    {
        (string Key, JsonNode?[] Values)[] axes = [.. grid.Where(pair => pair.Key != Seeds).Select(pair => (pair.Key, Values(pair, path)))];
        ulong[] seeds = ReadSeeds(grid[Seeds] ?? seedsOfFile, shared.Seed, path);
        foreach (JsonNode?[] combination in Combinations([.. axes.Select(axis => axis.Values)]))
        {
            ConfigurationBuilder builder = new(shared);
            for (int axis = 0; axis < axes.Length; axis++)
            {
                builder.Add(axes[axis].Key, combination[axis], $"{path}: grids: {axes[axis].Key}");
            }

            foreach (string assignment in assignments)
            {
                builder.AddAssignment(assignment);
            }

            for (int i = 0; i < seeds.Length; i++)
            {
                RunConfiguration configuration = Validated(builder.Current with { Seed = seeds[i] }, path);
                yield return new Planned(i, CellId.Of(configuration), [.. axes.Select(axis => axis.Key)], configuration);
            }
        }
    }

    private static RunConfiguration Validated(RunConfiguration configuration, string path)
    {
        if (configuration.Oracle != "dataset")
        {
            throw new ConfigurationException($"{path}: oracle '{configuration.Oracle}' waits for people; an experiment needs the labels of its data set: leave oracle out.");
        }

        try
        {
            return configuration.Validate();
        }
        catch (ConfigurationException exception)
        {
            throw new ConfigurationException($"{path}: {exception.Message}", exception);
        }
    }

    private static IEnumerable<JsonNode?[]> Combinations(IReadOnlyList<JsonNode?[]> axes)
    {
        int total = axes.Aggregate(1, (product, axis) => checked(product * axis.Length));
        for (int index = 0; index < total; index++)
        {
            JsonNode?[] combination = new JsonNode?[axes.Count];
            for (int axis = axes.Count - 1, rest = index; axis >= 0; rest /= axes[axis].Length, axis--)
            {
                combination[axis] = axes[axis][rest % axes[axis].Length];
            }

            yield return combination;
        }
    }

    private static JsonNode?[] Values(KeyValuePair<string, JsonNode?> pair, string path)
    {
        if (s_notVaried.Contains(pair.Key) || pair.Key == SeedSetting)
        {
            string hint = pair.Key == SeedSetting ? "give \"seeds\"" : "put it under \"run\" or leave it out";
            throw new ConfigurationException($"{path}: grids: '{pair.Key}' cannot vary between the runs of an experiment: {hint}.");
        }

        JsonNode?[] values = pair.Value is JsonArray array ? [.. array] : [pair.Value];
        return values.Length > 0 ? values : throw new ConfigurationException($"{path}: grids: {pair.Key} is an empty list: give at least one value.");
    }

    private static IEnumerable<JsonObject> Grids(JsonObject root, string path)
    {
        JsonNode?[] grids = root["grids"] switch
        {
            null => [new JsonObject()],
            JsonArray { Count: > 0 } array => [.. array],
            JsonObject one => [one],
            _ => [null],
        };
        return grids.Select(grid => grid as JsonObject
            ?? throw new ConfigurationException($"{path}: grids must be a list of objects, for example [{{ \"query\": [\"random\", \"coreset\"] }}]."));
    }

    private static ulong[] ReadSeeds(JsonNode? node, ulong single, string path)
    {
        if (node is null)
        {
            return [single];
        }

        ulong[] seeds = node is JsonArray array && array.All(item => item is JsonValue value && value.TryGetValue(out ulong _))
            ? [.. array.Select(item => item!.GetValue<ulong>())]
            : [];
        return seeds.Length > 0 && seeds.Distinct().Count() == seeds.Length
            ? seeds
            : throw new ConfigurationException($"{path}: seeds is {node.ToJsonString()}; it must be a list of different whole numbers, for example [1, 2, 3].");
    }

    private static void RequireKnownKeys(JsonObject root, string path)
    {
        if (root.Select(pair => pair.Key).FirstOrDefault(key => !s_keys.Contains(key)) is { } unknown)
        {
            string hint = Spelling.Closest(unknown, s_keys) is { } closest ? $"did you mean '{closest}'?" : $"known keys: {string.Join(", ", s_keys)}.";
            throw new ConfigurationException($"{path}: unknown key '{unknown}'; {hint}");
        }
    }

    private static string Text(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"{path}: the experiment cannot be read: {exception.Message}", exception);
        }
    }

    private static string? Text(JsonObject root, string key, string path) => root[key] switch
    {
        null => null,
        JsonValue value when value.TryGetValue(out string? text) && text.Length > 0 => text,
        { } other => throw new ConfigurationException($"{path}: {key} is {other.ToJsonString()}; it must be a text."),
    };

    private sealed record Planned(int SeedIndex, string Id, string[] Keys, RunConfiguration Configuration);
}
