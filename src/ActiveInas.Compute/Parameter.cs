namespace ActiveInas.Compute;

/// <summary>A trainable tensor: master values, the gradient of the last backward pass and the momentum (velocity), all [1, Length].</summary>
public sealed class Parameter : IDisposable
{
    /// <summary>Creates a zeroed parameter on a device.</summary>
    /// <param name="device">Owner of the memory.</param>
    /// <param name="length">Number of scalars.</param>
    /// <param name="decays">Whether the weight decay of a step is for it.</param>
    public Parameter(IDevice device, int length, bool decays = true)
    {
        ArgumentNullException.ThrowIfNull(device);
        Length = length;
        Decays = decays;
        Values = device.CreateMatrix(1, length);
        Gradient = device.CreateMatrix(1, length);
        Velocity = device.CreateMatrix(1, length);
    }

    /// <summary>Number of scalars.</summary>
    public int Length { get; }

    /// <summary>Whether the weight decay of <see cref="IDevice.SgdStep"/> is for it.</summary>
    public bool Decays { get; }

    /// <summary>Master weights.</summary>
    public Matrix Values { get; }

    /// <summary>Gradient of the mean loss; overwritten by each backward pass.</summary>
    public Matrix Gradient { get; }

    /// <summary>Momentum buffer v of SGD.</summary>
    public Matrix Velocity { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Values.Dispose();
        Gradient.Dispose();
        Velocity.Dispose();
    }
}
