using System.Globalization;
using ActiveInas.Search;
using ActiveInas.Training;

namespace ActiveInas.Learning;

/// <summary>A rule over the last rounds: "0.01:3", or "0.01" for three of them.</summary>
/// <param name="Value">The threshold.</param>
/// <param name="Rounds">How many rounds, at least 1.</param>
public readonly record struct RoundRule(double Value, int Rounds)
{
    /// <summary>Rounds where a rule names none.</summary>
    public const int DefaultRounds = 3;

    /// <summary>How a rule is written.</summary>
    public const string Wanted = "VALUE or VALUE:ROUNDS";

    /// <summary>Reads "0.01:5"; false when the text is something else.</summary>
    public static bool TryParse(string text, out RoundRule rule)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] parts = text.Split(':');
        int rounds = DefaultRounds;
        bool fits = double.TryParse(parts[0], NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value);
        fits &= parts.Length == 1 || (parts.Length == 2 && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out rounds) && rounds >= 1);
        rule = fits ? new RoundRule(value, rounds) : default;
        return fits;
    }

    /// <summary>"0.01:5", or "0.01" for three rounds.</summary>
    public override string ToString()
        => Rounds == DefaultRounds ? Value.ToString(CultureInfo.InvariantCulture) : string.Create(CultureInfo.InvariantCulture, $"{Value}:{Rounds}");

    internal static string Text(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);
}

/// <summary>Why a run ended.</summary>
/// <param name="Rule">Which rule.</param>
/// <param name="Reason">In words, with the values.</param>
public sealed record LearningStop(LearningEnd Rule, string Reason);

/// <summary>What the stopping rules know of a round beside its record. Recorded, so that a resumed run decides the same.</summary>
/// <param name="Round">t.</param>
/// <param name="Seconds">Wall-clock of the run over all sessions when round t was over.</param>
/// <param name="Kappa">Agreement of the models of rounds t and t - 1 on U_t; null in the first round and where no rule asks for it.</param>
/// <param name="Predictions">Class that the model of round t predicts for each sample of the training part, -1 outside U_t; null where no
/// rule asks for it, and in all rounds but the latest.</param>
public sealed record StopEvidence(int Round, double Seconds, double? Kappa, short[]? Predictions);

/// <summary>Rules that end a run before its budget is spent. Each looks at what is recorded and at the validation part of the search, never at
/// the test part.</summary>
/// <remarks>
/// <para>accuracy: the validation accuracy of the chosen candidate is at least a target. plateau: the best validation accuracy of the last n
/// rounds is not more than a gain above the best before them. kappa: Cohen's kappa between the predictions of successive models on the
/// pool, averaged over the last n rounds, is at least a threshold (stabilising predictions: Bloodgood and Vijay-Shanker, arXiv 1409.5165;
/// their stop set is a sample, ours the whole pool U_t). hours: the run took so long, over all its sessions.</para>
/// <para>Validation accuracies are balanced ones in rounds whose search compared balanced errors; a plateau counts the rounds whose search compared
/// what the latest did.</para>
/// <para>Of several rules that hold the first in this order is the reason.</para>
/// </remarks>
public sealed record StoppingRules
{
    /// <summary>No rule but the budget.</summary>
    internal static StoppingRules None { get; } = new();

    /// <summary>Target validation accuracy, 0..1.</summary>
    public double? Accuracy { get; init; }

    /// <summary>Least gain of validation accuracy, and over how many rounds.</summary>
    public RoundRule? Plateau { get; init; }

    /// <summary>Least agreement, and over how many rounds.</summary>
    public RoundRule? Kappa { get; init; }

    /// <summary>Most wall-clock.</summary>
    public double? Hours { get; init; }

