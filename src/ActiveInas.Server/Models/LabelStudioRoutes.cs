using System.Text.Json.Nodes;
using ActiveInas.Data;
using ActiveInas.Runs.Models;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace ActiveInas.Server.Models;

/// <summary>
/// What Label Studio asks of an ML backend: GET /health, POST /setup, /predict, /webhook. Its tasks get the class that the network finds most probable, as a pre-annotation.
/// Source: Label Studio's guide, "Write your own ML backend" and "Import pre-annotations".
/// </summary>
internal static partial class LabelStudioRoutes
{
    // Before the first network there is nothing to suggest.
    private const string Untrained = "none";

    /// <summary>Adds them.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health", Health).WithSummary("Label Studio: whether this server is there.");
        routes.MapPost("/setup", Setup).WithSummary("Label Studio: a project is connected.");
        routes.MapPost("/predict", PredictAsync).WithSummary("Label Studio: pre-annotations of tasks.");
        routes.MapPost("/webhook", async (IStudioModel model, JsonObject body) => TypedResults.Json(new WebhookView("ok", await model.TakeAsync(body).ConfigureAwait(false)), statusCode: StatusCodes.Status201Created))
            .WithSummary("Label Studio: something has changed.");
    }

    /// <summary>GET /health.</summary>
    public static HealthView Health() => new("UP", "ActiveInas");

    private static SetupView Setup(IStudioModel model, LabelConfigs configs, SetupBody body)
    {
        if (body.Schema is { } schema)
        {
            configs.Remember(body.Project, LabelConfig.Parse(schema));
        }

        return new SetupView(model.Predictor?.Model.Version ?? Untrained);
    }

    private static async Task<StudioPredictions> PredictAsync(
        HttpContext context, IStudioModel model, LabelConfigs configs, TaskImages images, ILogger<TaskImages> log, StudioPredictBody body)
    {
        LabelConfig config = body.LabelConfig is { Length: > 0 } text ? LabelConfig.Parse(text) : configs.Of(body.Project);
        if (model.Predictor is not { } predictor)
        {
            return new StudioPredictions([.. (body.Tasks ?? []).Select(_ => new StudioPrediction([], 0, Untrained))], Untrained);
        }

        StudioPrediction[] results = await Task.WhenAll((body.Tasks ?? []).Select(task => OfAsync(task, predictor, config, images, log, context.RequestAborted))).ConfigureAwait(false);
        return new StudioPredictions(results, predictor.Model.Version);
    }

    private static async Task<StudioPrediction> OfAsync(
        StudioTask task, Predictor predictor, LabelConfig config, TaskImages images, ILogger log, CancellationToken cancellation)
    {
        string version = predictor.Model.Version;
        try
        {
            string address = task.Data?[config.Key] is JsonValue value && value.TryGetValue(out string? said)
                ? said
                : throw new DataException($"the task has no text under '{config.Key}', which the labelling interface shows as its image");
            ImagePrediction prediction = await predictor.PredictAsync(address, await images.ReadAsync(address, cancellation).ConfigureAwait(false), cancellation).ConfigureAwait(false);
            if (prediction.Problem is { } problem)
            {
                throw new DataException(problem);
            }

            foreach (RankedClass ranked in prediction.Classes)
            {
                // The interface may have some of the network's classes only.
                if (config.Choice(ranked.Class) is { } choice)
                {
                    StudioChoice region = new(config.ChoicesName, config.ImageName, "choices", new StudioValue([choice]), ranked.Probability);
                    return new StudioPrediction([region], ranked.Probability, version);
                }
            }

            throw new DataException($"none of the network's classes is a choice of the labelling interface ({string.Join(", ", predictor.Model.Classes.Take(10))})");
        }
        catch (DataException exception)
        {
            // A task without a prediction is an empty result: an error would take the predictions of the others along.
            NotPredicted(log, task.Id, exception.Message);
            return new StudioPrediction([], 0, version);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Task {Task} has no prediction: {Reason}")]
    private static partial void NotPredicted(ILogger log, JsonNode? task, string reason);
}

/// <summary>Whether the server is there.</summary>
internal sealed record HealthView(string Status, string ModelClass);

/// <summary>A project that is connected.</summary>
internal sealed record SetupBody(string? Project, string? Schema);

/// <summary>The model of a project.</summary>
internal sealed record SetupView(string ModelVersion);

/// <summary>A task: its id (a number or a text) and its data.</summary>
internal sealed record StudioTask(JsonNode? Id, JsonObject? Data);

/// <summary>Tasks to predict.</summary>
internal sealed record StudioPredictBody(IReadOnlyList<StudioTask>? Tasks, string? Project, string? LabelConfig);

/// <summary>Predictions, in the order of the tasks.</summary>
internal sealed record StudioPredictions(IReadOnlyList<StudioPrediction> Results, string ModelVersion);

/// <summary>The prediction of a task.</summary>
internal sealed record StudioPrediction(IReadOnlyList<StudioChoice> Result, float Score, string ModelVersion);

/// <summary>A class of a task.</summary>
internal sealed record StudioChoice(string FromName, string ToName, string Type, StudioValue Value, float Score);

/// <summary>The choices taken.</summary>
internal sealed record StudioValue(IReadOnlyList<string> Choices);

/// <summary>What became of an event.</summary>
internal sealed record WebhookView(string Status, string Detail);
