using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ActiveInas.Runs.Labelling.Formats;

/// <summary>What several JSON formats share.</summary>
internal static class ImageLabelJson
{
    private const string Name = "predictions";
    private const string ClassName = "class";
    private const string ProbabilityName = "probability";

    /// <summary>For files: letters of any script readable, each value on its line where <see cref="JsonSerializerOptions.WriteIndented"/>.</summary>
    public static JsonSerializerOptions Indented { get; } = new() { WriteIndented = true, Encoder = JsonStyle.Encoder };

    /// <summary>One line.</summary>
    public static JsonSerializerOptions Line { get; } = new() { Encoder = JsonStyle.Encoder };

    /// <summary>With the time of a text; null: it is none. A time without a zone is UTC.</summary>
    public static ImageLabel? WithTime(this ImageLabel image, string text)
        => DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
            ? image with { Time = time.ToUniversalTime() }
            : null;

    /// <summary>Adds what a model thinks.</summary>
    public static void AddPredictions(JsonObject json, ImageLabel image)
    {
        if (image.Predictions.Count > 0)
        {
            json[Name] = new JsonArray([.. image.Predictions.Select(one => new JsonObject { [ClassName] = one.Class, [ProbabilityName] = one.Probability })]);
        }
    }

    /// <summary>Takes what a model thinks, as <see cref="AddPredictions"/> writes it.</summary>
    public static ImageLabel TakePredictions(ImageLabel image, JsonElement json, string place, List<LabelProblem> problems)
    {
        if (!json.TryGetProperty(Name, out JsonElement list))
        {
            return image;
        }

        List<ClassProbability> predictions = [];
        foreach (JsonElement one in list.ValueKind == JsonValueKind.Array ? list.EnumerateArray().ToArray() : [list])
        {
            if (one.ValueKind == JsonValueKind.Object && one.Text(ClassName) is { } name && one.Number(ProbabilityName) is { } probability)
            {
                predictions.Add(new ClassProbability(name, probability));
            }
            else
            {
                problems.Add(new LabelProblem(place, one.ToString(), "is no prediction", $"{{\"{ClassName}\": name, \"{ProbabilityName}\": 0..1}}"));
            }
        }

        return image with { Predictions = predictions };
    }

    /// <summary>A property that is a text; null: it is not there, or something else.</summary>
    public static string? Text(this JsonElement json, string name)
        => json.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>A property that is a finite number; null: it is not there, or something else.</summary>
    public static double? Number(this JsonElement json, string name)
        => json.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.GetDouble() is var number && double.IsFinite(number)
            ? number
            : null;

    /// <summary>A property that is a list or an object; null: it is not there, or something else.</summary>
    public static JsonElement? Part(this JsonElement json, string name, JsonValueKind kind)
        => json.TryGetProperty(name, out JsonElement value) && value.ValueKind == kind ? value : null;
}
