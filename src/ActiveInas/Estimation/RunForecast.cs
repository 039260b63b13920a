using ActiveInas.Architectures;
using ActiveInas.Data;
using ActiveInas.Learning;
using ActiveInas.Querying;
using ActiveInas.Runs;

namespace ActiveInas.Estimation;

/// <summary>How long the rest of a run will take, from how long the finished part took and the work that is left.</summary>
internal sealed class RunForecast(RunConfiguration configuration, DataShape data, IQueryStrategy? own)
{
    private readonly RunPlan _plan = new(configuration, data, own);
    private readonly NominalSpeed _speed = new(data.Height, data.Width, data.Classes);

    /// <summary>Seconds left.</summary>
    /// <param name="rounds">Finished rounds.</param>
    /// <param name="training">The network in training with its images a second; null: none.</param>
    /// <param name="secondsInRound">Since the round under way began.</param>
    /// <returns>Null while nothing was measured.</returns>
    public double? SecondsLeft(IReadOnlyList<RoundRecord> rounds, (Architecture Architecture, double ImagesPerSecond)? training, double secondsInRound)
    {
        if (Scale(rounds, training) is not { } scale)
        {
            return null;
        }

        Architecture? before = rounds.Count == 0 ? null : rounds[^1].Architecture;
        double[] left = [.. _plan.Rounds(_speed, first: rounds.Count + 1, before: before).Select(round => scale * round.Total)];
        return left.Length == 0 ? 0 : Math.Max(0, left[0] - secondsInRound) + left.Skip(1).Sum();
    }

    // Seconds that one unit of nominal work takes here: as the latest round measured it, or the training in hand.
    private double? Scale(IReadOnlyList<RoundRecord> rounds, (Architecture Architecture, double ImagesPerSecond)? training)
    {
        if (rounds.Count > 0 && rounds[^1] is { TrainSeconds: > 0, TrainSteps: > 0 } last)
        {
            return last.TrainSeconds / (last.TrainSteps * configuration.Recipe.BatchSize * _speed.Train(last.Architecture));
        }

        return training is { ImagesPerSecond: > 0 } now ? 1 / (now.ImagesPerSecond * _speed.Train(now.Architecture)) : null;
    }
}
