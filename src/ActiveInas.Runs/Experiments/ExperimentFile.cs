using System.Text.Json.Nodes;
using ActiveInas.Kernels;
using ActiveInas.Runs.Configuration;

namespace ActiveInas.Runs.Experiments;

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
/// stands for all combinations; its own "seeds" replace those of the file. The environment does not change an experiment: its file says all. The record in
/// an experiment's folder is read as well.</remarks>
public static class ExperimentFile
{
    private const string Seeds = "seeds";
    private const string SeedSetting = "seed";
    private static readonly string[] s_keys = [ConfigurationBuilder.SchemaKey, "name", "title", "run", Seeds, "grids"];
    private const string Record = "cells";
    private static readonly string[] s_notVaried = ["out", "threads", "kernels", "classes", "labels", "labelled", "dataDirectory"];
    private static readonly string[] s_notAssigned = [SeedSetting, "out", "threads", "kernels", "dataDirectory"];

    /// <summary>Reads a file, or what an experiment's folder records.</summary>
    /// <param name="path">JSON (comments and trailing commas are fine), or the folder of an experiment.</param>
    /// <param name="assignments">KEY=VALUE laid over every run, for example budget=4000.</param>
    /// <param name="dataDirectory">Cache of the named data sets; null: as the file says.</param>
    /// <param name="kernels">Of all runs, a row or "auto"; null: as the file says.</param>
    /// <exception cref="ConfigurationException">The file cannot be read, or describes no experiment.</exception>
    public static Experiment Read(string path, IReadOnlyList<string>? assignments = null, string? dataDirectory = null, string? kernels = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        string file = FileOf(path);
        string json = Text(file);
        if (!ConfigurationBuilder.Parse(json, file).ContainsKey(Record))
        {
            return WithKernels(Parse(json, file, assignments, dataDirectory), kernels);
        }

        if (assignments is { Count: > 0 })
        {
            throw new ConfigurationException($"'{assignments[0]}' changes the runs of a file, and {file} is the record of an experiment that began: leave it out, or give the file.");
        }

        Experiment recorded = WithKernels(Experiment.FromJson(json, file), kernels);
        return dataDirectory is null
            ? recorded
            : recorded with { Cells = [.. recorded.Cells.Select(cell => cell with { Configuration = cell.Configuration with { DataDirectory = dataDirectory } })] };
    }

