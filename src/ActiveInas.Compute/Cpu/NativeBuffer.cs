using System.Runtime.InteropServices;

namespace ActiveInas.Compute.Cpu;

/// <summary>Where buffers get their memory. Tests put a source in place that makes an access next to a buffer fault.</summary>
internal unsafe class BufferMemory
{
    private const int Alignment = 64;
    private const int HugePage = 2 << 20;

    // Networks of all sizes come and go. From this size on a buffer has pages of its own: what lies in the C library's heap stays with the
    // process after it is freed, wherever a smaller neighbour lives on (measured: 870 MB for an experiment that used 200 MB).
    private const int OwnPages = 128 << 10;

    /// <summary>Source of the buffers that are made from now on.</summary>
    public static BufferMemory Current { get; set; } = new();

    /// <summary>So many zeroed bytes.</summary>
    /// <exception cref="InsufficientMemoryException">The system gives no more.</exception>
    public virtual void* Allocate(nuint bytes)
    {
        nuint allocated = Math.Max(Alignment, bytes);
        void* pointer = HasOwnPages(allocated) ? MapPages(allocated) : AllocateFromHeap(allocated);
        NativeMemoryUse.Add((long)allocated);
        return pointer;
    }

    /// <summary>Gives back what <see cref="Allocate"/> gave for so many bytes.</summary>
    public virtual void Free(void* pointer, nuint bytes)
    {
        nuint allocated = Math.Max(Alignment, bytes);
        if (HasOwnPages(allocated))
        {
            _ = MemoryPages.Unmap((nint)pointer, allocated);
        }
        else
        {
            NativeMemory.AlignedFree(pointer);
        }

        NativeMemoryUse.Add(-(long)allocated);
    }

    private static bool HasOwnPages(nuint bytes) => bytes >= OwnPages && OperatingSystem.IsLinux();

    private static void* AllocateFromHeap(nuint bytes)
    {
        void* pointer = NativeMemory.AlignedAlloc(bytes, Alignment);
        NativeMemory.Clear(pointer, bytes);
        return pointer;
    }

    private static void* MapPages(nuint bytes)
    {
        // Kernels read rows that lie pages apart: large buffers get huge pages, which begin at their multiples.
        nuint slack = bytes >= 2 * HugePage ? (nuint)HugePage : 0;
        nint start = MemoryPages.Map(bytes + slack, MemoryPages.ReadWrite);
        if (start == 0)
        {
            throw new InsufficientMemoryException(
                $"The system gives no {bytes} bytes for a tensor. Free memory, or use smaller images (`imageSize`), smaller batches (`recipe.batchSize=N`) or smaller networks (`space`).");
        }

        if (slack > 0)
        {
            nuint page = (nuint)Environment.SystemPageSize;
            nuint before = (nuint)(-start & (HugePage - 1));
            nuint kept = (bytes + page - 1) / page * page;
            nuint end = (bytes + slack + page - 1) / page * page;
            Return(start, before);
            start += (nint)before;
            Return(start + (nint)kept, end - before - kept);
            MemoryPages.AdviseHuge(start, bytes / HugePage * HugePage);
        }

        MemoryPages.Populate(start, bytes);
        return (void*)start;
    }

    private static void Return(nint start, nuint bytes)
    {
        if (bytes > 0)
        {
            _ = MemoryPages.Unmap(start, bytes);
        }
    }
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
