using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using ActiveInas.Compute;
using ActiveInas.Data.Images;
using ActiveInas.Kernels;
using Microsoft.Data.Sqlite;

namespace ActiveInas.Cli.Views;

/// <summary>How much a finding matters.</summary>
internal enum FindingState
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>Works, but slower or less than it could.</summary>
    Note,

    /// <summary>Something will fail.</summary>
    Problem,
}

/// <summary>What was found, and what to do about it.</summary>
/// <param name="Subject">What was looked at.</param>
/// <param name="State">How it is.</param>
/// <param name="Found">What there is.</param>
/// <param name="Remedy">What to do; null: nothing.</param>
internal sealed record Finding(string Subject, FindingState State, string Found, string? Remedy = null);

/// <summary>Looks at everything that this program needs of a machine, by doing it.</summary>
internal static class Examination
{
    private const long LittleSpace = 2L << 30;
    private const long LittleMemory = 2L << 30;

    /// <summary>All findings.</summary>
    /// <param name="folder">Where runs would be written.</param>
    /// <param name="ports">Ports that servers listen on by default, with their commands.</param>
    public static IEnumerable<Finding> Of(string folder, IReadOnlyList<(string Command, int Port)> ports)
    {
        MeasuredKernels kernels = KernelSelection.Measured;
        yield return Processor();
        yield return Kernels(kernels);
        yield return Emitted();
        yield return Memory();
        yield return Decoder();
        yield return Writable("runs", folder, "Work in a folder that you may write to, or name one with --out");
        yield return Store(folder);
        yield return Space("disk, runs", folder);
        yield return Cache(kernels);
        yield return Writable("temporary files", Path.GetTempPath(), "Set TMPDIR to a folder that you may write to");
        yield return Data();
        foreach ((string command, int port) in ports)
        {
            yield return Port(command, port);
        }
    }

    private static Finding Processor()
    {
        string? cap = Environment.GetEnvironmentVariable(CpuFeatures.CapVariable);
        string found = $"{CpuFeatures.ModelName}, {Counted.Of(Environment.ProcessorCount, "thread")}, {CpuFeatures.Hardware.ToString().ToLowerInvariant()}";
        return string.IsNullOrEmpty(cap)
            ? new Finding("processor", FindingState.Ok, found)
            : new Finding("processor", FindingState.Note, $"{found}, capped at {cap}", $"Unset {CpuFeatures.CapVariable} for the fastest kernels");
    }

    private static Finding Kernels(MeasuredKernels kernels)
    {
        string figures = string.Join(", ", kernels.Limits.Select(limit => string.Create(CultureInfo.InvariantCulture, $"{limit.Name} {limit.TeraFlops:0.000} TFLOP/s a core")));
        string why = kernels.Limits.Count > 0 ? $"by measurement: {figures}" : kernels.Candidates.Count == 1 ? "the only choice for its instruction set" : "not measured";
        return kernels.Row.InstructionSet <= InstructionSet.Portable && RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.X86
            ? new Finding("kernels", FindingState.Note, $"{kernels.Row.Name}, {why}", "Training is many times slower than with AVX2: use another machine, or see that a virtual machine passes its processor's features on")
            : new Finding("kernels", FindingState.Ok, $"{kernels.Row.Name}, {why}");
    }

    private static Finding Emitted() => CpuFeatures.Notice is { } notice
        ? new Finding("emitted code", FindingState.Note, notice, "Other kernels are used, which may be slower: allow pages of code that were written before (SELinux: execmem; systemd: MemoryDenyWriteExecute=no)")
        : new Finding("emitted code", FindingState.Ok, "runs, and computes as the plain loops do");

    private static Finding Memory()
    {
        long bytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        return bytes < LittleMemory
            ? new Finding("memory", FindingState.Note, Size(bytes), "Use --image-size 32 and small --space; 'ainas estimate' says what a run takes")
            : new Finding("memory", FindingState.Ok, Size(bytes));
    }

