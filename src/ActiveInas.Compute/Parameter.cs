namespace ActiveInas.Compute;

/// <summary>A trainable tensor: master values, the gradient of the last backward pass and the momentum (velocity), all [1, Length].</summary>
public sealed class Parameter : IDisposable
{
    /// <summary>Creates a zeroed parameter on a device.</summary>
    public Parameter(IDevice device, int length)
    {
        ArgumentNullException.ThrowIfNull(device);
        Length = length;
        Values = device.CreateMatrix(1, length);
        Gradient = device.CreateMatrix(1, length);
        Velocity = device.CreateMatrix(1, length);
    }

    /// <summary>Number of scalars.</summary>
    public int Length { get; }

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
