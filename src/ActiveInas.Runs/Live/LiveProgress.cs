using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ActiveInas.Runs.Folder;

namespace ActiveInas.Runs.Live;

/// <summary>Where a run stands within a round, as another process can see it: progress.json, there while a process writes the run.</summary>
public sealed record LiveProgress
{
    /// <summary>Version of the JSON shape.</summary>
    public const int SchemaVersion = 1;

    /// <summary>"search", "train", "evaluate", "query" or "label".</summary>
    public required string Stage { get; init; }

    /// <summary>t.</summary>
    public required int Round { get; init; }

    /// <summary>Labels so far.</summary>
    public required int Labels { get; init; }

    /// <summary>The network in hand, "A(2,1)"; empty for none.</summary>
    public string Architecture { get; init; } = "";

    /// <summary>Steps made of the training in hand; 0 without one.</summary>
    public long Step { get; init; }

    /// <summary>Steps of the training in hand; 0 without one.</summary>
    public long Steps { get; init; }

    /// <summary>Loss of the latest step; null without a training, or when it is no number.</summary>
    public double? Loss { get; init; }

    /// <summary>Speed of the training in hand; null without one.</summary>
    public double? ImagesPerSecond { get; init; }

    /// <summary>What the rest of the run will take; null while nothing is known.</summary>
    public double? SecondsLeft { get; init; }

    /// <summary>UTC, ISO 8601.</summary>
    public string UpdatedAt { get; init; } = "";

    /// <summary>Reads a run's progress; null when there is none, or when it is just being replaced.</summary>
    public static LiveProgress? Read(RunFolder folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        try
        {
            return File.Exists(folder.Progress) && JsonNode.Parse(File.ReadAllText(folder.Progress)) is JsonObject json ? Parse(json) : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    /// <summary>progress.json.</summary>
    public string ToJson() => new JsonObject
    {
        ["schema_version"] = SchemaVersion,
        ["stage"] = Stage,
        ["round"] = Round,
        ["labels"] = Labels,
        ["architecture"] = Architecture,
        ["step"] = Step,
        ["steps"] = Steps,
        ["loss"] = JsonStyle.Number(Loss),
        ["images_per_second"] = JsonStyle.Number(ImagesPerSecond),
        ["seconds_left"] = JsonStyle.Number(SecondsLeft),
        ["updated_at"] = UpdatedAt,
    }.ToJsonString();

    /// <summary>Now, as <see cref="UpdatedAt"/> has it.</summary>
    internal static string Now() => DateTime.UtcNow.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    private static LiveProgress Parse(JsonObject json) => new()
    {
        Stage = json["stage"]?.GetValue<string>() ?? "",
        Round = json["round"]?.GetValue<int>() ?? 0,
        Labels = json["labels"]?.GetValue<int>() ?? 0,
        Architecture = json["architecture"]?.GetValue<string>() ?? "",
        Step = json["step"]?.GetValue<long>() ?? 0,
        Steps = json["steps"]?.GetValue<long>() ?? 0,
        Loss = json["loss"]?.GetValue<double>(),
        ImagesPerSecond = json["images_per_second"]?.GetValue<double>(),
        SecondsLeft = json["seconds_left"]?.GetValue<double>(),
        UpdatedAt = json["updated_at"]?.GetValue<string>() ?? "",
    };
}
