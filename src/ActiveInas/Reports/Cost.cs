using ActiveInas.Learning;
using ActiveInas.Runs;
using ActiveInas.Search;
using ActiveInas.Training;

namespace ActiveInas.Reports;

/// <summary>What a round cost.</summary>
/// <param name="Round">t.</param>
/// <param name="SearchSeconds">Of its candidates.</param>
/// <param name="TrainSeconds">Of its training.</param>
/// <param name="QuerySeconds">Of the query after it; 0 after the last round.</param>
/// <param name="SearchFlops">Of its candidates.</param>
/// <param name="TrainFlops">Of its training.</param>
public readonly record struct RoundCost(int Round, double SearchSeconds, double TrainSeconds, double QuerySeconds, double SearchFlops, double TrainFlops);

/// <summary>Time and arithmetic of a run.</summary>
/// <remarks>A training step costs three forward passes (forward, gradients of the activations, gradients of the weights) of a batch. Passes over
/// the validation part, the test part and the pool are left out of the FLOPs, not of the seconds.</remarks>
public static class Cost
{
    private const double PassesPerStep = 3;

    /// <summary>A round each, in order.</summary>
    public static IReadOnlyList<RoundCost> Of(RunDocument run)
    {
        ArgumentNullException.ThrowIfNull(run);
        Recipe recipe = run.Configuration.Recipe;
        return [.. run.Rounds.Select(round => new RoundCost(
            round.Round,
            round.Search?.Seconds ?? 0,
            round.TrainSeconds,
            run.Queries.FirstOrDefault(query => query.Round == round.Round)?.Seconds ?? 0,
            round.Search?.Candidates.DistinctBy(candidate => candidate.Architecture).Sum(candidate => Flops(recipe, recipe.Candidate, candidate, run, round)) ?? 0,
            PassesPerStep * round.TrainSteps * recipe.BatchSize * round.Flops))];
    }

    private static double Flops(Recipe recipe, TrainingLength length, CandidateRecord candidate, RunDocument run, RoundRecord round)
    {
        int train = Math.Max(1, round.Labels - (int)Math.Round(run.Configuration.ValidationShare * round.Labels));
        return PassesPerStep * LearningRateSchedule.For(recipe, length, train).Steps * recipe.BatchSize * candidate.Flops;
    }
}
