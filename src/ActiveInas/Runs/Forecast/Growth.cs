using ActiveInas.Architectures;

namespace ActiveInas.Runs.Forecast;

/// <summary>What is assumed of the searches, whose picks nobody knows beforehand.</summary>
internal enum GrowthAssumption
{
    /// <summary>Every candidate is as likely as the others.</summary>
    Even,

    /// <summary>The architecture never grows: the least that a run can cost.</summary>
    Never,

    /// <summary>Each search picks the candidate with the most FLOPs.</summary>
    Most,
}

/// <summary>Where a search stands, as probabilities of architectures.</summary>
internal sealed class Growth(SearchSpace space, GrowthAssumption assumption, Func<Architecture, double> flops)
{
    /// <summary>The candidates of a step: the current architecture and its successors.</summary>
    public IReadOnlyList<Architecture> Candidates(Architecture current) => [current, .. space.Successors(current)];

    /// <summary>The picks of one step: from where, to where, how likely.</summary>
    /// <param name="current">The probability of each architecture.</param>
    public IEnumerable<(Architecture From, Architecture Pick, double Probability)> Step(IReadOnlyDictionary<Architecture, double> current)
    {
        foreach ((Architecture architecture, double probability) in current)
        {
            IReadOnlyList<Architecture> candidates = Candidates(architecture);
            IReadOnlyList<Architecture> picks = assumption switch
            {
                GrowthAssumption.Never => [architecture],
                GrowthAssumption.Most => [candidates.MaxBy(flops)],
                _ => candidates,
            };
            foreach (Architecture pick in picks)
            {
                yield return (architecture, pick, probability / picks.Count);
            }
        }
    }
}
