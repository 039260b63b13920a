using ActiveInas.Architectures;
using ActiveInas.Data;
using ActiveInas.Training;

namespace ActiveInas.Search;

/// <summary>One candidate that the search looked at.</summary>
/// <param name="Step">t of iNAS, from 1.</param>
/// <param name="Architecture">Candidate.</param>
/// <param name="Seed">Seed of its training.</param>
/// <param name="ValidationError">Error on V' by the measure of the search.</param>
/// <param name="Parameters">Trainable parameters.</param>
/// <param name="Flops">FLOPs of one forward pass of one image (a multiply-add counts 2).</param>
/// <param name="Seconds">Training time.</param>
/// <param name="Chosen">Whether this step picked it.</param>
/// <param name="Reason">Why it won or lost, in words: "lowest validation error 0.412 (next 0.431)", "tie at 0.412, fewer parameters", ...</param>
public sealed record CandidateRecord(
    int Step, Architecture Architecture, ulong Seed, double ValidationError, long Parameters, long Flops, double Seconds, bool Chosen, string Reason);

/// <summary>What a search decided and why.</summary>
/// <param name="Chosen">A_t.</param>
/// <param name="Candidates">In the order they were compared; empty for a fixed architecture.</param>
/// <param name="Seconds">Sum of the candidates' seconds.</param>
public sealed record SearchOutcome(Architecture Chosen, IReadOnlyList<CandidateRecord> Candidates, double Seconds)
{
    /// <summary>What the validation errors are.</summary>
    public ErrorMeasure Measure { get; init; } = ErrorMeasure.ZeroOne;

    /// <summary>As how many images V' counts for the uncertainty of an error (<see cref="NearTie.EffectiveCount"/>); null where it was not recorded.</summary>
    public double? EffectiveCount { get; init; }
}

/// <summary>Chooses the architecture of a round: iNAS (Algorithm 1), or a fixed one on the same code path.</summary>
public interface IArchitectureSearch
{
    /// <summary>Chooses A_t given A_{t-1} and S_t. Trainings go through <paramref name="runner"/>, which remembers those already made.</summary>
    Task<SearchOutcome> SearchAsync(
        int round, Architecture current, IReadOnlyList<LabelledSample> labelled, ITrialRunner runner, CancellationToken cancellation);
}
