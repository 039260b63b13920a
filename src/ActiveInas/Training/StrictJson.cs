using System.Text.Json;
using System.Text.Json.Nodes;

namespace ActiveInas.Training;

/// <summary>Reads an object of which every key is known: what is missing, unknown or of another kind is an error that names the key.</summary>
internal sealed class StrictJson
{
    private readonly JsonObject _json;
    private readonly string _origin;
    private readonly string _path;

    private StrictJson(JsonObject json, string origin, string path, string[] known)
    {
        (_json, _origin, _path) = (json, origin, path);
        if (json.Select(pair => pair.Key).FirstOrDefault(key => !known.Contains(key)) is { } unknown)
        {
            string hint = Spelling.Closest(unknown, known) is { } closest ? $" Did you mean '{path}{closest}'?" : "";
            throw new ConfigurationException($"{origin}: there is no key '{path}{unknown}'.{hint} Known here: {string.Join(", ", known)}.");
        }
    }

    /// <summary>Parses a text.</summary>
    /// <param name="json">One object.</param>
    /// <param name="origin">Named in errors: the file.</param>
    /// <param name="known">All keys that it may have.</param>
    public static StrictJson Parse(string json, string origin, params string[] known)
    {
        try
        {
            return JsonNode.Parse(json, documentOptions: new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowDuplicateProperties = false }) is JsonObject root
                ? new StrictJson(root, origin, "", known)
                : throw new ConfigurationException($"{origin}: it must hold a JSON object.");
        }
        catch (JsonException failure)
        {
            throw new ConfigurationException($"{origin} is not JSON: {failure.Message.Split('\n', 2)[0]}", failure);
        }
    }

    /// <summary>A group of keys.</summary>
    public StrictJson Group(string key, params string[] known)
        => new(Object(key), _origin, $"{_path}{key}.", known);

    /// <summary>A group of keys, as it stands.</summary>
    public JsonObject Object(string key) => Required(key) as JsonObject ?? throw Wrong(key, "a group of keys");

    /// <summary>A value.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="wanted">What it must be, in words.</param>
    public T Value<T>(string key, string wanted) => As<T>(Required(key)) is (true, { } value) ? value : throw Wrong(key, wanted);

    /// <summary>A text, or null where the key is missing or null.</summary>
    public string? TextOrNull(string key) => _json[key] is null ? null : Value<string>(key, "a text");

    /// <summary>A whole number, or null where the key is missing or null.</summary>
    public int? WholeOrNull(string key) => _json[key] is null ? null : Value<int>(key, "a whole number");

    /// <summary>Whether a key is there and is not null.</summary>
    public bool Has(string key) => _json[key] is not null;

    /// <summary>A list, each item read by <paramref name="read"/>, which gives null for one that does not fit.</summary>
    public T[] List<T>(string key, string wanted, Func<JsonNode?, T?> read)
        where T : class
        => Required(key) is JsonArray array ? [.. array.Select((item, i) => read(item) ?? throw Wrong($"{key}[{i}]", wanted, item))] : throw Wrong(key, $"a list, and each item {wanted}");

    /// <summary>The error for the value of a key.</summary>
    public ConfigurationException Wrong(string key, string wanted) => Wrong(key, wanted, _json[key]);

    /// <summary>Reads one value.</summary>
    public static (bool Fits, T? Value) As<T>(JsonNode? node) => node is JsonValue value && value.TryGetValue(out T? result) ? (true, result) : (false, default);

    private ConfigurationException Wrong(string key, string wanted, JsonNode? found)
    {
        const int Shown = 60;
        string text = found?.ToJsonString() ?? "null";
        return new ConfigurationException($"{_origin}: '{_path}{key}' is {(text.Length > Shown ? text[..Shown] + "..." : text)}; it must be {wanted}.");
    }

    private JsonNode Required(string key)
        => _json[key] ?? throw new ConfigurationException($"{_origin}: '{_path}{key}' is missing.");
}
