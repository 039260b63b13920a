using System.Text.Json;
using System.Text.Json.Nodes;
using ActiveInas.Architectures;
using ActiveInas.Training;

namespace ActiveInas.Runs.Trials;

/// <summary>What a job gave: result.json, and what <c>ainas trial --json</c> prints.</summary>
public sealed record TrialOutcome
{
    private const int SchemaVersion = 1;

    /// <summary><see cref="TrialJob.Id"/>.</summary>
    public required string Job { get; init; }

    /// <summary>Key of the training within its run.</summary>
    public required string Key { get; init; }

    /// <summary>What was trained.</summary>
    public required Architecture Architecture { get; init; }

    /// <summary>Row of the kernel table that trained it.</summary>
    public required string Kernels { get; init; }

    /// <summary>Version of the program.</summary>
    public required string Version { get; init; }

    /// <summary>What a candidate's training returns; null: it was the training of a round.</summary>
    public TrialResult? Candidate { get; init; }

    /// <summary>Mean training loss of the last epoch.</summary>
    public required double FinalLoss { get; init; }

    /// <summary>SGD steps made.</summary>
    public required long Steps { get; init; }

    /// <summary>Wall-clock, summed over resumes: the one figure that differs from machine to machine.</summary>
    public required double Seconds { get; init; }

    /// <summary>SHA-256 of model/model.safetensors beside the result; null: a candidate leaves no network.</summary>
    public string? ModelHash { get; init; }

    /// <summary>The result as JSON with snake_case keys.</summary>
    public string ToJson() => new JsonObject
    {
        ["schema_version"] = SchemaVersion,
        ["job"] = Job,
        ["key"] = Key,
        ["architecture"] = Architecture.ToString(),
        ["kernels"] = Kernels,
        ["version"] = Version,
        ["validation_error"] = JsonStyle.Number(Candidate?.ValidationError),
        ["epoch_errors"] = Candidate is { } candidate ? new JsonArray([.. candidate.EpochErrors.Select(error => JsonStyle.Number(error))]) : null,
        ["final_loss"] = JsonStyle.Number(FinalLoss),
        ["steps"] = Steps,
        ["seconds"] = JsonStyle.Number(Seconds),
        ["model"] = ModelHash is null ? null : new JsonObject { ["path"] = TrialFolder.ModelPath, ["sha256"] = ModelHash },
    }.ToJsonString(new JsonSerializerOptions { WriteIndented = true, Encoder = JsonStyle.Encoder });

    /// <summary>Reads result.json.</summary>
    /// <exception cref="RunException">It cannot be read, or is none.</exception>
    public static TrialOutcome Read(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        try
        {
            return FromJson(JsonNode.Parse(File.ReadAllText(path))!.AsObject());
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException or FormatException
            or NullReferenceException or ConfigurationException)
        {
            throw new RunException($"{path} is not the result of a trial: {exception.Message} Delete it, and run the job again.", exception);
        }
    }

    private static TrialOutcome FromJson(JsonObject json)
    {
        (double loss, long steps, double seconds) = (Number(json["final_loss"]), json["steps"]!.GetValue<long>(), Number(json["seconds"]));
        return new TrialOutcome
        {
            Job = json["job"]!.GetValue<string>(),
            Key = json["key"]!.GetValue<string>(),
            Architecture = Architecture.Parse(json["architecture"]!.GetValue<string>()),
            Kernels = json["kernels"]!.GetValue<string>(),
            Version = json["version"]!.GetValue<string>(),
            Candidate = json["epoch_errors"] is JsonArray errors
                ? new TrialResult(Number(json["validation_error"]), [.. errors.Select(Number)], loss, steps, seconds) : null,
            FinalLoss = loss,
            Steps = steps,
            Seconds = seconds,
            ModelHash = json["model"]?["sha256"]!.GetValue<string>(),
        };
    }

    private static double Number(JsonNode? node) => node?.GetValue<double>() ?? double.NaN;
}
