using System.Text.Json.Nodes;

namespace ActiveInas.Server.Models;

/// <summary>What stands behind the routes that Label Studio asks: a network, and what becomes of annotations.</summary>
internal interface IStudioModel
{
    /// <summary>Predicts; null: no network is trained yet.</summary>
    Predictor? Predictor { get; }

    /// <summary>Takes an event of Label Studio; training, where there is any, goes on in the background.</summary>
    /// <returns>What became of it, in words.</returns>
    Task<string> TakeAsync(JsonObject body);
}

/// <summary>A network that is served, and learns nothing.</summary>
internal sealed class ServedStudioModel(Predictor predictor) : IStudioModel
{
    /// <inheritdoc/>
    public Predictor Predictor { get; } = predictor;

    /// <inheritdoc/>
    public Task<string> TakeAsync(JsonObject body)
        => Task.FromResult("the network does not learn from annotations here: connect the server of a labelling project, which does, or export them and import them into one");
}
