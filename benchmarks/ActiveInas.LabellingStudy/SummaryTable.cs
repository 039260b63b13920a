using System.Globalization;

namespace ActiveInas.LabellingStudy;

/// <summary>The results, one line a number of labels, means over the seeds that have got so far.</summary>
internal static class SummaryTable
{
    public static void Write(IReadOnlyList<StudyRound> rounds, TextWriter output)
    {
        output.WriteLine("| set | query | labels learnt | labels given | seeds | rest of the pool | audit | waited s | images a minute |");
        output.WriteLine("|---|---|---|---|---|---|---|---|---|");
        foreach (IGrouping<(string Set, int Learnt, string Query), StudyRound> group in rounds
            .GroupBy(round => (round.Set, round.Learnt, round.Query)).OrderBy(group => group.Key))
        {
            double[] audits = [.. group.Select(round => round.Accuracy).OfType<double>()];
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {group.Key.Set} | {group.Key.Query} | {group.Key.Learnt} | {group.Average(round => round.Labelled):0} | {group.Count()} | {group.Average(round => round.PoolAccuracy):0.000} | {(audits.Length == 0 ? "too few" : audits.Average().ToString("0.000", CultureInfo.InvariantCulture))} | {group.Average(round => round.Waited):0} | {group.Average(round => round.ImagesPerMinute):0} |"));
        }
    }
}
