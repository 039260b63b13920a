using ActiveInas.Runs.Output;
using ActiveInas.Training;

namespace ActiveInas.Runs.Reports;

/// <summary>An error that a report gives areas, gains and pairs for.</summary>
/// <param name="Measure">Which.</param>
/// <param name="Metric">What is shown of it: one less the error.</param>
/// <param name="Prefix">Of the ids of its figures and tables.</param>
/// <param name="Error">Its name in "mean test error".</param>
/// <param name="Title">Before a title; empty for the accuracy.</param>
internal sealed record ReportMeasure(ErrorMeasure Measure, RoundMetric Metric, string Prefix, string Error, string Title)
{
    /// <summary>The paper's: accuracy.</summary>
    public static ReportMeasure Accuracy { get; } = new(ErrorMeasure.ZeroOne, RoundMetrics.Accuracy, "", "test error", "");

    /// <summary>Balanced accuracy.</summary>
    public static ReportMeasure Balanced { get; } = new(ErrorMeasure.Balanced, RoundMetrics.BalancedAccuracy, "balanced-", "balanced error", "balanced ");

    /// <summary>Both.</summary>
    public static IReadOnlyList<ReportMeasure> All { get; } = [Accuracy, Balanced];
}
