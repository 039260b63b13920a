namespace ActiveInas.Training;

/// <summary>How a network does on a labelled set.</summary>
/// <param name="Count">Images.</param>
/// <param name="Accuracy">Share of right predictions, 0..1.</param>
/// <param name="Loss">Mean cross-entropy in nats.</param>
/// <param name="ClassAccuracy">[classes]; NaN for a class without images.</param>
/// <param name="CalibrationError">Expected calibration error over 15 equal-width bins of the maximal probability (Guo et al., arXiv 1706.04599).</param>
public sealed record Evaluation(int Count, double Accuracy, double Loss, IReadOnlyList<double> ClassAccuracy, double CalibrationError)
{
    /// <summary>The bins behind <see cref="CalibrationError"/>, by confidence; empty where they were not recorded.</summary>
    public IReadOnlyList<CalibrationBin> Calibration { get; init; } = [];
}

/// <summary>Images whose predictions are about equally confident: one point of a reliability diagram.</summary>
/// <param name="Count">Images.</param>
/// <param name="Confidence">Mean probability of the predicted class; NaN without images.</param>
/// <param name="Accuracy">Share of right predictions; NaN without images.</param>
public readonly record struct CalibrationBin(int Count, double Confidence, double Accuracy);

/// <summary>Evaluates on the test part, which nothing else can reach.</summary>
public interface ITestEvaluator
{
    /// <summary>Evaluates; null when the data set has no test part.</summary>
    Evaluation? Evaluate(IModel model, CancellationToken cancellation);
}
