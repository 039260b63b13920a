using ActiveInas.Data;

namespace ActiveInas.Search;

/// <summary>S cut into S' and V': disjoint, together S, both ascending by id.</summary>
/// <param name="Train">S'.</param>
/// <param name="Validation">V'; empty when no class has two labels.</param>
internal sealed record SplitParts(IReadOnlyList<LabelledSample> Train, IReadOnlyList<LabelledSample> Validation);

/// <summary>Step 1 of Algorithm 1: a random split of the labelled samples, stratified by class as far as counts allow.</summary>
/// <remarks>
/// A class with n labels gives floor(share n) or one more to V', never all of them: a class with a single label stays in S'. The
/// classes that give one more are those with the largest remainders (ties at random), until V' has round(share |S|) samples, at least 1.
/// The result depends on the set of samples and the seed, not on their order.
/// </remarks>
public static class StratifiedSplit
{
    /// <summary>|V'| of so many labels, where every class has several: round(share |S|), at least 1.</summary>
    public static int ValidationCount(int labels, double validationShare)
        => Math.Max(1, (int)Math.Round(validationShare * labels, MidpointRounding.AwayFromZero));

    /// <summary>Draws a split.</summary>
    /// <param name="labelled">S, each sample once.</param>
    /// <param name="validationShare">0 &lt; share &lt; 1.</param>
    /// <param name="seed">Seed of this split.</param>
    internal static SplitParts Draw(IReadOnlyList<LabelledSample> labelled, double validationShare, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(labelled);
        if (validationShare is not (> 0 and < 1))
        {
            throw new ConfigurationException($"The validation share {validationShare} is not possible; wanted more than 0 and less than 1, for example 0.2.");
        }

        LabelledSample[] sorted = [.. labelled.OrderBy(sample => sample.Id)];
        RequireDistinct(sorted);
        LabelledSample[][] classes = [.. sorted.GroupBy(sample => sample.Label).OrderBy(group => group.Key).Select(group => group.ToArray())];
        SeededRandom random = new(seed);
        int[] counts = ValidationCounts([.. classes.Select(members => members.Length)], validationShare, ref random);
        HashSet<SampleId> validation = [];
        for (int c = 0; c < classes.Length; c++)
        {
            random.Shuffle<LabelledSample>(classes[c]);
            validation.UnionWith(classes[c].Take(counts[c]).Select(sample => sample.Id));
        }

        return new SplitParts(
            [.. sorted.Where(sample => !validation.Contains(sample.Id))],
            [.. sorted.Where(sample => validation.Contains(sample.Id))]);
    }

    private static int[] ValidationCounts(int[] sizes, double share, ref SeededRandom random)
    {
        int[] counts = [.. sizes.Select(size => Math.Min((int)Math.Floor(share * size), size - 1))];
        int wanted = ValidationCount(sizes.Sum(), share);
        int[] order = [.. Enumerable.Range(0, sizes.Length)];
        random.Shuffle<int>(order);
        int missing = wanted - counts.Sum();
        foreach (int c in order.Where(c => counts[c] + 1 < sizes[c]).OrderByDescending(c => (share * sizes[c]) - counts[c]).Take(Math.Max(0, missing)))
        {
            counts[c]++;
        }

        return counts;
    }

    private static void RequireDistinct(LabelledSample[] sorted)
    {
        for (int i = 1; i < sorted.Length; i++)
        {
            if (sorted[i].Id == sorted[i - 1].Id)
            {
                throw new ArgumentException($"Sample {sorted[i].Id} is in the labelled set twice: training and validation parts would share it.");
            }
        }
    }
}
