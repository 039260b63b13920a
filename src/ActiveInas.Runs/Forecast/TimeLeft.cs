using ActiveInas.Architectures;
using ActiveInas.Data;
using ActiveInas.Learning;
using ActiveInas.Querying;
using ActiveInas.Runs.Configuration;

namespace ActiveInas.Runs.Forecast;

/// <summary>How long the rest of a run will take, from how long the finished part took and the work that is left.</summary>
/// <remarks>The work is weighed once a round, in the unit of <see cref="NominalSpeed"/>; asking costs nothing.</remarks>
/// <param name="configuration">Of the run.</param>
/// <param name="data">Its images.</param>
/// <param name="own">A query strategy of the caller's that the configuration names; null: none.</param>
internal sealed class TimeLeft(RunConfiguration configuration, DataShape data, IQueryStrategy? own)
{
    // The error of their mean is then a few percent, far below that of the nominal speed.
    private const int Draws = 200;

    private readonly NominalSpeed _speed = new(data.Height, data.Width, data.Classes);
    private double _now;
    private double _later;

    /// <summary>A round is under way.</summary>
    /// <param name="labels">|S_t|.</param>
    /// <param name="before">The architecture of the round before; null for the first.</param>
    public void BeginRound(int labels, Architecture? before)
        => (_now, _later) = Expected(PlanFrom(labels), before);

    /// <summary>A round is over: its query is under way.</summary>
    /// <param name="round">The round.</param>
    public void EndRound(RoundRecord round)
    {
        ArgumentNullException.ThrowIfNull(round);
        WorkPlan plan = PlanFrom(round.Labels);
        if (plan.Labels.Count < 2)
        {
            (_now, _later) = (0, 0);
            return;
        }

        (double next, double others) = Expected(PlanFrom(plan.Labels[1]), round.Architecture);
        (_now, _later) = (plan.QueryImages(round.Labels) * _speed.Infer(round.Architecture), next + others);
    }

    /// <summary>Seconds left.</summary>
    /// <param name="last">The latest finished round; null: none.</param>
    /// <param name="training">The network in training with its images a second; null: none.</param>
    /// <param name="elapsed">Seconds since the round, or the query after it, began.</param>
    /// <returns>Null while nothing was measured.</returns>
    public double? SecondsLeft(RoundRecord? last, (Architecture Architecture, double ImagesPerSecond)? training, double elapsed)
        => Scale(last, training) is { } scale ? Math.Max(0, (scale * _now) - elapsed) + (scale * _later) : null;

    // The mean over what the searches may pick.
    private (double First, double Others) Expected(WorkPlan plan, Architecture? before)
    {
        SeededRandom random = new(0);
        (double first, double others) = (0, 0);
        int draws = plan.IsSearching ? Draws : 1;
        for (int draw = 0; draw < draws; draw++)
        {
            IReadOnlyList<RoundPlan> rounds = plan.Draw(_speed, ref random, before);
            first += rounds[0].Total / draws;
            others += rounds.Skip(1).Sum(round => round.Total) / draws;
        }

        return (first, others);
    }

    // From the labels that are there: a file may have given more or fewer than the configuration says.
    private WorkPlan PlanFrom(int labels) => new(configuration with { Initial = Math.Max(1, labels) }, data, own);

    // Seconds that one unit of nominal work takes here: as the latest round measured it, or the training in hand.
    private double? Scale(RoundRecord? last, (Architecture Architecture, double ImagesPerSecond)? training)
        => last is { TrainSeconds: > 0, TrainSteps: > 0 }
            ? last.TrainSeconds / (last.TrainSteps * configuration.Recipe.BatchSize * _speed.Train(last.Architecture))
            : training is { ImagesPerSecond: > 0 } now ? 1 / (now.ImagesPerSecond * _speed.Train(now.Architecture)) : null;
}
