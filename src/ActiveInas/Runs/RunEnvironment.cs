using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using ActiveInas.Compute;
using ActiveInas.Data.Images;

namespace ActiveInas.Runs;

/// <summary>Where a run runs: environment.json.</summary>
public static class RunEnvironment
{
    private static readonly string s_informational =
        typeof(RunEnvironment).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0";

    /// <summary>Version of the program without the commit.</summary>
    public static string Version => s_informational.Split('+')[0];

    /// <summary>Commit that it was built from, or null.</summary>
    public static string? Commit => s_informational.Contains('+', StringComparison.Ordinal) ? s_informational.Split('+')[1] : null;

    /// <summary>Model name of the processor.</summary>
    public static string Cpu { get; } = ProbeCpu();

    /// <summary>environment.json of a run.</summary>
    public static JsonObject Describe(string kernels, ulong seed, int threads) => new()
    {
        ["version"] = Version,
        ["commit"] = Commit,
        ["runtime"] = RuntimeInformation.FrameworkDescription,
        ["os"] = RuntimeInformation.OSDescription,
        ["cpu"] = Cpu,
        ["cores"] = Environment.ProcessorCount,
        ["instruction_set"] = CpuFeatures.Hardware.ToString(),
        ["image_decoder"] = ImageDecoder.Version,
        ["kernels"] = kernels,
        ["threads"] = threads,
        ["seed"] = seed,
    };

    private static string ProbeCpu()
    {
        const string CpuInfo = "/proc/cpuinfo";
        string? line = File.Exists(CpuInfo)
            ? File.ReadLines(CpuInfo).FirstOrDefault(text => text.StartsWith("model name", StringComparison.Ordinal))
            : null;
        return line?.Split(':', 2)[1].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}
