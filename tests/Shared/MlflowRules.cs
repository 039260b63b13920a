using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ActiveInas.Tests.Shared;

/// <summary>What the server answers a request with that is not allowed.</summary>
internal sealed class MlflowRefusal(int status, string code, string message) : Exception(message)
{
    public int Status => status;

    public string Code => code;

    public static MlflowRefusal Invalid(string message) => new(400, "INVALID_PARAMETER_VALUE", message);

    public static MlflowRefusal Missing(string message) => new(404, "RESOURCE_DOES_NOT_EXIST", message);
}

/// <summary>The limits that MLflow's REST documentation states, the older and stricter one where versions differ.</summary>
internal static class MlflowRules
{
    private const int MostMetrics = 1000;
    private const int MostParams = 100;
    private const int MostTags = 100;
    private const int MostItems = 1000;
    private const int MostBytes = 1_000_000;
    private const int LongestKey = 250;
    private const int LongestParam = 500;
    private const int LongestTag = 5000;
    private static readonly string[] s_statuses = ["RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED"];

    public static string Parameter(HttpListenerRequest request, string name)
        => request.QueryString[name] is { Length: > 0 } value ? value : throw MlflowRefusal.Invalid($"The parameter '{name}' is missing");

    public static JsonObject Body(HttpListenerRequest request, byte[] content)
    {
        Require(content.Length <= MostBytes, $"The request has {content.Length} bytes, more than {MostBytes}");
        Require(request.ContentType?.Split(';')[0] == "application/json", $"The content is {request.ContentType}, not application/json");
        try
        {
            return JsonNode.Parse(new UTF8Encoding(false, true).GetString(content)) as JsonObject ?? throw MlflowRefusal.Invalid("The body is no JSON object");
        }
        catch (Exception exception) when (exception is JsonException or DecoderFallbackException)
        {
            throw MlflowRefusal.Invalid($"The body is no JSON: {exception.Message}");
        }
    }

    public static string Text(JsonObject body, string field)
    {
        string text = AnyText(body, field);
        Require(text.Length > 0, $"'{field}' is empty");
        return text;
    }

    /// <summary>Milliseconds since 1970, so no seconds: they would be long before 2001.</summary>
    public static long Time(JsonObject body, string field)
    {
        long time = Whole(body, field);
        Require(time > 1_000_000_000_000, $"'{field}' is {time}, which are no milliseconds since 1970");
        return time;
    }

    public static string Status(JsonObject body)
    {
        string status = Text(body, "status");
        Require(s_statuses.Contains(status), $"The status '{status}' is none of {string.Join(", ", s_statuses)}");
        return status;
    }

    public static MlflowValue[] Metrics(JsonObject body) =>
    [
        .. Items(body, "metrics", MostMetrics).Select(item => new MlflowValue(Key(item), Finite(item, "value"), Time(item, "timestamp"), Whole(item, "step"))),
    ];

    public static KeyValuePair<string, string>[] Params(JsonObject body)
    {
        KeyValuePair<string, string>[] pairs = Pairs(body, "params", MostParams, LongestParam);
        Require(pairs.DistinctBy(pair => pair.Key).Count() == pairs.Length, "A param is there twice");
        return pairs;
    }

    public static KeyValuePair<string, string>[] Tags(JsonObject body) => Pairs(body, "tags", MostTags, LongestTag);

    public static void RequireTotal(int items) => Require(items <= MostItems, $"The request has {items} items, more than {MostItems}");

    private static KeyValuePair<string, string>[] Pairs(JsonObject body, string field, int most, int longest)
    {
        KeyValuePair<string, string>[] pairs = [.. Items(body, field, most).Select(item => KeyValuePair.Create(Key(item), AnyText(item, "value")))];
        Require(pairs.All(pair => pair.Value.Length <= longest), $"A value of {field} is longer than {longest}");
        return pairs;
    }

    private static JsonObject[] Items(JsonObject body, string field, int most)
    {
        if (!body.TryGetPropertyValue(field, out JsonNode? node))
        {
            return [];
        }

        JsonArray array = node as JsonArray ?? throw MlflowRefusal.Invalid($"'{field}' is no array");
        Require(array.Count <= most, $"The request has {array.Count} {field}, more than {most}");
        return [.. array.Select(item => item as JsonObject ?? throw MlflowRefusal.Invalid($"'{field}' holds something that is no object"))];
    }

    // Stores may keep a key as the path of a file, so that it must be one that names itself.
    private static string Key(JsonObject item)
    {
        string key = Text(item, "key");
        Require(key.Length <= LongestKey, $"The key '{key}' has {key.Length} letters, more than {LongestKey}");
        Require(key.All(letter => char.IsAsciiLetterOrDigit(letter) || "_-. /".Contains(letter)), $"The key '{key}' has a letter that is not allowed");
        Require(key.Split('/').All(part => part is not ("" or "." or "..")), $"The key '{key}' is another one as a path");
        return key;
    }

    private static string AnyText(JsonObject body, string field)
        => body[field] is JsonValue value && value.TryGetValue(out string? text) ? text : throw MlflowRefusal.Invalid($"'{field}' is no string");

    private static long Whole(JsonObject body, string field)
        => body[field] is JsonValue value && value.TryGetValue(out long number) ? number : throw MlflowRefusal.Invalid($"'{field}' is no whole number");

    private static double Finite(JsonObject body, string field)
        => body[field] is JsonValue value && value.TryGetValue(out double number) && double.IsFinite(number)
            ? number
            : throw MlflowRefusal.Invalid($"'{field}' is no finite number");

    private static void Require(bool holds, string message)
    {
        if (!holds)
        {
            throw MlflowRefusal.Invalid(message);
        }
    }
}
