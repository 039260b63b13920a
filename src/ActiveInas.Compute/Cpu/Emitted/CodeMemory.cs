using System.ComponentModel;
using System.Runtime.InteropServices;
using Iced.Intel;

namespace ActiveInas.Compute.Cpu.Emitted;

/// <summary>Machine code that was emitted at run time. Its pages are writable while the code is copied in and executable afterwards,
/// never both.</summary>
internal sealed unsafe class CodeMemory : IDisposable
{
    private nint _start;
    private readonly nuint _length;

    /// <summary>Assembles a function that follows the System V calling convention.</summary>
    /// <exception cref="Win32Exception">The system gives no memory, or does not let it become executable.</exception>
    public CodeMemory(Assembler assembler)
    {
        using MemoryStream code = new();
        assembler.Assemble(new StreamCodeWriter(code), 0);
        _length = (nuint)code.Length;
        _start = MemoryPages.Map(_length, MemoryPages.ReadWrite);
        if (_start == 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError(), $"mmap of {_length} bytes for code failed");
        }

        code.GetBuffer().AsSpan(0, (int)code.Length).CopyTo(new Span<byte>((void*)_start, (int)_length));
        if (MemoryPages.Protect(_start, _length, MemoryPages.ReadExecute) != 0)
        {
            int error = Marshal.GetLastPInvokeError();
            Free();
            throw new Win32Exception(error, "mprotect to executable failed: the system forbids code that is made at run time");
        }
    }

    ~CodeMemory() => Free();

    /// <summary>First instruction. Valid while this object is alive: the owner keeps it in a field.</summary>
    public void* Entry => (void*)_start;

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        if (_start != 0)
        {
            _ = MemoryPages.Unmap(_start, _length);
            _start = 0;
        }
    }
}