    /// <summary>Where an experiment lies unless the user says otherwise: where it is recorded, or runs/NAME.</summary>
    /// <param name="path">What <see cref="Read"/> read.</param>
    /// <param name="experiment">The outcome.</param>
    public static ExperimentFolder DefaultFolder(string path, Experiment experiment)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        string file = FileOf(path);
        return ExperimentFolder.At(ConfigurationBuilder.Parse(Text(file), file).ContainsKey(Record)
            ? Path.GetDirectoryName(file) is { Length: > 0 } folder ? folder : "."
            : ExperimentFolder.DefaultPath(experiment.Name));
    }

    /// <summary>Whether a file or folder describes an experiment rather than one run.</summary>
    /// <exception cref="ConfigurationException">The file cannot be read.</exception>
    public static bool IsExperiment(string path)
    {
        string file = FileOf(path);
        JsonObject root = ConfigurationBuilder.Parse(Text(file), file);
        return new[] { "run", "grids", Seeds, Record }.Any(root.ContainsKey);
    }

    /// <summary>Reads the text of a file.</summary>
    /// <inheritdoc cref="Read"/>
    public static Experiment Parse(string json, string path, IReadOnlyList<string>? assignments = null, string? dataDirectory = null)
    {
        ArgumentNullException.ThrowIfNull(json);
        JsonObject root = ConfigurationBuilder.Parse(json, path);
        RequireKnownKeys(root, path);
        ConfigurationBuilder shared = root["run"] switch
        {
            null => new ConfigurationBuilder(),
            JsonObject run => new ConfigurationBuilder().AddJson(run.ToJsonString(), $"{path}: run"),
            _ => throw new ConfigurationException($"{path}: run must be an object with the keys of a run's configuration, for example {{ \"data\": \"cifar10\" }}."),
        };
        List<Planned> planned = [];
        foreach (JsonObject grid in Grids(root, path))
        {
            planned.AddRange(Expand(grid, root[Seeds], shared, assignments ?? [], dataDirectory, path));
        }

        ConfigurationProblem[] problems = [.. planned.SelectMany(cell => cell.Problems).DistinctBy(problem => problem.Message)];
        return problems.Length == 0 ? Build(planned, root, path) : throw new ConfigurationException(problems);
    }

    // Not in an id, as the cache of data sets: the folder holds them together.
    private static Experiment WithKernels(Experiment experiment, string? kernels)
    {
        if (kernels is null)
        {
            return experiment;
        }

        string? row = kernels.Equals(KernelSelection.Auto, StringComparison.OrdinalIgnoreCase) ? null : kernels;
        return experiment with { Cells = [.. experiment.Cells.Select(cell => cell with { Configuration = cell.Configuration with { Kernels = row } })] };
    }

    private static Experiment Build(List<Planned> planned, JsonObject root, string path)
    {
        // Stable: seed by seed, and within a seed in the order of the file. A run that two grids describe is one cell.
        Planned[] cells = [.. planned.OrderBy(cell => cell.SeedIndex).DistinctBy(cell => cell.Id)];
        IReadOnlyList<string> varying = VaryingSettings.Keys([.. cells.Select(cell => cell.Configuration)]);
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
        JsonObject grid, JsonNode? seedsOfFile, ConfigurationBuilder shared, IReadOnlyList<string> assignments, string? dataDirectory, string path)
    {
        (string Key, JsonNode?[] Values)[] axes = [.. grid.Where(pair => pair.Key != Seeds).Select(pair => (pair.Key, Values(pair, path)))];
        if (axes.GroupBy(axis => axis.Key, StringComparer.OrdinalIgnoreCase).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw new ConfigurationException($"{path}: grids: {string.Join(" and ", twice.Select(axis => $"'{axis.Key}'"))} are one key: give all its values in one list.");
        }

        // A recipe comes before the keys that change a part of it.
        int[] order = [.. Enumerable.Range(0, axes.Length).OrderBy(axis => axes[axis].Key.Equals(RecipeLayer.Key, StringComparison.OrdinalIgnoreCase) ? 0 : 1)];
        ulong[] seeds = ReadSeeds(grid[Seeds] ?? seedsOfFile, shared.Current.Seed, path);
        foreach (JsonNode?[] combination in Combinations([.. axes.Select(axis => axis.Values)]))
        {
            ConfigurationBuilder builder = shared.Next(run => run with { Out = null, Threads = 0, DataDirectory = dataDirectory ?? run.DataDirectory });
            foreach (int axis in order)
            {
                builder.Add(axes[axis].Key, combination[axis], $"{path}: grids: {axes[axis].Key}");
            }

            foreach (string assignment in assignments)
            {
                RequireAssignable(assignment);
                builder.AddAssignment(assignment);
            }

            for (int i = 0; i < seeds.Length; i++)
            {
                RunConfiguration configuration = builder.Current with { Seed = seeds[i] };
                yield return new Planned(i, CellId.Of(configuration), configuration, i == 0 ? [.. Problems(builder, configuration, path)] : []);
            }
        }
    }

    private static void RequireAssignable(string assignment)
    {
        string key = assignment.Split('=', 2)[0];
        if (s_notAssigned.Contains(key, StringComparer.OrdinalIgnoreCase))
        {
            string hint = key.Equals(SeedSetting, StringComparison.OrdinalIgnoreCase)
                ? "change \"seeds\" in the file"
                : $"give `{s_notAssigned.First(known => known.Equals(key, StringComparison.OrdinalIgnoreCase))}` for the experiment as a whole";
            throw new ConfigurationException($"'{assignment}': one {key} for each run of an experiment cannot work: {hint}.");
        }
    }

    private static IEnumerable<ConfigurationProblem> Problems(ConfigurationBuilder builder, RunConfiguration configuration, string path)
    {
        if (configuration.Oracle != OracleKind.Dataset)
        {
            yield return new($"{path}: `oracle=file` waits for people; an experiment needs the labels of its data set: leave `oracle` out.", "oracle");
        }

        foreach (ConfigurationProblem problem in builder.AllProblems(configuration))
        {
            yield return builder.Problems.Contains(problem) ? problem : problem with { Message = $"{path}: {problem.Message}" };
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
        bool isSeed = pair.Key.Equals(SeedSetting, StringComparison.OrdinalIgnoreCase);
        if (isSeed || s_notVaried.Contains(pair.Key, StringComparer.OrdinalIgnoreCase))
        {
            string hint = isSeed ? "give \"seeds\"" : "put it under \"run\" or leave it out";
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

    private static string FileOf(string path) => ExperimentFolder.IsExperiment(path) ? ExperimentFolder.At(path).Definition : path;

    private static string Text(string path)
    {
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

    private sealed record Planned(int SeedIndex, string Id, RunConfiguration Configuration, IReadOnlyList<ConfigurationProblem> Problems);
}
