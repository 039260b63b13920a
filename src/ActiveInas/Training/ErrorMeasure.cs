namespace ActiveInas.Training;

/// <summary>What counts as the error of a network, 0..1.</summary>
public enum ErrorMeasure
{
    /// <summary>Share of wrong predictions: 1 - accuracy.</summary>
    ZeroOne,

    /// <summary>Mean over the classes that have images of their share of wrong predictions: 1 - balanced accuracy.</summary>
    Balanced,
}

/// <summary>Errors by either measure.</summary>
public static class ErrorMeasures
{
    /// <summary>Its name in JSON and in run.db: accuracy or balanced, as <see cref="CandidateMetric"/> has it.</summary>
    public static string Key(ErrorMeasure measure) => measure == ErrorMeasure.Balanced ? "balanced" : "accuracy";

    /// <summary>The measure of a name; null, in records of earlier versions, is the 0-1 error.</summary>
    public static ErrorMeasure FromKey(string? key) => key == "balanced" ? ErrorMeasure.Balanced : ErrorMeasure.ZeroOne;

    /// <summary>What the search calls its errors.</summary>
    public static string ValidationName(ErrorMeasure measure) => measure == ErrorMeasure.Balanced ? "balanced validation error" : "validation error";

    /// <summary>The error of a network; NaN without images.</summary>
    internal static double Of(Evaluation evaluation, ErrorMeasure measure)
    {
        ArgumentNullException.ThrowIfNull(evaluation);
        return 1 - (measure == ErrorMeasure.Balanced ? evaluation.BalancedAccuracy : evaluation.Accuracy);
    }
}
