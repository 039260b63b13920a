using ActiveInas.Learning;
using ActiveInas.Reports.Figures;
using ActiveInas.Search;

namespace ActiveInas.Reports.Sections;

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
                "Every candidate with its error on the validation part of the labels. The lowest wins; ties go to fewer parameters. Near ties, within the error that so few "
                + "validation images leave, are decided by chance as much as by capacity.")
            {
                Figures = [.. methods.Select((method, i) => Trace(comparison, method, i))],
            };
    }

    private static Figure Trace(Comparison comparison, Method method, int index)
    {
        ReportRun run = method.Runs[0];
        (RoundRecord Round, CandidateRecord Candidate)[] shown = [.. Candidates(run)];
        FigureSeries Series(string name, Colour colour, bool chosen) => new(name, Mark.Scatter, colour, Dash.Solid, [.. shown.Where(pair => pair.Candidate.Chosen == chosen)
            .Select(pair => new FigurePoint(pair.Round.Labels, pair.Candidate.ValidationError, Note: $"{pair.Candidate.Architecture}: {pair.Candidate.Reason}"))]);
        return new Figure(
            index == 0 ? "search" : $"search-{index + 1}",
            comparison.Methods.Count > 1 ? $"Candidates, {comparison.NameOf(method)}" : "Candidates",
            $"Validation error of each candidate, seed {run.Seed}. The table holds all seeds with the reasons.",
            new FigureAxis("labels"),
            new FigureAxis("validation error", Format: NumberFormat.Percent),
            [Series("not chosen", Colour.Grey, false), Series("chosen", Colour.Blue, true)])
        {
            Table = new FigureTable(
                ["seed", "round", "labels", "step", "candidate", "validation error", "parameters", "FLOPs", "seconds", "chosen", "why"],
                [.. method.Runs.SelectMany(each => Candidates(each).Select(pair => new object?[]
                {
                    each.Seed, pair.Round.Round, pair.Round.Labels, pair.Candidate.Step, pair.Candidate.Architecture.ToString(), pair.Candidate.ValidationError,
                    pair.Candidate.Parameters, pair.Candidate.Flops, pair.Candidate.Seconds, pair.Candidate.Chosen ? "yes" : "no", pair.Candidate.Reason,
                }))]),
        };
    }

    private static IEnumerable<(RoundRecord Round, CandidateRecord Candidate)> Candidates(ReportRun run)
        => run.Run.Rounds.SelectMany(round => (round.Search?.Candidates ?? []).Select(candidate => (round, candidate)));
}
