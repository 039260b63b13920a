using System.Numerics;

namespace ActiveInas.Compute.Cpu;

/// <summary>A row-major matrix in the arithmetic type.</summary>
internal sealed unsafe class CpuMatrix<A> : Matrix
    where A : unmanaged, IBinaryFloatingPointIeee754<A>
{
    private readonly NativeBuffer<A> _buffer;

    public CpuMatrix(int rows, int columns)
        : base(rows, columns)
        => _buffer = new NativeBuffer<A>((long)rows * columns);

    /// <summary>All rows, used or not.</summary>
    public Span<A> Span => _buffer.Span;

    public A* Pointer => _buffer.Pointer;

    /// <summary>Counts the writes, so that packed copies know when they are stale.</summary>
    public long Version { get; private set; }

    /// <summary>A device's own copies of the values in another layout; freed with the matrix.</summary>
    public IDisposable? Companion
    {
        get;
        set
        {
            field?.Dispose();
            field = value;
        }
    }

    /// <summary>To be called by every operation that changes the values.</summary>
    public void Touch() => Version++;

    public override void Write(ReadOnlySpan<float> values)
    {
        CheckLength(values.Length);
        for (int i = 0; i < values.Length; i++)
        {
            _buffer.Pointer[i] = A.CreateTruncating(values[i]);
        }

        Touch();
    }

    public override void Read(Span<float> values) => Read<float>(values);

    public override void Read(Span<double> values) => Read<double>(values);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _buffer.Dispose();
            Companion = null;
        }
    }

    private void Read<U>(Span<U> values)
        where U : unmanaged, IBinaryFloatingPointIeee754<U>
    {
        CheckLength(values.Length);
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = U.CreateTruncating(_buffer.Pointer[i]);
        }
    }

    private void CheckLength(int length)
    {
        if (length != UsedRows * Columns)
        {
            throw new ArgumentException($"The span holds {length} values; a matrix [{UsedRows}, {Columns}] needs {UsedRows * Columns}.");
        }
    }
}
