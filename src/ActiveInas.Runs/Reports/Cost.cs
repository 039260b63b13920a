using ActiveInas.Learning;
using ActiveInas.Runs.Output;
using ActiveInas.Search;
using ActiveInas.Training;

namespace ActiveInas.Runs.Reports;

/// <summary>What a round cost.</summary>
/// <param name="Round">t.</param>
/// <param name="SearchSeconds">Of its candidates.</param>
/// <param name="TrainSeconds">Of its training.</param>
/// <param name="QuerySeconds">Of the query after it; 0 after the last round.</param>
/// <param name="SearchFlops">Of its candidates.</param>
/// <param name="TrainFlops">Of its training.</param>
internal readonly record struct RoundCost(int Round, double SearchSeconds, double TrainSeconds, double QuerySeconds, double SearchFlops, double TrainFlops);

/// <summary>Time and arithmetic of a run.</summary>
/// <remarks>A training step costs three forward passes (forward, gradients of the activations, gradients of the weights) of a batch. FLOPs leave out
/// all passes without training. Seconds are those of searches, trainings and queries: the passes over the test part and the choice of the
/// initial points are in neither.</remarks>
internal static class Cost
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
        int train = Math.Max(1, round.Labels - StratifiedSplit.ValidationCount(round.Labels, run.Configuration.ValidationShare));
        return PassesPerStep * LearningRateSchedule.Images(recipe, length, train, candidate.Architecture) * candidate.Flops;
    }
}
