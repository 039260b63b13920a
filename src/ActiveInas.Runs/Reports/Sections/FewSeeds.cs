using ActiveInas.Runs.Statistics;

namespace ActiveInas.Runs.Reports.Sections;

/// <summary>The warning that means rest on few seeds.</summary>
internal static class FewSeeds
{
    /// <summary>A sentence after a blank, " Few seeds (2 to 4): ..."; empty where every mean rests on enough.</summary>
    /// <param name="counts">Seeds of each mean.</param>
    public static string Note(IEnumerable<int> counts)
    {
        int[] all = [.. counts];
        if (all.Length == 0 || all.Min() >= Sample.Few)
        {
            return "";
        }

        (int least, int most) = (all.Min(), all.Max());
        string seeds = most == 1 ? "One seed" : $"Few seeds ({(least == most ? $"{least}" : $"{least} to {most}")})";
        return $" {seeds}: differences may be chance.";
    }
}
