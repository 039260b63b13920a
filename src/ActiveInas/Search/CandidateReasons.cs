using ActiveInas.Architectures;
using ActiveInas.Data;
using ActiveInas.Training;

namespace ActiveInas.Search;

/// <summary>A candidate once trained.</summary>
/// <param name="TrainedIn">The step that trained it.</param>
/// <param name="Architecture">A(B_r, i, j).</param>
/// <param name="Seed">Seed of its training.</param>
/// <param name="Error">Error on V'.</param>
/// <param name="Parameters">Trainable parameters.</param>
/// <param name="Flops">FLOPs of one forward pass of one image.</param>
/// <param name="Seconds">Training time.</param>
internal sealed record Candidate(
    int TrainedIn, Architecture Architecture, ulong Seed, double Error, long Parameters, long Flops, double Seconds)
{
    /// <summary>The trace's line. A candidate trained in an earlier step costs no more seconds.</summary>
    public CandidateRecord ToRecord(int step, bool chosen, string reason)
        => new(step, Architecture, Seed, Error, Parameters, Flops, step == TrainedIn ? Seconds : 0, chosen, reason);
}

/// <summary>Says in words why a candidate won or lost, and when the margin is within the noise of V'.</summary>
/// <param name="compared">All candidates of the step.</param>
/// <param name="pick">The winner.</param>
/// <param name="current">The architecture before the step.</param>
/// <param name="validation">V'.</param>
/// <param name="measure">What the errors are.</param>
internal sealed class CandidateReasons(
    IReadOnlyList<Candidate> compared, Candidate pick, Architecture current, IReadOnlyList<LabelledSample> validation, ErrorMeasure measure)
{
    private readonly double _count = NearTie.EffectiveCount(validation, measure);
    private readonly string _error = ErrorMeasures.ValidationName(measure);

    /// <summary>The reason for one candidate.</summary>
    public string For(Candidate candidate, int step)
    {
        string verdict = candidate == pick ? Won() : Lost(candidate);
        string stops = candidate == pick && pick.Architecture == current ? "; it is the current architecture: the search stops" : string.Empty;
        string reused = candidate.TrainedIn == step ? string.Empty : $"; trained in step {candidate.TrainedIn}";
        return verdict + stops + reused;
    }

    private string Won()
    {
        Candidate? next = compared.Where(candidate => candidate != pick).MinBy(candidate => (candidate.Error, candidate.Parameters));
        if (next is null)
        {
            return $"the only candidate within the space, {_error} {pick.Error:0.0000}";
        }

        return next.Error == pick.Error
            ? $"tie at {pick.Error:0.0000} with {next.Architecture}, fewer parameters"
            : $"lowest {_error} {pick.Error:0.0000} (next {next.Error:0.0000}, {next.Architecture}){Nearness(next)}";
    }

    private string Lost(Candidate candidate)
        => candidate.Error == pick.Error
            ? $"tie at {pick.Error:0.0000} with {pick.Architecture}, more parameters"
            : $"{_error} {candidate.Error:0.0000}, {candidate.Error - pick.Error:0.0000} above {pick.Architecture}{Nearness(candidate)}";

    private string Nearness(Candidate loser)
        => NearTie.Is(pick.Error, loser.Error, _count)
            ? $"; near tie: within one standard error ({NearTie.StandardError(pick.Error, _count):0.0000}) of {Counted.Of(validation.Count, "validation image")}"
            : string.Empty;
}