    /// <summary>The first rule that holds after the last of some rounds, or null.</summary>
    /// <param name="rounds">Rounds 1..t.</param>
    /// <param name="evidence">Of rounds 1..t.</param>
    internal LearningStop? Decide(IReadOnlyList<RoundRecord> rounds, IReadOnlyList<StopEvidence> evidence)
    {
        ArgumentNullException.ThrowIfNull(rounds);
        ArgumentNullException.ThrowIfNull(evidence);

        // Accuracies by another measure do not compare with the latest.
        IEnumerable<RoundRecord> alike = rounds.Where(round => round.Search?.Measure == rounds[^1].Search?.Measure);
        double[] accuracies = [.. alike.Select(ValidationAccuracy).OfType<double>()];
        string name = rounds.Count > 0 && rounds[^1].Search?.Measure == ErrorMeasure.Balanced ? "balanced validation accuracy" : "validation accuracy";
        bool validated = rounds.Count > 0 && ValidationAccuracy(rounds[^1]) is not null;
        return (validated ? ByAccuracy(accuracies, name) ?? ByPlateau(accuracies, name) : null) ?? ByKappa(evidence) ?? ByTime(evidence);
    }

    /// <summary>Accuracy of the chosen candidate on the validation part of the search, balanced where the search compared balanced errors; null
    /// without a search, and while there are too few labels for one.</summary>
    internal static double? ValidationAccuracy(RoundRecord round)
    {
        ArgumentNullException.ThrowIfNull(round);
        return round.Search?.Candidates.LastOrDefault(candidate => candidate.Chosen) is CandidateRecord chosen ? 1 - chosen.ValidationError : null;
    }

    /// <summary>Cohen's kappa: (p_o - p_e) / (1 - p_e), p_o the share of equal predictions, p_e the share expected of independent ones with the
    /// same frequencies; 1 where both predict one and the same class.</summary>
    /// <param name="before">[n], classes.</param>
    /// <param name="now">[n]; samples where it is -1 are left out.</param>
    /// <param name="classes">Classes.</param>
    internal static double CohensKappa(ReadOnlySpan<short> before, ReadOnlySpan<short> now, int classes)
    {
        long[] rows = new long[classes];
        long[] columns = new long[classes];
        long count = 0;
        long equal = 0;
        for (int i = 0; i < now.Length; i++)
        {
            if (now[i] >= 0)
            {
                rows[before[i]]++;
                columns[now[i]]++;
                count++;
                equal += before[i] == now[i] ? 1 : 0;
            }
        }

        double chance = rows.Zip(columns).Sum(pair => (double)pair.First * pair.Second) / ((double)count * count);
        return chance >= 1 ? 1 : (((double)equal / count) - chance) / (1 - chance);
    }

    private static string Text(double value) => RoundRule.Text(value);

    private LearningStop? ByAccuracy(double[] accuracies, string name)
        => Accuracy is { } target && accuracies[^1] >= target
            ? new(LearningEnd.AccuracyReached, $"the {name} {Text(accuracies[^1])} reached the target {Text(target)}")
            : null;

    private LearningStop? ByPlateau(double[] accuracies, string name)
    {
        if (Plateau is not { } rule || accuracies.Length <= rule.Rounds)
        {
            return null;
        }

        double before = accuracies[..^rule.Rounds].Max();
        double lately = accuracies[^rule.Rounds..].Max();
        return lately - before <= rule.Value
            ? new(
                LearningEnd.Plateau,
                $"the best {name} of the last {rule.Rounds} rounds, {Text(lately)}, is not more than {Text(rule.Value)} above the best "
                + $"before, {Text(before)}")
            : null;
    }

    private LearningStop? ByKappa(IReadOnlyList<StopEvidence> evidence)
    {
        double[] kappas = [.. evidence.Select(round => round.Kappa).OfType<double>()];
        return Kappa is { } rule && kappas.Length >= rule.Rounds && kappas[^rule.Rounds..].Average() is double mean && mean >= rule.Value
            ? new(
                LearningEnd.Agreement,
                $"the agreement of successive models on the pool over the last {rule.Rounds} rounds, kappa {Text(mean)}, reached {Text(rule.Value)}")
            : null;
    }

    private LearningStop? ByTime(IReadOnlyList<StopEvidence> evidence)
        => Hours is { } hours && evidence.Count > 0 && evidence[^1].Seconds >= hours * 3600
            ? new(LearningEnd.TimeSpent, $"{Text(evidence[^1].Seconds / 3600)} hours of wall-clock over all sessions: {Text(hours)} were allowed")
            : null;
}
