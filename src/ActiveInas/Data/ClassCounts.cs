namespace ActiveInas.Data;

/// <summary>How many samples each class has.</summary>
public static class ClassCounts
{
    /// <summary>[classes]; unknown labels are not counted.</summary>
    public static int[] Of(IEnumerable<int> labels, int classes)
    {
        ArgumentNullException.ThrowIfNull(labels);
        int[] counts = new int[classes];
        foreach (int label in labels)
        {
            if (label != ImageSet.Unknown)
            {
                counts[label]++;
            }
        }

        return counts;
    }

    /// <summary>"cat 12, dog 3".</summary>
    public static string Text(IReadOnlyList<string> classes, IReadOnlyList<int> counts)
        => string.Join(", ", classes.Zip(counts, (name, count) => $"{name} {count}"));
}
