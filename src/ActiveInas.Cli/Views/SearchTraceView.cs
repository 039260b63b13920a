using System.Globalization;
using ActiveInas.Learning;
using ActiveInas.Runs.Output;
using ActiveInas.Search;
using ActiveInas.Training;
using Spectre.Console;

namespace ActiveInas.Cli.Views;

/// <summary>Every candidate that the searches looked at, and why the winner won.</summary>
internal static class SearchTraceView
{
    public static void Write(IAnsiConsole console, RunDocument run)
    {
        if (!run.Rounds.Any(round => round.Search is { Candidates.Count: > 0 }))
        {
            return;
        }

        Table table = Tables.Create("#round", "#step", "candidate", "#validation error", "#parameters", "#MFLOPs", "#time", "why").Title("search trace");
        foreach (RoundRecord round in run.Rounds)
        {
            foreach (CandidateRecord candidate in round.Search?.Candidates ?? [])
            {
                string name = candidate.Architecture.ToString();
                table.AddRow(
                    Tables.Text($"{round.Round}"),
                    Tables.Text($"{candidate.Step}"),
                    candidate.Chosen ? Tables.Strong($"{name} *") : Tables.Text(name),
                    Tables.Text(NumberText.Share(candidate.ValidationError)),
                    Tables.Text(NumberText.Count(candidate.Parameters)),
                    Tables.Text((candidate.Flops / 1e6).ToString("0.0", CultureInfo.InvariantCulture)),
                    Tables.Text(NumberText.Duration(candidate.Seconds)),
                    Tables.Text(candidate.Reason));
            }
        }

        console.Write(table);
        int[] balanced = [.. run.Rounds.Where(round => round.Search?.Measure == ErrorMeasure.Balanced).Select(round => round.Round)];
        if (balanced.Length > 0)
        {
            string rounds = balanced.Length == run.Rounds.Count ? "all rounds" : $"{Counted.Word(balanced.Length, "round")} {string.Join(", ", balanced)}";
            Tables.Fact(console, "validation error", $"balanced (1 - mean recall of the classes) in {rounds}: the labels are imbalanced, or the recipe says so");
        }
    }
}
