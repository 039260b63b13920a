using System.Globalization;
using ActiveInas.Runs.Configuration;
using ActiveInas.Runs.Experiments;
using ActiveInas.Training;

namespace ActiveInas.Runs.Estimation;

/// <summary>A run whose trainings were shortened, or left alone, so that it fits a time.</summary>
/// <param name="Configuration">With the recipe that it is trained by.</param>
/// <param name="Share">Share of the recipe's steps that is left, above 0 and up to 1.</param>
/// <param name="Hours">What the run is predicted to take then.</param>
/// <param name="Message">What was done, in a sentence.</param>
public sealed record FittedRun(RunConfiguration Configuration, double Share, double Hours, string Message);

/// <summary>Fits the length of a run's trainings to the hours there are, from a short measurement before it starts.</summary>
/// <remarks>The passes over pool and test part take what they take; the rest is shared out by shortening trainings and candidates alike. The result is an
/// ordinary configuration: a run started from it again gives the same bytes.</remarks>
public static class RecipeBudget
{
    /// <summary>Trainings below a tenth of their length learn little: fewer labels or smaller images are the better saving.</summary>
    internal const double SmallestShare = 0.1;

    /// <summary>Measures, then fits.</summary>
    /// <param name="configuration">Of the run, as asked for.</param>
    /// <param name="hours">Above 0.</param>
    /// <param name="time">For each figure measured.</param>
    /// <param name="progress">Told what is measured.</param>
    /// <param name="cancellation">Stops the measurement.</param>
    /// <exception cref="ConfigurationException">The run does not fit even with the shortest trainings.</exception>
    public static async Task<FittedRun> FitAsync(
        RunConfiguration configuration, double hours, TimeSpan time, IProgress<ProgressEvent>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(hours);
        Experiment experiment = Experiment.OfRun(configuration);
        Estimate estimate = await new Estimator(time, progress)
            .EstimateAsync(experiment, null, new ExperimentOptions(1, configuration.Threads), cancellation).ConfigureAwait(false);
        return Fit(configuration, hours, estimate.Methods[0].Stages);
    }

    /// <summary>Fits what was predicted.</summary>
    internal static FittedRun Fit(RunConfiguration configuration, double hours, StageSeconds predicted)
    {
        double trained = predicted.Search + predicted.Train;
        double passes = predicted.Test + predicted.Query;
        double share = Math.Min(1, ((hours * 3600) - passes) / trained);
        if (share < SmallestShare)
        {
            throw new ConfigurationException(
                $"{Text(hours)} hours are too few: the recipe '{configuration.Recipe.Name}' would take {Text(predicted.Total / 3600)}, and with its shortest trainings "
                + $"{Text((passes + (SmallestShare * trained)) / 3600)}. Give more hours, a smaller budget of labels, smaller images or a larger batch of labels.");
        }

        double left = (passes + (share * trained)) / 3600;
        Recipe recipe = configuration.Recipe;
        if (share >= 1)
        {
            return new FittedRun(configuration, 1, left, $"The run is predicted to take {Text(left)} of {Text(hours)} hours: nothing is left out.");
        }

        Recipe shorter = recipe with { Training = Shorter(recipe.Training, share), Candidate = Shorter(recipe.Candidate, share) };
        return new FittedRun(
            configuration with { Recipe = shorter },
            share,
            left,
            $"{Text(hours)} hours allow {share:P0} of the recipe's steps: trainings of at least {shorter.Training.MinimumSteps} steps instead of {recipe.Training.MinimumSteps}, "
            + $"candidates of {shorter.Candidate.MinimumSteps} instead of {recipe.Candidate.MinimumSteps} (the whole recipe would take {Text(predicted.Total / 3600)} hours).");
    }

    private static TrainingLength Shorter(TrainingLength length, double share)
    {
        // A schedule of steps names its epochs: they shrink with it.
        LearningRateDrop[] drops = [.. length.Schedule.Drops.Select(drop => drop with { Epoch = drop.Epoch * share })];
        return length with
        {
            Epochs = length.Epochs * share,
            MinimumSteps = (int)Math.Round(length.MinimumSteps * share, MidpointRounding.AwayFromZero),
            Schedule = length.Schedule with { Drops = drops },
        };
    }

    private static string Text(double hours) => hours.ToString(hours < 1 ? "0.00" : "0.0", CultureInfo.InvariantCulture);
}
