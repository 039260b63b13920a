using ActiveInas.Architectures;
using ActiveInas.Data;
using ActiveInas.Querying;
using ActiveInas.Runs.Configuration;
using ActiveInas.Runs.Forecast;

namespace ActiveInas.Runs.Estimation;

/// <summary>One run as its searches may go.</summary>
/// <param name="Seconds">By stage.</param>
/// <param name="Bytes">Most memory.</param>
/// <param name="Disk">Bytes when it is finished.</param>
/// <param name="TransientDisk">Bytes that checkpoints can take on the way, at most: trainings shorter than the interval between two of them leave none.</param>
internal sealed record RunDraw(StageSeconds Seconds, double Bytes, double Disk, double TransientDisk)
{
    // Initial weights and copies for model files, until the garbage collector takes them.
    private const double ManagedBytesPerParameter = 8;

    // Rows of labels and queries with their indices, and the line in queries/round_NN.csv.
    private const double BytesPerLabel = 330;
    private const double BytesPerRun = 160e3;

    // Weights and running statistics.
    private const double ModelBytesPerParameter = 4;

    // Also momentum; the old file is there until the new one is complete.
    private const double CheckpointBytesPerParameter = 2 * 8;

    /// <summary>From the rounds and what networks were measured to take.</summary>
    public static RunDraw Of(RunConfiguration configuration, IReadOnlyList<RoundPlan> rounds, MeasuredSpeed speed, DataShape data)
    {
        QueryNeeds needs = QueryStrategies.Create(configuration.Query).Needs;

        // A simulated pool is the run's own; the images of the others are shared.
        double pool = configuration.Simulate is null ? 0 : data.Bytes;
        double Parameters(Architecture node) => node.ParameterCount(data.Classes);
        double Training(Architecture node) => speed.Bytes(node) + (ManagedBytesPerParameter * Parameters(node));
        double Query(Architecture node)
        {
            int columns = (needs.HasFlag(QueryNeeds.Probabilities) ? data.Classes : 0) + (needs > QueryNeeds.Probabilities ? node.EmbeddingLength : 0);
            return speed.Bytes(node) + ((double)sizeof(float) * columns * data.Train);
        }

        return new RunDraw(
            rounds.Aggregate(default(StageSeconds), (sum, round) => sum + new StageSeconds(round.Search, round.Train, round.Test, round.Query)),
            pool + rounds.Max(round => Math.Max(round.Trained.Max(Training), Query(round.Architecture))),
            BytesPerRun + (BytesPerLabel * rounds[^1].Labels) + (ModelBytesPerParameter * Parameters(rounds[^1].Architecture)),
            CheckpointBytesPerParameter * rounds.SelectMany(round => round.Trained).Max(Parameters));
    }
}
