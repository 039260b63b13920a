namespace ActiveInas.Compute;

/// <summary>State of one batch normalisation over C channels (Ioffe and Szegedy, arXiv 1502.03167).</summary>
public sealed class BatchNorm : IDisposable
{
    /// <summary>Creates the state: scale 1, shift 0, running mean 0, running variance 1.</summary>
    /// <param name="device">Owner of the memory.</param>
    /// <param name="channels">C.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="runningWeight">w of running &lt;- (1 - w) running + w batch.</param>
    public BatchNorm(IDevice device, int channels, double epsilon, double runningWeight)
    {
        ArgumentNullException.ThrowIfNull(device);
        Channels = channels;
        Epsilon = epsilon;
        RunningWeight = runningWeight;
        Scale = new Parameter(device, channels, decays: false);
        Shift = new Parameter(device, channels, decays: false);
        RunningMean = device.CreateMatrix(1, channels);
        RunningVariance = device.CreateMatrix(1, channels);
        BatchMean = device.CreateMatrix(1, channels);
        BatchInverseDeviation = device.CreateMatrix(1, channels);
        float[] ones = new float[channels];
        Array.Fill(ones, 1f);
        Scale.Values.Write(ones);
        RunningVariance.Write(ones);
    }

    /// <summary>C.</summary>
    public int Channels { get; }

    /// <summary>Added to the variance.</summary>
    public double Epsilon { get; }

    /// <summary>Weight of the batch in the running statistics.</summary>
    public double RunningWeight { get; }

    /// <summary>gamma, [1, C].</summary>
    public Parameter Scale { get; }

    /// <summary>beta, [1, C].</summary>
    public Parameter Shift { get; }

    /// <summary>Running mean, [1, C].</summary>
    public Matrix RunningMean { get; }

    /// <summary>Running variance (unbiased, divisor n - 1; n for n = 1), [1, C].</summary>
    public Matrix RunningVariance { get; }

    /// <summary>Mean of the last training batch, [1, C]; read by the backward pass.</summary>
    public Matrix BatchMean { get; }

    /// <summary>1 / sqrt(biased variance + epsilon) of the last training batch, [1, C]; read by the backward pass.</summary>
    public Matrix BatchInverseDeviation { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Scale.Dispose();
        Shift.Dispose();
        RunningMean.Dispose();
        RunningVariance.Dispose();
        BatchMean.Dispose();
        BatchInverseDeviation.Dispose();
    }
}