    private static Finding Decoder()
    {
        if (ImageDecoder.Version is not { } version)
        {
            return new Finding("image files", FindingState.Problem, "the decoder has no library for this system", "Use the named data sets, or a system that Magick.NET supports: Linux x64 or arm64, Windows, macOS on arm64");
        }

        string[] missing = [.. ImageDecoder.Formats.Where(format => !format.IsRead).Select(format => format.Name)];
        string read = string.Join(", ", ImageDecoder.Formats.Where(format => format.IsRead).Select(format => format.Name));
        return missing.Length == 0
            ? new Finding("image files", FindingState.Ok, $"{version}: {read}")
            : new Finding("image files", FindingState.Note, $"{version}: {read}; not {string.Join(", ", missing)}", $"Convert {string.Join(" and ", missing)} files to PNG or JPEG");
    }

    private static Finding Writable(string subject, string folder, string remedy)
    {
        string probe = Path.Combine(folder, $".ainas-{Environment.ProcessId}");
        try
        {
            File.WriteAllBytes(probe, [1]);
            File.Delete(probe);
            return new Finding(subject, FindingState.Ok, $"{folder} can be written");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new Finding(subject, FindingState.Problem, $"{folder} cannot be written: {exception.Message}", remedy);
        }
    }

    /// <summary>A store as a run has it: SQLite with a write-ahead log, which some network file systems do not bear.</summary>
    private static Finding Store(string folder)
    {
        string path = Path.Combine(folder, $".ainas-{Environment.ProcessId}.db");
        try
        {
            using SqliteConnection connection = new($"Data Source={path};Pooling=False");
            connection.Open();
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = "pragma journal_mode = wal; create table t (x); insert into t values (1); select sqlite_version();";
            string mode = (string)command.ExecuteScalar()!;
            return mode == "wal"
                ? new Finding("run store", FindingState.Ok, $"SQLite {connection.ServerVersion} with a write-ahead log")
                : new Finding("run store", FindingState.Problem, $"SQLite's write-ahead log does not work in {folder} (journal mode '{mode}')", "Write runs to a local disk: --out FOLDER");
        }
        catch (Exception exception) when (exception is SqliteException or DllNotFoundException or TypeInitializationException)
        {
            return new Finding("run store", FindingState.Problem, $"SQLite does not work in {folder}: {exception.Message}", "Write runs to a local disk: --out FOLDER");
        }
        finally
        {
            foreach (string file in (string[])[path, path + "-wal", path + "-shm"])
            {
                try
                {
                    File.Delete(file);
                }
                catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
                {
                    // What could not be written is not there.
                }
            }
        }
    }

    private static Finding Space(string subject, string folder)
    {
        try
        {
            long bytes = new DriveInfo(Path.GetFullPath(folder)).AvailableFreeSpace;
            return bytes < LittleSpace
                ? new Finding(subject, FindingState.Note, $"{Size(bytes)} free", "A run keeps its networks and images of the report: make room, or use --out on another disk")
                : new Finding(subject, FindingState.Ok, $"{Size(bytes)} free");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return new Finding(subject, FindingState.Note, $"the free space is not known: {exception.Message}");
        }
    }

    private static Finding Cache(MeasuredKernels kernels) => kernels.Limits.Count > 0 && kernels.CacheFile is null
        ? new Finding("cache", FindingState.Note, "the choice of kernels cannot be remembered, so every start measures again", "Make the user's cache folder writable, or set XDG_CACHE_HOME")
        : new Finding("cache", FindingState.Ok, kernels.CacheFile is { } file ? Path.GetDirectoryName(Path.GetDirectoryName(file))! : "not needed");

    private static Finding Data() => Environment.GetEnvironmentVariable("AINAS_DATA_DIR") switch
    {
        null or "" => new Finding("data folder", FindingState.Ok, "none named (AINAS_DATA_DIR): named sets are kept in the cache"),
        { } named when Directory.Exists(named) => new Finding("data folder", FindingState.Ok, named),
        { } named => new Finding("data folder", FindingState.Problem, $"AINAS_DATA_DIR is '{named}', and there is no such folder", "Correct it or unset it"),
    };

    private static Finding Port(string command, int port)
    {
        try
        {
            using TcpListener listener = new(IPAddress.Loopback, port);
            listener.Start();
            return new Finding(command, FindingState.Ok, $"port {port} is free");
        }
        catch (SocketException exception)
        {
            return new Finding(command, FindingState.Note, $"port {port}: {exception.Message}", "Is another one running? Else give --port N");
        }
    }

    private static string Size(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1 << 30):0.0} GiB");
}
