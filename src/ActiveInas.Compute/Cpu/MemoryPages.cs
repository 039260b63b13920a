using System.Runtime.InteropServices;

namespace ActiveInas.Compute.Cpu;

/// <summary>Zeroed pages of memory straight from the system. Linux.</summary>
internal static partial class MemoryPages
{
    /// <summary>Nobody may touch a page.</summary>
    public const int NoAccess = 0;

    /// <summary>A page may be read and written.</summary>
    public const int ReadWrite = 1 | 2;

    /// <summary>A page may be read and executed.</summary>
    public const int ReadExecute = 1 | 4;

    private const int PrivateAnonymous = 0x22;
    private const int AdviceHugePage = 14;
    private const int AdvicePopulateWrite = 23;

    /// <summary>So many bytes, rounded up to pages, that touch no memory before they are used.</summary>
    /// <returns>0 when the system gives none; the reason is the last P/Invoke error.</returns>
    public static nint Map(nuint bytes, int protection)
    {
        nint start = Map(0, bytes, protection, PrivateAnonymous, -1, 0);
        return start == -1 ? 0 : start;
    }

    /// <summary>Changes what may be done with whole pages.</summary>
    /// <returns>0 when it worked; else the reason is the last P/Invoke error.</returns>
    [LibraryImport("libc", EntryPoint = "mprotect", SetLastError = true)]
    public static partial int Protect(nint start, nuint bytes, int protection);

    /// <summary>Gives whole pages back to the system.</summary>
    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    public static partial int Unmap(nint start, nuint bytes);

    /// <summary>Asks for huge pages. Advice only: where the system gives none nothing changes.</summary>
    public static void AdviseHuge(nint start, nuint bytes) => _ = Advise(start, bytes, AdviceHugePage);

    /// <summary>Puts memory behind all pages at once: much cheaper than one page fault after the other. Advice only: kernels before 5.14 do nothing.</summary>
    public static void Populate(nint start, nuint bytes) => _ = Advise(start, bytes, AdvicePopulateWrite);

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial nint Map(nint address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nint address, nuint length, int advice);
}
