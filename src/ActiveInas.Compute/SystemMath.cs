using System.Runtime.InteropServices;

namespace ActiveInas.Compute;

/// <summary>Where <see cref="Math.Exp"/>, <see cref="Math.Log(double)"/> and <see cref="Math.Cos"/> come from: the C library, whose versions may differ in the last bit.</summary>
public static partial class SystemMath
{
    /// <summary>For example "glibc 2.36"; null where it does not say.</summary>
    public static string? Library { get; } = Find();

    private static string? Find()
    {
        try
        {
            return OperatingSystem.IsLinux() && Marshal.PtrToStringUTF8(Version()) is { } version ? $"glibc {version}" : null;
        }
        catch (Exception exception) when (exception is EntryPointNotFoundException or DllNotFoundException)
        {
            // Another C library than GNU's.
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "gnu_get_libc_version")]
    private static partial nint Version();
}
