using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;
using Iced.Intel;

namespace ActiveInas.Compute.Cpu.Emitted;

/// <summary>Machine code that was emitted at run time. Its pages are writable while the code is copied in and executable afterwards,
/// never both.</summary>
internal sealed unsafe class CodeMemory : IDisposable
{
    private nint _start;
    private readonly nuint _length;

    /// <summary>Environment variable: a folder that gets the bytes of every function that is emitted, NAME.bin, and what they say, NAME.asm.</summary>
    public const string DumpVariable = "AINAS_DUMP_KERNELS";

    /// <summary>Assembles a function that follows the System V calling convention.</summary>
    /// <param name="name">Of the kernel, for example <c>dot-rows</c>.</param>
    /// <param name="assembler">Its instructions.</param>
    /// <exception cref="Win32Exception">The system gives no memory, or does not let it become executable.</exception>
    public CodeMemory(string name, Assembler assembler)
    {
        Name = name;
        using MemoryStream code = new();
        assembler.Assemble(new StreamCodeWriter(code), 0);
        Dump(name, code.GetBuffer().AsSpan(0, (int)code.Length));
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

    /// <summary>Of the kernel.</summary>
    public string Name { get; }

    /// <summary>First instruction. Valid while this object is alive: the owner keeps it in a field.</summary>
    public void* Entry => (void*)_start;

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private static void Dump(string name, ReadOnlySpan<byte> code)
    {
        if (Environment.GetEnvironmentVariable(DumpVariable) is not { Length: > 0 } folder)
        {
            return;
        }

        StringWriter listing = new();
        IntelFormatter formatter = new();
        StringOutput text = new();
        Iced.Intel.Decoder decoder = Iced.Intel.Decoder.Create(64, new ByteArrayCodeReader(code.ToArray()));
        while (decoder.IP < (ulong)code.Length)
        {
            decoder.Decode(out Instruction instruction);
            formatter.Format(instruction, text);
            listing.WriteLine($"{instruction.IP:x4}  {text.ToStringAndReset()}");
        }

        // Several processes may write the same files: each is complete at every moment.
        Directory.CreateDirectory(folder);
        string unique = $"{Environment.ProcessId}-{Environment.CurrentManagedThreadId}";
        foreach ((string extension, byte[] content) in new[] { ("bin", code.ToArray()), ("asm", Encoding.UTF8.GetBytes(listing.ToString())) })
        {
            string path = Path.Combine(folder, $"{name}.{extension}");
            File.WriteAllBytes($"{path}.{unique}", content);
            File.Move($"{path}.{unique}", path, overwrite: true);
        }
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
