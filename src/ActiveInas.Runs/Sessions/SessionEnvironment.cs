using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using ActiveInas.Compute;
using ActiveInas.Data.Images;

namespace ActiveInas.Runs.Sessions;

/// <summary>Where a run runs: environment.json.</summary>
internal static class SessionEnvironment
{
    /// <summary>environment.json of a run.</summary>
    public static JsonObject Describe(string kernels, ulong seed, int threads) => new()
    {
        ["version"] = ProductVersion.Number,
        ["commit"] = ProductVersion.Commit,
        ["runtime"] = RuntimeInformation.FrameworkDescription,
        ["os"] = RuntimeInformation.OSDescription,
        ["c_library"] = SystemMath.Library,
        ["cpu"] = CpuFeatures.ModelName,
        ["cores"] = Environment.ProcessorCount,
        ["instruction_set"] = CpuFeatures.Hardware.ToString(),
        ["image_decoder"] = ImageDecoder.Version,
        ["kernels"] = kernels,
        ["threads"] = threads,
        ["seed"] = seed,
    };
}
