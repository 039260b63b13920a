using ActiveInas.Runs.Reports.Figures;
using ActiveInas.Runs.Statistics;
using ActiveInas.Training;

namespace ActiveInas.Runs.Reports.Sections;

/// <summary>Classes in numbers: what became of each after the last round, and which were never predicted.</summary>
internal static class ClassTables
{
    /// <summary>Those that have rows.</summary>
    public static IReadOnlyList<NamedTable> Of(Comparison comparison)
    {
        NamedTable[] tables =
        [
            new NamedTable("never-predicted", "Classes that a model never predicts", NeverPredicted(comparison)),
            new NamedTable("class-results", "Results of each class after the last round", Results(comparison)),
        ];
        return [.. tables.Where(table => table.Table.Rows.Count > 0)];
    }

    private static FigureTable NeverPredicted(Comparison comparison) => new(
        ["method", "seed", "round", "labels", "classes", "never predicted"],
        [.. comparison.Methods.SelectMany(method => method.Runs.SelectMany(run => run.Run.Rounds.Where(round => round.NeverPredicted.Count > 0).Select(round => new object?[]
        {
            comparison.NameOf(method), run.Seed, round.Round, round.Labels, round.NeverPredicted.Count,
            string.Join(", ", round.NeverPredicted.Select(c => c < run.Run.Classes.Count ? run.Run.Classes[c] : $"{c}")),
        })))]);

    private static FigureTable Results(Comparison comparison) => new(
        ["method", "class", "seeds", "labels", "test images", "predictions", "test accuracy", "precision", "F1"],
        [.. comparison.Methods.SelectMany(method => method.Runs[0].Run.Classes.Select((name, c) => Row(comparison.NameOf(method), method, name, c))).OfType<object?[]>()]);

    private static object?[]? Row(string method, Method runs, string name, int index)
    {
        (ReportRun Run, ClassResult Result)[] results =
        [
            .. runs.Runs.Select(run => (Run: run, Test: run.Run.Rounds[^1].Test)).Where(run => index < run.Test?.Classes.Count)
                .Select(run => (run.Run, run.Test!.Classes[index])),
        ];
        double? Mean(Func<ClassResult, double> value)
            => Sample.Of([.. results.Select(result => value(result.Result)).Where(double.IsFinite)]) is { Count: > 0 } sample ? sample.Mean : null;
        double[] labels = [.. results.Select(result => ClassSection.Picked(result.Run, index)).OfType<double>()];
        return results.Length == 0
            ? null
            : [
                method, name, results.Length, labels.Length == 0 ? null : labels.Average(), Mean(result => result.Images), Mean(result => result.Predicted),
                Mean(result => result.Recall), Mean(result => result.Precision), Mean(result => result.F1),
            ];
    }
}
