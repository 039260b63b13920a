using ActiveInas.Networks;
using ActiveInas.Training;

namespace ActiveInas.Learning;

/// <summary>Why the loop ended.</summary>
public enum LearningEnd
{
    /// <summary>As many labels as the budget allows.</summary>
    BudgetSpent,

    /// <summary>U_t is empty.</summary>
    PoolExhausted,

    /// <summary>The target validation accuracy.</summary>
    AccuracyReached,

    /// <summary>The validation accuracy no longer grows.</summary>
    Plateau,

    /// <summary>Successive models agree on the pool.</summary>
    Agreement,

    /// <summary>The wall-clock budget.</summary>
    TimeSpent,

    /// <summary>An <see cref="IStoppingRule"/>.</summary>
    OwnRule,
}

/// <summary>What Algorithm 2 returns.</summary>
/// <param name="Rounds">In order.</param>
/// <param name="End">Why it ended.</param>
/// <param name="Model">f_theta of the last round; null when a journal replayed a finished run and keeps no model. The receiver disposes it.</param>
/// <param name="Reason">Why it ended, in words with the values.</param>
public sealed record LearningResult(IReadOnlyList<RoundRecord> Rounds, LearningEnd End, IModel? Model, string Reason)
{
    /// <summary>Area under the test 0-1 error over the label span; null for one point or without a test part.</summary>
    public double? Auc => LearningCurve.Auc(LearningCurve.Points(Rounds));

    /// <summary>Area under the balanced test error (1 - balanced accuracy) over the label span; null for one point or without a test part.</summary>
    public double? BalancedAuc => LearningCurve.Auc(LearningCurve.Points(Rounds, ErrorMeasure.Balanced));
}
