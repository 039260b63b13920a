namespace ActiveInas.Compute;

/// <summary>Activations or their gradients, [N, C, H, W], owned by the device that made them.</summary>
/// <remarks>The layout belongs to the device. <see cref="Images"/> may be set below the capacity for a short batch: every
/// operation works on that many images. All tensors of one call must agree on it.</remarks>
public abstract class Tensor : IDisposable
{
    private int _images;

    /// <summary>Creates the description; the device adds the memory.</summary>
    protected Tensor(TensorShape shape)
    {
        Shape = shape;
        _images = shape.Images;
    }

    /// <summary>Extent, with the capacity in images.</summary>
    public TensorShape Shape { get; }

    /// <summary>Images in use, 0..Shape.Images.</summary>
    public int Images
    {
        get => _images;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, Shape.Images);
            _images = value;
        }
    }

    /// <summary>Copies values in, rounding to the storage type. <paramref name="values"/> is [Images, H, W, C].</summary>
    public abstract void Write(ReadOnlySpan<float> values);

    /// <summary>Copies images in: (byte - shift) / scale in fp64, rounded to fp32 and then to the storage type. A device may move the bytes and do the rest itself.</summary>
    /// <param name="pixels">[Images, H, W, C].</param>
    /// <param name="shift">What becomes 0, for example the mean of all pixels.</param>
    /// <param name="scale">What is 1 away from that, for example their standard deviation.</param>
    public virtual void Write(ReadOnlySpan<byte> pixels, double shift, double scale)
    {
        float[] values = new float[pixels.Length];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (float)((pixels[i] - shift) / scale);
        }

        Write(values);
    }

    /// <summary>Copies values out. <paramref name="values"/> is [Images, H, W, C].</summary>
    public abstract void Read(Span<float> values);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees the device memory.</summary>
    protected abstract void Dispose(bool disposing);
}
