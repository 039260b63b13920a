using ActiveInas.Compute;

namespace ActiveInas.Networks;

/// <summary>The losses of successive steps in the memory of the device, which is asked for all of them at once.</summary>
internal sealed class LossLog(IDevice device) : IDisposable
{
    private const int Capacity = 64;
    private readonly double[] _read = new double[Capacity];
    private readonly float[] _written = new float[Capacity];

    /// <summary>[1, Capacity].</summary>
    public Matrix Values { get; } = device.CreateMatrix(1, Capacity);

    /// <summary>Losses in it.</summary>
    public int Count { get; private set; }

    /// <summary>Whether it must be read before the next step.</summary>
    public bool IsFull => Count == Capacity;

    /// <summary>The place of the next loss, which the caller fills.</summary>
    public int Take()
        => !IsFull ? Count++ : throw new InvalidOperationException($"{Capacity} losses were left unread; read them before the next step.");

    /// <summary>Adds a loss that the host has calculated.</summary>
    public void Put(double loss)
    {
        int place = Take();
        Values.Read(_written);
        _written[place] = (float)loss;
        Values.Write(_written);
    }

    /// <summary>Waits for the device and empties the log; valid until the next call.</summary>
    public ReadOnlySpan<double> Read()
    {
        int count = Count;
        Count = 0;
        if (count > 0)
        {
            Values.Read(_read);
        }

        return _read.AsSpan(0, count);
    }

    /// <inheritdoc/>
    public void Dispose() => Values.Dispose();
}
