using System.Runtime.InteropServices;

namespace ActiveInas.Compute.Cpu;

/// <summary>Where buffers get their memory. Tests put a source in place that makes an access next to a buffer fault.</summary>
internal unsafe partial class BufferMemory
{
    private const int Alignment = 64;
    private const int HugePage = 2 << 20;
    private const int AdviceHugePage = 14;

    /// <summary>Source of the buffers that are made from now on.</summary>
    public static BufferMemory Current { get; set; } = new();

    /// <summary>So many zeroed bytes.</summary>
    public virtual void* Allocate(nuint bytes)
    {
        nuint allocated = Math.Max(Alignment, bytes);
        bool isHuge = allocated >= 2 * HugePage && OperatingSystem.IsLinux();
        void* pointer = NativeMemory.AlignedAlloc(allocated, isHuge ? (nuint)HugePage : Alignment);
        if (isHuge)
        {
            // Kernels read rows that lie pages apart. Advice only: where the system gives no huge pages nothing changes.
            _ = Advise(pointer, allocated / HugePage * HugePage, AdviceHugePage);
        }

        NativeMemory.Clear(pointer, allocated);
        NativeMemoryUse.Add((long)allocated);
        return pointer;
    }

    /// <summary>Gives back what <see cref="Allocate"/> gave for so many bytes.</summary>
    public virtual void Free(void* pointer, nuint bytes)
    {
        NativeMemory.AlignedFree(pointer);
        NativeMemoryUse.Add(-(long)Math.Max(Alignment, bytes));
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* address, nuint length, int advice);
}

/// <summary>A zeroed, 64-byte aligned block of native memory that the garbage collector never moves.</summary>
internal sealed unsafe class NativeBuffer<T> : IDisposable
    where T : unmanaged
{
    private readonly BufferMemory _memory = BufferMemory.Current;
    private T* _pointer;

    public NativeBuffer(long length)
    {
        Length = length;
        _pointer = (T*)_memory.Allocate((nuint)Bytes);
        GC.AddMemoryPressure(Math.Max(1, Bytes));
    }

    ~NativeBuffer() => Free();

    public long Length { get; }

    /// <summary>First element. Valid while this object is alive: the owner keeps it in a field.</summary>
    public T* Pointer => _pointer;

    public Span<T> Span => new(_pointer, checked((int)Length));

    private long Bytes => Length * sizeof(T);

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        if (_pointer != null)
        {
            _memory.Free(_pointer, (nuint)Bytes);
            GC.RemoveMemoryPressure(Math.Max(1, Bytes));
            _pointer = null;
        }
    }
}
