using ActiveInas.Learning;

namespace ActiveInas.Runs.Output;

/// <summary>The architectures of successive rounds in one line.</summary>
internal static class ArchitecturePath
{
    /// <summary>"A(1,1) -> A(2,1) x2 -> A(2,2)".</summary>
    public static string Of(IReadOnlyList<RoundRecord> rounds)
    {
        ArgumentNullException.ThrowIfNull(rounds);
        List<string> steps = [];
        for (int first = 0; first < rounds.Count;)
        {
            int next = first;
            while (next < rounds.Count && rounds[next].Architecture == rounds[first].Architecture)
            {
                next++;
            }

            steps.Add(next - first == 1 ? $"{rounds[first].Architecture}" : $"{rounds[first].Architecture} x{next - first}");
            first = next;
        }

        return string.Join(" -> ", steps);
    }
}
