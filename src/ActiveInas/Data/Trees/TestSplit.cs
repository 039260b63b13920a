namespace ActiveInas.Data.Trees;

/// <summary>Cuts a test part from a source that has none.</summary>
internal static class TestSplit
{
    /// <summary>Share of each class that goes to the test part.</summary>
    public const double TestShare = 0.2;

    /// <summary>Which images go to the test part: in each class round(0.2 n), at least one of two or more, drawn from the seed and the
    /// class's name, so that a change in one class leaves the others alone.</summary>
    public static bool[] Choose(IReadOnlyList<string> classes, ReadOnlySpan<int> labels, ulong seed)
    {
        bool[] test = new bool[labels.Length];
        for (int label = 0; label < classes.Count; label++)
        {
            var members = new List<int>();
            for (int i = 0; i < labels.Length; i++)
            {
                if (labels[i] == label)
                {
                    members.Add(i);
                }
            }

            int[] order = [.. members];
            new SeededRandom(SeedTree.Derive(seed, $"data/split/{classes[label]}")).Shuffle<int>(order);
            int count = order.Length < 2 ? 0 : Math.Max(1, (int)Math.Round(order.Length * TestShare, MidpointRounding.AwayFromZero));
            foreach (int index in order.AsSpan(0, count))
            {
                test[index] = true;
            }
        }

        return test;
    }
}
