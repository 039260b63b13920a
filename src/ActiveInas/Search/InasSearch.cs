using ActiveInas.Architectures;
using ActiveInas.Data;
using ActiveInas.Training;

namespace ActiveInas.Search;

/// <summary>What iNAS needs beside the labelled samples.</summary>
/// <param name="Space">A, already limited to what the images allow (<see cref="SearchSpace.ForImages"/>).</param>
/// <param name="Problem">What candidates learn.</param>
public sealed record InasOptions(SearchSpace Space, Problem Problem)
{
    /// <summary>T_iNAS.</summary>
    public int Steps { get; init; } = 1;

    /// <summary>|V'| / |S|.</summary>
    public double ValidationShare { get; init; } = 0.2;

    /// <summary>The training of a candidate of round t on S', scored on V'.</summary>
    /// <param name="round">t.</param>
    /// <param name="architecture">Of the candidate.</param>
    /// <param name="labelled">S_t.</param>
    /// <returns>Null where V' is empty: no class has two labels, and nothing can be compared.</returns>
    public TrialRequest? Candidate(int round, Architecture architecture, IReadOnlyList<LabelledSample> labelled)
        => Split(round, labelled) is { Validation.Count: > 0 } parts ? Candidate(round, architecture, parts, Measure(labelled)) : null;

    /// <summary>One split a round, shared by all candidates.</summary>
    internal SplitParts Split(int round, IReadOnlyList<LabelledSample> labelled)
        => StratifiedSplit.Draw(labelled, ValidationShare, SeedTree.Derive(Problem.Seed, RoundKeys.Split(round)));

    /// <summary>What candidates are compared by.</summary>
    internal ErrorMeasure Measure(IReadOnlyList<LabelledSample> labelled) => LabelBalance.Of(labelled).Measure(Problem.Recipe.CandidateMetric);

    internal TrialRequest Candidate(int round, Architecture architecture, SplitParts parts, ErrorMeasure measure)
    {
        string key = RoundKeys.Candidate(round, architecture);
        return new TrialRequest(key, architecture, Problem.Classes, parts.Train, parts.Validation, Problem.Recipe, SeedTree.Derive(Problem.Seed, key))
        {
            Measure = measure,
            Init = Problem.Init,
        };
    }
}

/// <summary>Algorithm 1, iNAS(S, A(B, i0, j0), A, T): grows the architecture while growing pays on held-out labels.</summary>
/// <remarks>
/// <para>a_0 = A(B, i0, j0); a_t = argmin over {a_{t-1}, its successors} within A of the 0-1 error on V' after training on S'.</para>
/// <para>Reference: Geifman and El-Yaniv, arXiv 1811.07579, algorithm 1. Deviations: the split is stratified by class; where the recipe's
/// candidateMetric says so (<see cref="LabelBalance"/>) errors are balanced ones.</para>
/// </remarks>
public sealed class InasSearch : IArchitectureSearch
{
    private readonly InasOptions _options;
    private readonly Problem _problem;

    /// <param name="options">What to search.</param>
    /// <exception cref="ConfigurationException">T is below 1 or the validation share outside (0, 1).</exception>
    public InasSearch(InasOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Steps < 1)
        {
            throw new ConfigurationException($"{options.Steps} search steps are not possible; wanted at least 1 (the authors' T_iNAS).");
        }

        if (options.ValidationShare is not (> 0 and < 1))
        {
            throw new ConfigurationException(
                $"The validation share {options.ValidationShare} is not possible; wanted more than 0 and less than 1, for example 0.2.");
        }

        (_options, _problem) = (options, options.Problem);
    }

    /// <inheritdoc/>
    /// <remarks>When no class has two labels V' is empty and nothing can be compared: the current architecture stays, without candidates.</remarks>
    public async Task<SearchOutcome> SearchAsync(
        int round, Architecture current, IReadOnlyList<LabelledSample> labelled, ITrialRunner runner, CancellationToken cancellation)
    {
        _options.Space.Require(current);

        // 1. One split a call, shared by all candidates.
        SplitParts parts = _options.Split(round, labelled);
        if (parts.Validation.Count == 0)
        {
            return new SearchOutcome(current, [], 0);
        }

        ErrorMeasure measure = _options.Measure(labelled);

        // 2. Up to T steps to the best of {(i, j), more stacks, more blocks} within A; those of a step that are not trained yet start together.
        Dictionary<Architecture, Candidate> trained = [];
        List<CandidateRecord> trace = [];
        for (int step = 1; step <= _options.Steps; step++)
        {
            Architecture[] asked = [current, .. _options.Space.Successors(current)];
            Architecture[] missing = [.. asked.Where(architecture => !trained.ContainsKey(architecture))];
            int now = step;
            Candidate[] made = await SideBySide.AllAsync(
                missing.Select(architecture => (Func<CancellationToken, Task<Candidate>>)(stop => TrainAsync(round, now, architecture, parts, measure, runner, stop))),
                cancellation).ConfigureAwait(false);
            foreach (Candidate candidate in made)
            {
                trained.Add(candidate.Architecture, candidate);
            }

            Candidate[] compared = [.. asked.Select(architecture => trained[architecture])];
            Candidate pick = compared.MinBy(candidate => (candidate.Error, candidate.Parameters))!;
            CandidateReasons reasons = new(compared, pick, current, parts.Validation, measure);
            trace.AddRange(compared.Select(candidate => candidate.ToRecord(step, candidate == pick, reasons.For(candidate, step))));
            if (pick.Architecture == current)
            {
                break;
            }

            current = pick.Architecture;
        }

        // 3. The pick.
        double count = NearTie.EffectiveCount(parts.Validation, measure);
        return new SearchOutcome(current, trace, trace.Sum(candidate => candidate.Seconds)) { Measure = measure, EffectiveCount = count };
    }

    private async Task<Candidate> TrainAsync(
        int round, int step, Architecture architecture, SplitParts parts, ErrorMeasure measure, ITrialRunner runner, CancellationToken cancellation)
    {
        TrialRequest request = _options.Candidate(round, architecture, parts, measure);
        TrialResult result = await runner.RunAsync(request, cancellation).ConfigureAwait(false);
        return result.ValidationError is >= 0 and <= 1
            ? new Candidate(
                step,
                architecture,
                request.Seed,
                result.ValidationError,
                architecture.ParameterCount(_problem.Classes),
                architecture.ForwardFlops(_problem.Height, _problem.Width, _problem.Classes),
                result.Seconds)
            : throw new TrainingException(
                $"{request.Key}: the validation error is {result.ValidationError}; wanted 0..1. The training has probably diverged: lower the recipe's learning rate.");
    }
}
