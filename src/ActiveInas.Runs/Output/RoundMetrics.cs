using System.Text.Json.Nodes;
using ActiveInas.Learning;

namespace ActiveInas.Runs.Output;

/// <summary>The metrics of a round, each declared once: files, tables, TensorBoard, MLflow and reports take names and values from here.</summary>
/// <remarks>A new metric is a line in <see cref="All"/>, and in <see cref="Quality"/> when it stands beside the accuracy wherever that is shown.
/// Names are never changed: people search for them.</remarks>
public static class RoundMetrics
{
    /// <summary>Share of the test images that are recognised.</summary>
    public static RoundMetric Accuracy { get; } = new("test_accuracy", "test/accuracy", "test accuracy", MetricFormat.Share, round => round.Test?.Accuracy);

    /// <summary>Mean over the classes of the share of their test images that are recognised.</summary>
    public static RoundMetric BalancedAccuracy { get; } = new(
        "test_balanced_accuracy", "test/balanced_accuracy", "balanced accuracy", MetricFormat.Share, round => round.Test?.BalancedAccuracy);

    /// <summary>Mean F1 of the classes.</summary>
    public static RoundMetric MacroF1 { get; } = new("test_macro_f1", "test/macro_f1", "macro F1", MetricFormat.Share, round => round.Test?.MacroF1);

    /// <summary>Share of the largest class of the test part: the accuracy of guessing it always.</summary>
    public static RoundMetric MajorityShare { get; } = new(
        "test_majority_share", "test/majority_share", "largest class", MetricFormat.Share, round => round.Test?.MajorityShare);

    /// <summary>Expected calibration error.</summary>
    public static RoundMetric CalibrationError { get; } = new(
        "test_calibration_error", "test/calibration_error", "calibration error", MetricFormat.Share, round => round.Test?.CalibrationError);

    /// <summary>Trainable parameters.</summary>
    public static RoundMetric Parameters { get; } = new("parameters", "model/parameters", "parameters", MetricFormat.Count, round => round.Parameters);

    /// <summary>Seconds of the round's training.</summary>
    public static RoundMetric TrainSeconds { get; } = new("train_seconds", "train/seconds", "train", MetricFormat.Duration, round => round.TrainSeconds);

    /// <summary>Seconds of the round's search.</summary>
    public static RoundMetric SearchSeconds { get; } = new("search_seconds", "search/seconds", "search", MetricFormat.Duration, round => round.Search?.Seconds);

    /// <summary>How good a network is, the accuracy first: they stand together.</summary>
    public static IReadOnlyList<RoundMetric> Quality { get; } = [Accuracy, BalancedAccuracy, MacroF1, MajorityShare];

    /// <summary>All of them, in the order of the columns.</summary>
    public static IReadOnlyList<RoundMetric> All { get; } =
    [
        Parameters,
        new("flops", "model/flops", "FLOPs", MetricFormat.Count, round => round.Flops),
        .. Quality,
        new("test_loss", "test/loss", "test loss", MetricFormat.Number, round => round.Test?.Loss),
        CalibrationError,
        new("train_loss", "train/loss", "training loss", MetricFormat.Number, round => round.TrainLoss),
        new("train_steps", "train/steps", "steps", MetricFormat.Count, round => round.TrainSteps),
        TrainSeconds,
        SearchSeconds,
    ];

    /// <summary>"test accuracy 0.7050, balanced accuracy 0.1667, macro F1 0.1378, largest class 0.7050"; a metric without a value is left out, but
    /// for the accuracy.</summary>
    public static string Text(RoundRecord round)
        => string.Join(", ", Quality.Where(metric => metric == Accuracy || metric.Of(round) is not null).Select(metric => $"{metric.Title} {metric.Text(round)}"));

    /// <summary>Adds all metrics of a round under their keys; null for what it has not.</summary>
    internal static void AddMetrics(this JsonObject json, RoundRecord round)
    {
        foreach (RoundMetric metric in RoundMetrics.All)
        {
            json[metric.Key] = metric.Field(round) switch { long count => JsonValue.Create(count), double value => JsonValue.Create(value), _ => null };
        }
    }
}
