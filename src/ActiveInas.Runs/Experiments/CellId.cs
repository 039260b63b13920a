using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ActiveInas.Runs.Configuration;
using ActiveInas.Training;

namespace ActiveInas.Runs.Experiments;

/// <summary>Names a run by what it computes: 12 hexadecimal digits of the SHA-256 of its resolved configuration.</summary>
/// <remarks>Where the run lies, its threads and the cache of data sets change no result and are left out; so are the kernels, which are those of the whole
/// experiment (<see cref="ExperimentKernels"/>), settings without a value, and keys of the recipe that say what a recipe without them means, so that what a
/// later version adds leaves the ids of runs without it alone. Keys are sorted.</remarks>
internal static class CellId
{
    private const int Digits = 12;
    private static readonly string[] s_without = ["out", "threads", "kernels", "dataDirectory"];

    /// <summary>The id of a configuration.</summary>
    public static string Of(RunConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        JsonObject json = JsonNode.Parse(configuration.ToJson())!.AsObject();
        foreach (string key in s_without)
        {
            json.Remove(key);
        }

        RecipeFile.RemoveAdded(json[RecipeLayer.Key]!.AsObject());

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sorted(json)!.ToJsonString())))[..Digits];
    }

    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject map => new JsonObject(map.Where(pair => pair.Value is not null and not JsonArray { Count: 0 })
            .OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => KeyValuePair.Create(pair.Key, Sorted(pair.Value)))),
        JsonArray array => new JsonArray([.. array.Select(Sorted)]),
        _ => node?.DeepClone(),
    };
}
