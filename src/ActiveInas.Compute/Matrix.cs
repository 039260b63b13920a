namespace ActiveInas.Compute;

/// <summary>A dense row-major matrix [rows, columns] in the device's arithmetic type (fp32; double on a double device).
/// A vector is a matrix of one row.</summary>
public abstract class Matrix : IDisposable
{
    private int _usedRows;

    /// <summary>Creates the description; the device adds the memory, zeroed.</summary>
    protected Matrix(int rows, int columns)
    {
        Rows = rows;
        Columns = columns;
        _usedRows = rows;
    }

    /// <summary>Rows the matrix can hold.</summary>
    public int Rows { get; }

    /// <summary>Columns.</summary>
    public int Columns { get; }

    /// <summary>Rows in use, 0..Rows: a short batch uses fewer.</summary>
    public int UsedRows
    {
        get => _usedRows;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, Rows);
            _usedRows = value;
        }
    }

    /// <summary>Copies values in; <paramref name="values"/> is [UsedRows, Columns].</summary>
    public abstract void Write(ReadOnlySpan<float> values);

    /// <summary>Copies values out; <paramref name="values"/> is [UsedRows, Columns].</summary>
    public abstract void Read(Span<float> values);

    /// <summary>Copies values out as they are, also where a device keeps them in fp64; <paramref name="values"/> is [UsedRows, Columns].</summary>
    public virtual void Read(Span<double> values)
    {
        float[] rounded = new float[values.Length];
        Read(rounded);
        for (int i = 0; i < rounded.Length; i++)
        {
            values[i] = rounded[i];
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees the device memory.</summary>
    protected abstract void Dispose(bool disposing);
}
