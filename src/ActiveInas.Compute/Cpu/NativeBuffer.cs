using System.Runtime.InteropServices;

namespace ActiveInas.Compute.Cpu;

/// <summary>A zeroed, 64-byte aligned block of native memory that the garbage collector never moves.</summary>
internal sealed unsafe class NativeBuffer<T> : IDisposable
    where T : unmanaged
{
    private T* _pointer;

    public NativeBuffer(long length)
    {
        Length = length;
        nuint bytes = (nuint)Math.Max(64, length * sizeof(T));
        _pointer = (T*)NativeMemory.AlignedAlloc(bytes, 64);
        NativeMemory.Clear(_pointer, bytes);
        GC.AddMemoryPressure((long)bytes);
    }

    ~NativeBuffer() => Free();

    public long Length { get; }

    /// <summary>First element. Valid while this object is alive: the owner keeps it in a field.</summary>
    public T* Pointer => _pointer;

    public Span<T> Span => new(_pointer, checked((int)Length));

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        if (_pointer != null)
        {
            NativeMemory.AlignedFree(_pointer);
            GC.RemoveMemoryPressure(Math.Max(64, Length * sizeof(T)));
            _pointer = null;
        }
    }
}
