using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ActiveInas.Runs.Labelling.Formats;

/// <summary>Something that is known of an answer beside its class, under the name that all formats give it.</summary>
/// <param name="Name">A column, or a property.</param>
/// <param name="Wanted">What a text must be.</param>
/// <param name="Of">Its value, a text or a number; null: not known.</param>
/// <param name="With">Takes it from a text; null: the text is none.</param>
internal sealed record AuditField(string Name, string Wanted, Func<ImageLabel, object?> Of, Func<ImageLabel, string, ImageLabel?> With)
{
    private const int HashDigits = 64;

    /// <summary>What an answer is, where a format has no words of its own for it.</summary>
    public static AuditField Action { get; } = new(
        "action",
        "label, skip, bad or none",
        image => Word(image.Action),
        (image, text) => Word<LabelAction>(text) is { } action ? image with { Action = action } : null);

    public static AuditField Labeller { get; } = new("labeller", "a name", image => image.Labeller, (image, text) => image with { Labeller = text });

    public static AuditField Time { get; } = new(
        "time", "a time such as 2026-11-27T12:00:00Z", image => image.Time is { } time ? Text(time) : null, (image, text) => image.WithTime(text));

    public static AuditField Milliseconds { get; } = new(
        "milliseconds", "a whole number", image => image.Milliseconds, (image, text) => Whole(text) is { } number ? image with { Milliseconds = number } : null);

    /// <summary>All beside <see cref="Action"/>, in the order of columns.</summary>
    public static IReadOnlyList<AuditField> All { get; } =
    [
        new(
            "sha256",
            $"{HashDigits} hexadecimal digits",
            image => image.Sha256,
            (image, text) => text.Length == HashDigits && text.All(char.IsAsciiHexDigit) ? image with { Sha256 = text.ToLowerInvariant() } : null),
        Labeller,
        Time,
        Milliseconds,
        new("round", "a whole number", image => image.Round, (image, text) => Whole(text) is { } number ? image with { Round = number } : null),
        new(
            "score",
            "a number",
            image => image.Score is { } score && double.IsFinite(score) ? score : null,
            (image, text) => Number(text) is { } number ? image with { Score = number } : null),
        new("model_version", "a name", image => image.ModelVersion, (image, text) => image with { ModelVersion = text }),
        new(
            "source",
            "person, suggestion or imported",
            image => image.Source is { } source ? Word(source) : null,
            (image, text) => Word<LabelSource>(text) is { } source ? image with { Source = source } : null),
    ];

    /// <summary>With <see cref="Action"/> in front.</summary>
    public static IReadOnlyList<AuditField> WithAction { get; } = [Action, .. All];

    /// <summary>A time as files have it: UTC.</summary>
    public static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);

    /// <summary>Adds what is known as properties.</summary>
    public static void AddTo(JsonObject json, ImageLabel image, IEnumerable<AuditField> fields)
    {
        foreach (AuditField field in fields)
        {
            if (field.Of(image) is { } value)
            {
                json[field.Name] = JsonSerializer.SerializeToNode(value);
            }
        }
    }

    /// <summary>Takes a text; a wrong one is a problem, an empty one nothing.</summary>
    public ImageLabel Take(ImageLabel image, string? text, string place, List<LabelProblem> problems)
    {
        if (string.IsNullOrEmpty(text))
        {
            return image;
        }

        if (With(image, text) is { } taken)
        {
            return taken;
        }

        problems.Add(new LabelProblem(place, text, $"is no {Name}", Wanted));
        return image;
    }

    /// <summary>Takes the properties of an object.</summary>
    public static ImageLabel Take(IEnumerable<AuditField> fields, ImageLabel image, JsonElement json, string place, List<LabelProblem> problems)
        => fields.Aggregate(image, (known, field) => json.TryGetProperty(field.Name, out JsonElement value) ? field.Take(known, value.ToString(), place, problems) : known);

    private static string Word<T>(T value)
        where T : struct, Enum
        => value.ToString().ToLowerInvariant();

    private static T? Word<T>(string text)
        where T : struct, Enum
        => Enum.GetValues<T>().Cast<T?>().FirstOrDefault(value => Word(value!.Value).Equals(text, StringComparison.OrdinalIgnoreCase));

    private static int? Whole(string text) => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) ? number : null;

    private static double? Number(string text)
        => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number) ? number : null;
}
