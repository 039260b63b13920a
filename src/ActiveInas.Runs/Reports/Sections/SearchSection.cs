using ActiveInas.Learning;
using ActiveInas.Runs.Reports.Figures;
using ActiveInas.Search;
using ActiveInas.Training;

namespace ActiveInas.Runs.Reports.Sections;

/// <summary>What the searches looked at, and how close their decisions were.</summary>
internal static class SearchSection
{
    public static Section? Create(Comparison comparison)
    {
        Method[] methods = [.. comparison.Methods.Where(method => method.Runs.Any(run => run.Run.Rounds.Any(round => round.Search is { Candidates.Count: > 0 })))];
        return methods.Length == 0
            ? null
            : new Section(
                "search",
                "Search trace",
                "Every candidate with its error on the validation part of the labels: the share of wrong predictions, or where the labels are imbalanced its mean over the classes. The lowest wins; ties go to fewer parameters. Near ties, within the error that so few "
                + "validation images leave, are decided by chance as much as by capacity.")
            {
                Figures = [.. methods.Select((method, i) => Trace(comparison, method, i))],
            };
    }

    private static Figure Trace(Comparison comparison, Method method, int index)
    {
        ReportRun run = method.Runs[0];
        Row[] shown = [.. Rows(run)];
        FigureSeries Series(string name, Colour colour, Func<Row, bool> belongs) => new(name, Mark.Scatter, colour, Dash.Solid, [.. shown.Where(belongs)
            .Select(row => new FigurePoint(row.Round.Labels, row.Candidate.ValidationError, Note: $"{row.Candidate.Architecture}: {row.Candidate.Reason}"))]);
        Row[] all = [.. method.Runs.SelectMany(Rows)];
        int decisions = all.Count(row => row.Candidate.Chosen && row.Rivals > 0);
        int balanced = method.Runs.Sum(each => each.Run.Rounds.Count(round => round.Search?.Measure == ErrorMeasure.Balanced));
        string measure = balanced == 0 ? "" : $" In {balanced} of {method.Runs.Sum(each => each.Run.Rounds.Count)} rounds of all seeds the errors are balanced ones (1 - mean recall of the classes).";
        int near = all.Count(row => row.Candidate.Chosen && row.IsNearTie);
        return new Figure(
            index == 0 ? "search" : $"search-{index + 1}",
            comparison.Methods.Count > 1 ? $"Candidates, {comparison.NameOf(method)}" : "Candidates",
            $"Validation error of each candidate, seed {run.Seed}. Of {decisions} decisions of all seeds {near} were near ties: another candidate lay within one standard error of "
            + $"the winner.{measure} The table holds all seeds with the reasons.",
            new FigureAxis("labels"),
            new FigureAxis("validation error", Format: NumberFormat.Percent),
            [
                Series("not chosen", Colour.Grey, row => !row.Candidate.Chosen),
                Series("chosen", Colour.Blue, row => row.Candidate.Chosen && !row.IsNearTie),
                Series("chosen, near tie", Colour.Orange, row => row.Candidate.Chosen && row.IsNearTie),
            ])
        {
            Table = new FigureTable(
                ["seed", "round", "labels", "step", "candidate", "validation error", "parameters", "FLOPs", "seconds", "chosen", "near tie", "why", "measure"],
                [.. method.Runs.SelectMany(each => Rows(each).Select(row => new object?[]
                {
                    each.Seed, row.Round.Round, row.Round.Labels, row.Candidate.Step, row.Candidate.Architecture.ToString(), row.Candidate.ValidationError,
                    row.Candidate.Parameters, row.Candidate.Flops, row.Candidate.Seconds, row.Candidate.Chosen ? "yes" : "no", row.IsNearTie ? "yes" : "no", row.Candidate.Reason,
                    ErrorMeasures.Key(row.Round.Search!.Measure),
                }))]),
        };
    }

    private static IEnumerable<Row> Rows(ReportRun run)
    {
        foreach (RoundRecord round in run.Run.Rounds)
        {
            double validation = round.Search?.EffectiveCount ?? StratifiedSplit.ValidationCount(round.Labels, run.Run.Configuration.ValidationShare);
            foreach (IGrouping<int, CandidateRecord> step in (round.Search?.Candidates ?? []).GroupBy(candidate => candidate.Step))
            {
                double least = step.Min(candidate => candidate.ValidationError);
                bool IsNear(CandidateRecord candidate) => NearTie.Is(least, candidate.ValidationError, validation);
                int near = step.Count(IsNear);
                int rivals = step.Count() - 1;
                foreach (CandidateRecord candidate in step)
                {
                    yield return new Row(round, candidate, rivals, near > 1 && IsNear(candidate));
                }
            }
        }
    }

    private sealed record Row(RoundRecord Round, CandidateRecord Candidate, int Rivals, bool IsNearTie);
}
