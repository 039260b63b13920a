using System.Text.Json.Nodes;
using ActiveInas.Architectures;
using ActiveInas.Data;
using ActiveInas.Networks;

namespace ActiveInas.Training;

/// <summary>A training described by plain data. Samples are named by their places in a pool: whoever runs it must hold the same data set.</summary>
/// <param name="Key">Unique within a run and the same on every replay, for example "round-03/search/step-1/A(2,1)" or "round-03/train".
/// It names the checkpoint.</param>
/// <param name="Architecture">Network to train.</param>
/// <param name="Classes">Number of classes.</param>
/// <param name="Train">S' (search) or S (round): ids and the labels they were given.</param>
/// <param name="Validation">V' (search); empty for a round's training.</param>
/// <param name="Recipe">How.</param>
/// <param name="Seed">Initial weights, sampling and augmentation derive from it.</param>
public sealed record TrialRequest(
    string Key,
    Architecture Architecture,
    int Classes,
    IReadOnlyList<LabelledSample> Train,
    IReadOnlyList<LabelledSample> Validation,
    Recipe Recipe,
    ulong Seed)
{
    /// <summary>Which error on V' scores it.</summary>
    public ErrorMeasure Measure { get; init; } = ErrorMeasure.ZeroOne;

    /// <summary>Weights that it begins from; null: random ones.</summary>
    public InitialWeights? Init { get; init; }

    /// <summary>Names the training by its content: the SHA-256 of all that this request says, and of what else decides its result. Checkpoints, results that
    /// runs share and jobs are told apart by it. A set has no order: samples listed otherwise are the same.</summary>
    /// <param name="around">What else decides: the data, the kernels.</param>
    public byte[] Digest(JsonObject around) => TrialJobJson.Digest(around, this);
}

/// <summary>What a candidate's training returns.</summary>
/// <param name="ValidationError">Error on V' by the request's measure and the recipe's rule, 0..1.</param>
/// <param name="EpochErrors">That error after each evaluated epoch.</param>
/// <param name="FinalLoss">Mean training loss of the last epoch.</param>
/// <param name="Steps">SGD steps made.</param>
/// <param name="Seconds">Wall-clock, summed over resumes.</param>
public sealed record TrialResult(double ValidationError, IReadOnlyList<double> EpochErrors, double FinalLoss, long Steps, double Seconds);

/// <summary>Trains architecture a on index set S' and scores it on V'. The product's own trains in this process, over
/// the pool that it was made with.</summary>
public interface ITrialRunner
{
    /// <summary>Runs one trial. Cancelling writes a checkpoint and throws <see cref="OperationCanceledException"/>.</summary>
    /// <exception cref="TrainingException">The loss is not finite.</exception>
    Task<TrialResult> RunAsync(TrialRequest request, CancellationToken cancellation);
}

/// <summary>Trains the network of a round on all of S, from scratch.</summary>
public interface IModelTrainer
{
    /// <summary>Trains; cancelling writes a checkpoint and throws <see cref="OperationCanceledException"/>.</summary>
    /// <exception cref="TrainingException">The loss is not finite.</exception>
    Task<TrainedModel> TrainAsync(TrialRequest request, CancellationToken cancellation);
}

/// <summary>A trained network with what its training cost.</summary>
/// <param name="Model">The network, ready for inference. The receiver disposes it.</param>
/// <param name="FinalLoss">Mean training loss of the last epoch.</param>
/// <param name="Steps">SGD steps made.</param>
/// <param name="Seconds">Wall-clock, summed over resumes.</param>
public sealed record TrainedModel(IModel Model, double FinalLoss, long Steps, double Seconds);

/// <summary>A training that cannot go on.</summary>
public sealed class TrainingException(string message) : Exception(message);
