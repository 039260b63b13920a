using System.Globalization;

namespace ActiveInas.Runs;

/// <summary>Resident memory of this process as Linux counts it; null elsewhere.</summary>
public static class ProcessMemory
{
    private const string Status = "/proc/self/status";
    private const string ClearReferences = "/proc/self/clear_refs";

    /// <summary>Bytes in memory now.</summary>
    public static long? Resident => Read("VmRSS:");

    /// <summary>The most so far, or since the last <see cref="TryResetPeak"/>.</summary>
    public static long? Peak => Read("VmHWM:");

    /// <summary>Makes <see cref="Peak"/> start again from what is resident now; false where the system does not allow it.</summary>
    public static bool TryResetPeak()
    {
        try
        {
            // "5" resets the high-water mark: proc(5).
            File.WriteAllText(ClearReferences, "5");
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static long? Read(string key)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        string? line = File.ReadLines(Status).FirstOrDefault(text => text.StartsWith(key, StringComparison.Ordinal));
        return line is null ? null : 1024 * long.Parse(line[key.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
    }
}
