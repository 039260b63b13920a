using System.Text.Json.Serialization;
using ActiveInas.Networks;

namespace ActiveInas.Training;

/// <summary>How a network does on a labelled set.</summary>
/// <remarks>What follows from the rest is left out of JSON, which has no NaN.</remarks>
/// <param name="Count">Images.</param>
/// <param name="Accuracy">Share of right predictions, 0..1.</param>
/// <param name="Loss">Mean cross-entropy in nats.</param>
/// <param name="ClassAccuracy">[classes]; NaN for a class without images.</param>
/// <param name="CalibrationError">Expected calibration error over 15 equal-width bins of the maximal probability (Guo et al., arXiv 1706.04599).</param>
public sealed record Evaluation(int Count, double Accuracy, double Loss, IReadOnlyList<double> ClassAccuracy, double CalibrationError)
{
    // Sums of class shares differ in their last bits with the order of the classes: without rounding equal networks would not tie in a search.
    private const int Digits = 12;

    /// <summary>The bins behind <see cref="CalibrationError"/>, by confidence; empty where they were not recorded.</summary>
    public IReadOnlyList<CalibrationBin> Calibration { get; init; } = [];

    /// <summary>[classes]: images, predictions and right predictions of each; empty where they were not recorded.</summary>
    public IReadOnlyList<ClassResult> Classes { get; init; } = [];

    /// <summary>Mean of <see cref="ClassAccuracy"/> over the classes that have images, 0..1: what guessing one class always gets is one
    /// over their number. NaN without images. Rounded to 12 digits.</summary>
    [JsonIgnore]
    public double BalancedAccuracy => Math.Round(ClassAccuracy.Where(double.IsFinite).DefaultIfEmpty(double.NaN).Average(), Digits);

    /// <summary>Mean of <see cref="ClassResult.F1"/> over the classes that have images or predictions, 0..1; NaN where they were not recorded.</summary>
    [JsonIgnore]
    public double MacroF1 => Classes.Select(result => result.F1).Where(double.IsFinite).DefaultIfEmpty(double.NaN).Average();

    /// <summary>Share of the class with the most images, 0..1: the accuracy of guessing that class always. NaN where it was not recorded.</summary>
    [JsonIgnore]
    public double MajorityShare => Count > 0 && Classes.Count > 0 ? (double)Classes.Max(result => result.Images) / Count : double.NaN;
}

/// <summary>How a class fared in an evaluation.</summary>
/// <param name="Images">Images of the class.</param>
/// <param name="Predicted">Images, of whatever class, that were taken for it.</param>
/// <param name="Right">Images of the class that were taken for it.</param>
public readonly record struct ClassResult(int Images, int Predicted, int Right)
{
    /// <summary>Share of the images that were recognised; NaN without images.</summary>
    [JsonIgnore]
    public double Recall => Images == 0 ? double.NaN : (double)Right / Images;

    /// <summary>Share of the predictions that are right; NaN without predictions.</summary>
    [JsonIgnore]
    public double Precision => Predicted == 0 ? double.NaN : (double)Right / Predicted;

    /// <summary>Harmonic mean of precision and recall, 2 Right / (Images + Predicted); NaN with neither images nor predictions.</summary>
    [JsonIgnore]
    public double F1 => Images + Predicted == 0 ? double.NaN : 2.0 * Right / (Images + Predicted);
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
