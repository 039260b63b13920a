using System.Text.Json.Serialization;
using ActiveInas.Runs.Models;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ActiveInas.Server.Models;

/// <summary>The routes under /api/v1: what the model is, and predictions.</summary>
internal static class PredictRoutes
{
    /// <summary>Adds them.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder api = routes.MapGroup("/api/v1");
        api.MapGet("model", (Predictor predictor) => predictor.Model).WithSummary("Architecture, classes, image size.");
        api.MapPost("predict", PredictAsync)
            .Accepts<PredictBody>("application/json", "multipart/form-data", "image/*", "*/*")
            .Produces<PredictionsView>()
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType).ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .WithSummary("Predicts images: one as the body, several as the files of a form or in JSON (base64). One that cannot be read comes with the reason.");
    }

    private static async Task<PredictionsView> PredictAsync(HttpRequest request, Predictor predictor, int top = 1, bool embedding = false)
    {
        ModelFacts model = predictor.Model;
        if (top < 1)
        {
            throw new BadHttpRequestException($"top is {top}; wanted 1 to {model.Classes.Count}.");
        }

        IReadOnlyList<UploadedImage> images = await UploadedImages.ReadAsync(request).ConfigureAwait(false);
        ImagePrediction[] predictions = await Task.WhenAll(images.Select(image => predictor.PredictAsync(image.Name, image.File, request.HttpContext.RequestAborted))).ConfigureAwait(false);
        return new PredictionsView(predictor.Model.Version, [.. predictions.Select(prediction => View(prediction, top, embedding))]);
    }

    private static PredictionView View(ImagePrediction prediction, int top, bool embedding) => new(
        prediction.Path,
        prediction.Best?.Class,
        prediction.Best?.Probability,
        [.. prediction.Classes.Take(top)],
        embedding && prediction.Problem is null ? prediction.Embedding.ToArray() : null,
        prediction.Problem);
}

/// <summary>Images in JSON.</summary>
internal sealed record PredictBody(IReadOnlyList<PredictImage>? Images);

/// <summary>An image in JSON.</summary>
/// <param name="Name">How the answer calls it; its position where it has none.</param>
/// <param name="Data">The file in base64.</param>
internal sealed record PredictImage(string? Name, byte[]? Data);

/// <summary>Predictions, in the order of the images.</summary>
internal sealed record PredictionsView(string ModelVersion, IReadOnlyList<PredictionView> Predictions);

/// <summary>What the network says of an image.</summary>
/// <param name="Name">As it was sent.</param>
/// <param name="Class">The most probable one; null: it could not be read.</param>
/// <param name="Probability">Of that class.</param>
/// <param name="Top">The most probable classes.</param>
/// <param name="Embedding">[D], where it was asked for.</param>
/// <param name="Problem">Why it could not be read.</param>
internal sealed record PredictionView(
    string Name,
    string? Class,
    float? Probability,
    IReadOnlyList<RankedClass> Top,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] float[]? Embedding,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Problem);
