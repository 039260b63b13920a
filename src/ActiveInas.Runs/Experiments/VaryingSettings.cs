using System.Text.Json.Nodes;
using ActiveInas.Runs.Configuration;

namespace ActiveInas.Runs.Experiments;

/// <summary>What tells the methods of several runs apart: the settings in which their configurations differ.</summary>
internal static class VaryingSettings
{
    private const string Seed = "seed";

    // These name a place or change no result, or (kernels) no more of it than the order of a sum does: no method.
    private static readonly string[] s_places = [Seed, "out", "threads", "kernels", "dataDirectory", "classes"];

    // Of a recipe file: not how a network is trained.
    private static readonly string[] s_recipeNames = ["name", "basedOn", ConfigurationBuilder.SchemaKey];

    /// <summary>Keys of settings in the order of <see cref="Settings"/>, then the recipe and those of its keys that still are needed to tell runs apart.</summary>
    public static IReadOnlyList<string> Keys(IReadOnlyList<RunConfiguration> configurations)
    {
        ArgumentNullException.ThrowIfNull(configurations);
        string[] settings = [.. Settings.All.Select(setting => setting.Key).Except(s_places), RecipeLayer.Key];
        List<string> keys = [.. settings.Where(key => configurations.Select(run => SettingText.Of(run, key)).Distinct().Count() > 1)];
        string[] described = [.. configurations.Select(run => Describe(run, keys))];
        foreach (string leaf in configurations.SelectMany(run => Leaves(RecipeLayer.ToJson(run.Recipe), RecipeLayer.Key)).Distinct().ToArray())
        {
            string[] finer = [.. configurations.Zip(described, (run, text) => Describe(text, run, leaf))];
            if (finer.Distinct().Count() > described.Distinct().Count())
            {
                keys.Add(leaf);
                described = finer;
            }
        }

        return keys;
    }

    private static string Describe(RunConfiguration run, IEnumerable<string> keys) => keys.Aggregate("", (text, key) => Describe(text, run, key));

    private static string Describe(string text, RunConfiguration run, string key) => $"{text}\n{SettingText.Of(run, key)}";

    private static IEnumerable<string> Leaves(JsonObject level, string path)
        => level.Where(pair => path != RecipeLayer.Key || !s_recipeNames.Contains(pair.Key))
            .SelectMany(pair => pair.Value is JsonObject inner ? Leaves(inner, $"{path}.{pair.Key}") : [$"{path}.{pair.Key}"]);
}
