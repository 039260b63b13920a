using ActiveInas.Architectures;

namespace ActiveInas.Training;

/// <summary>A training laid out in steps: how many, where its epochs end, and the learning rate of each.</summary>
/// <remarks>
/// Steps = max(minimum, round(Epochs * stepsPerEpoch)); where the minimum wins, epochs are longer than a pass. Epoch e (from 1) ends
/// after step round(e * Steps / Epochs); a fractional last epoch ends with the training.
/// </remarks>
public sealed class LearningRateSchedule
{
    private readonly TrainingLength _length;

    /// <summary>Lays out a training.</summary>
    /// <param name="length">Epochs and schedule.</param>
    /// <param name="stepsPerEpoch">Steps an epoch where the minimum does not win.</param>
    /// <param name="minimumSteps">The minimum.</param>
    internal LearningRateSchedule(TrainingLength length, int stepsPerEpoch, int minimumSteps)
    {
        ArgumentNullException.ThrowIfNull(length);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(stepsPerEpoch);
        _length = length;
        Steps = Math.Max(1, Math.Max(minimumSteps, (long)Math.Round(length.Epochs * stepsPerEpoch, MidpointRounding.AwayFromZero)));
        Epochs = (int)Math.Min(Steps, (long)Math.Ceiling(length.Epochs));
    }

    /// <summary>Steps in all.</summary>
    internal long Steps { get; }

    /// <summary>Epochs, a fractional last one counted as one.</summary>
    public int Epochs { get; }

    /// <summary>The layout of a network's training on so many samples.</summary>
    public static LearningRateSchedule For(Recipe recipe, TrainingLength length, int samples, Architecture architecture)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(samples);
        ArgumentNullException.ThrowIfNull(length);
        return new LearningRateSchedule(
            length, recipe.StepsPerEpoch ?? ((samples + recipe.BatchSize - 1) / recipe.BatchSize), length.MinimumFor(architecture));
    }

    /// <summary>Images that a training on so many samples goes through, a repeated one counted each time.</summary>
    public static double Images(Recipe recipe, TrainingLength length, int samples, Architecture architecture)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        return (double)For(recipe, length, samples, architecture).Steps * recipe.BatchSize;
    }

    /// <summary>Steps made when epoch <paramref name="epoch"/> (from 1) is over.</summary>
    internal long EpochEnd(int epoch)
        => epoch >= Epochs ? Steps : Math.Min(Steps, (long)Math.Round(epoch * (Steps / _length.Epochs), MidpointRounding.AwayFromZero));

    /// <summary>Learning rate of a step (from 0).</summary>
    internal double Rate(long step)
    {
        Schedule schedule = _length.Schedule;
        if (schedule.Kind == ScheduleKind.Step)
        {
            // Compared as products, so that a drop at a whole epoch falls on its first step exactly.
            double rate = schedule.Peak;
            foreach (LearningRateDrop drop in schedule.Drops)
            {
                rate = step * _length.Epochs >= drop.Epoch * Steps ? drop.Rate : rate;
            }

            return rate;
        }

        // The middle of the step: neither the first nor the last rate is zero.
        double position = step + 0.5;
        double warmup = schedule.WarmupShare * Steps;
        if (position < warmup)
        {
            return schedule.Peak * (position / warmup);
        }

        double left = (Steps - position) / (Steps - warmup);
        return schedule.Kind == ScheduleKind.OneCycle
            ? schedule.Peak * left
            : schedule.Peak * 0.5 * (1 - Math.Cos(Math.PI * left));
    }
}
