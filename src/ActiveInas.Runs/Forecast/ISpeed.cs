using ActiveInas.Architectures;

namespace ActiveInas.Runs.Forecast;

/// <summary>How long a network takes for an image.</summary>
internal interface ISpeed
{
    /// <summary>Seconds before the first step of a training: initial weights, first touches of memory.</summary>
    double Start(Architecture architecture);

    /// <summary>Seconds of an image in a training step.</summary>
    double Train(Architecture architecture);

    /// <summary>Seconds of an image in a pass without training.</summary>
    double Infer(Architecture architecture);
}

/// <summary>Times in proportion to FLOPs, plus a constant for what every network does at full resolution (stem, pooling, normalisation). The unit is
/// arbitrary: it weighs the stages of a run against each other, and their measured times give it its scale.</summary>
/// <param name="height">H of the images in pixels.</param>
/// <param name="width">W of the images in pixels.</param>
/// <param name="classes">Classes.</param>
internal sealed class NominalSpeed(int height, int width, int classes) : ISpeed
{
    // Measured on 32x32 images (docs/results/speed.md): A(1,1) and A(1,2) differ by their FLOPs, and both take this much more.
    private const double FlopsPerPixel = 10_000;
    private const double FlopsPerInitialWeight = 30_000;
    private const double PassesPerStep = 3;

    public double Start(Architecture architecture) => FlopsPerInitialWeight * architecture.ParameterCount(classes);

    public double Train(Architecture architecture) => PassesPerStep * Infer(architecture);

    public double Infer(Architecture architecture) => architecture.ForwardFlops(height, width, classes) + (FlopsPerPixel * height * width);
}
