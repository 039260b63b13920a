namespace ActiveInas.Compute.Cpu;

/// <summary>Memory that grows to the most that was ever asked for.</summary>
/// <param name="least">Elements of the first block.</param>
internal sealed unsafe class GrowingBuffer<T>(long least = 0) : IDisposable
    where T : unmanaged
{
    private NativeBuffer<T>? _buffer;

    /// <summary>At least so many elements, valid until the next call; contents undefined.</summary>
    public T* Reserve(long length)
    {
        if (_buffer is null || _buffer.Length < length)
        {
            _buffer?.Dispose();
            _buffer = new NativeBuffer<T>(Math.Max(length, least));
        }

        return _buffer.Pointer;
    }

    public void Dispose() => _buffer?.Dispose();
}
