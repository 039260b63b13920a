using System.ComponentModel;
using System.Runtime.InteropServices;
using ActiveInas.Compute.Cpu;

namespace ActiveInas.Compute.Tests.Support;

/// <summary>Each buffer in pages of its own between two pages that nobody may touch: an access next to it ends the process. Linux.</summary>
/// <param name="atEnd">Whether the end of the buffer touches a guard page (and its start is not aligned), or its start.</param>
internal sealed unsafe class GuardedMemory(bool atEnd) : BufferMemory
{
    private static readonly nuint s_page = (nuint)Environment.SystemPageSize;

    public override void* Allocate(nuint bytes)
    {
        nint start = MemoryPages.Map(Pages(bytes) + (2 * s_page), MemoryPages.NoAccess);
        if (start == 0 || MemoryPages.Protect(start + (nint)s_page, Pages(bytes), MemoryPages.ReadWrite) != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError(), $"a guarded buffer of {bytes} bytes");
        }

        return (byte*)start + s_page + Shift(bytes);
    }

    public override void Free(void* pointer, nuint bytes)
        => _ = MemoryPages.Unmap((nint)((byte*)pointer - Shift(bytes) - s_page), Pages(bytes) + (2 * s_page));

    private static nuint Pages(nuint bytes) => Math.Max(1, (bytes + s_page - 1) / s_page) * s_page;

    private nuint Shift(nuint bytes) => atEnd ? Pages(bytes) - bytes : 0;
}
