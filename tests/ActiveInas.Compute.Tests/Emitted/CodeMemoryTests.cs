using System.Globalization;
using System.Runtime.InteropServices;
using ActiveInas.Compute.Cpu.Emitted;
using Iced.Intel;

namespace ActiveInas.Compute.Tests.Emitted;

/// <summary>Emitted code is never writable and executable at once, and is what the interpreter runs.</summary>
public sealed unsafe class CodeMemoryTests
{
    [SkippableFact]
    public void Pages_of_emitted_code_are_readable_and_executable_only()
    {
        Skip.IfNot(OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64, "code is emitted on Linux and x64 only");
        Assembler[] functions = [DotKernel.Emit(), TileKernel.Emit(), TileKernel.EmitEnter(), TileKernel.EmitLeave()];
        CodeMemory[] codes = [.. functions.Select(function => new CodeMemory("test", function))];
        for (int i = 0; i < codes.Length; i++)
        {
            nuint entry = (nuint)codes[i].Entry;
            Assert.Equal("r-xp", Permissions(entry));
            using MemoryStream bytes = new();
            functions[i].Assemble(new StreamCodeWriter(bytes), 0);
            Assert.Equal(bytes.ToArray(), new ReadOnlySpan<byte>((void*)entry, (int)bytes.Length).ToArray());
            codes[i].Dispose();
            Assert.True(codes[i].Entry == null, "the entry of code that was given back is still there");
        }
    }

    /// <summary>In a process of its own one would set the variable from outside; here the folder is named for a moment.</summary>
    [SkippableFact]
    public void Kernels_are_written_to_the_folder_that_is_named()
    {
        Skip.IfNot(OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64, "code is emitted on Linux and x64 only");
        string folder = Directory.CreateTempSubdirectory("kernels-").FullName;
        string? before = Environment.GetEnvironmentVariable(CodeMemory.DumpVariable);
        try
        {
            Environment.SetEnvironmentVariable(CodeMemory.DumpVariable, Path.Combine(folder, "new"));
            using CodeMemory code = new("tile-leave-test", TileKernel.EmitLeave());
            Assert.Equal(new ReadOnlySpan<byte>(code.Entry, 6).ToArray(), File.ReadAllBytes(Path.Combine(folder, "new", "tile-leave-test.bin")));
            Assert.Equal(["0000  tilerelease", "0005  ret"], File.ReadAllLines(Path.Combine(folder, "new", "tile-leave-test.asm")));
        }
        finally
        {
            Environment.SetEnvironmentVariable(CodeMemory.DumpVariable, before);
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Of the mapping that holds an address, as the system reports it.</summary>
    private static string Permissions(nuint address)
    {
        foreach (string line in File.ReadLines("/proc/self/maps"))
        {
            string[] parts = line.Split(' ', 3);
            nuint[] bounds = [.. parts[0].Split('-').Select(bound => nuint.Parse(bound, NumberStyles.HexNumber, CultureInfo.InvariantCulture))];
            if (bounds[0] <= address && address < bounds[1])
            {
                return parts[1];
            }
        }

        return "not mapped";
    }
}
