namespace ActiveInas.Compute.Tests.Support;

/// <summary>|expected - actual| may be Relative |expected| + OfLargest max |expected|.</summary>
/// <param name="Name">Named in failures.</param>
/// <param name="Relative">Share of the value itself.</param>
/// <param name="OfLargest">Share of the largest value of the output: what cancellation may leave.</param>
internal sealed record Tolerance(string Name, double Relative, double OfLargest)
{
    /// <summary>One unit in the last place of bf16: another order of summation may round the other way.</summary>
    public static Tolerance BFloat16Activation { get; } = new("bf16 activation", 1.0 / 128, 1e-5);

    public static Tolerance SingleActivation { get; } = new("fp32 activation", 1e-5, 1e-5);

    public static Tolerance SingleMatrix { get; } = new("fp32 matrix", 1e-5, 2e-5);

    /// <summary>Mean and variance of activations that another algorithm summed: each may be rounded the other way.</summary>
    public static Tolerance StatisticsOfRounded { get; } = new("statistics of rounded sums", 1e-3, 1e-3);

    /// <summary>Winograd's algorithm on transformed values that are rounded to bf16: the output transform enlarges the rounding, most of all in the
    /// corner of a tile (docs/decisions/0009).</summary>
    public static Tolerance Transformed { get; } = new("transformed bf16", 1.0 / 128, 0.04);

    /// <summary>The same as a share of root mean squares; 0.009 is expected of long sums.</summary>
    public static double MeanOfTransformed => 0.015;

    public static Tolerance Double { get; } = new("fp64", 1e-7, 1e-7);

    /// <summary>Central differences in double with steps of 1e-5.</summary>
    public static Tolerance FiniteDifference { get; } = new("finite difference", 1e-6, 1e-6);

    /// <summary>Of what is summed in another order.</summary>
    public static Tolerance Of(StorageType storage, bool isTensor) => (storage, isTensor) switch
    {
        (StorageType.Double, _) => Double,
        (StorageType.BFloat16, true) => BFloat16Activation,
        (_, true) => SingleActivation,
        _ => SingleMatrix,
    };

    /// <summary>Of an output of a convolution on a row of that class.</summary>
    /// <param name="storage">Of the tensors.</param>
    /// <param name="row">Class of the row.</param>
    /// <param name="isTensor">Whether the output is a tensor, else a matrix.</param>
    /// <param name="isStatistics">Whether matrices are statistics of the tensor.</param>
    public static Tolerance Of(StorageType storage, KernelTolerance row, bool isTensor, bool isStatistics) => row switch
    {
        KernelTolerance.TransformedAndRounded => Transformed,
        KernelTolerance.Transformed when isStatistics && !isTensor => StatisticsOfRounded,
        _ => Of(storage, isTensor),
    };
}
