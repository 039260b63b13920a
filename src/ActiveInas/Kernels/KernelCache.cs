using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ActiveInas.Compute;
using ActiveInas.Compute.Profiling;

namespace ActiveInas.Kernels;

/// <summary>Remembers the limits of a processor's instructions: one small file a processor, of one version of the program.</summary>
/// <remarks>A file that is missing, damaged, of another processor or version, or cannot be written means to measure again, and never an error.</remarks>
/// <param name="folder">For example ~/.cache/ainas/kernels.</param>
/// <param name="processor">What the limits are of.</param>
/// <param name="version">Of the program.</param>
internal sealed class KernelCache(string folder, string processor, string version)
{
    private const string SchemaKey = "schema_version";
    private const int SchemaVersion = 1;
    private const int Digits = 12;

    /// <summary>The file of this processor: homes are shared between machines.</summary>
    public string FilePath { get; } = Path.Combine(folder, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(processor)))[..Digits] + ".json");

    /// <summary>What is remembered; empty: nothing.</summary>
    public IReadOnlyList<InstructionLimit> Find()
    {
        try
        {
            JsonObject root = JsonNode.Parse(File.ReadAllText(FilePath))!.AsObject();
            bool isOwn = root[SchemaKey]!.GetValue<int>() == SchemaVersion
                && root["processor"]!.GetValue<string>() == processor
                && root["version"]!.GetValue<string>() == version;
            return isOwn ? [.. root["limits"]!.AsArray().Select(limit => Read(limit!))] : [];
        }
        catch (Exception exception) when (IsOfTheFile(exception))
        {
            return [];
        }
    }

    /// <summary>Remembers, where the folder can be written.</summary>
    /// <returns>Whether it could.</returns>
    public bool Save(IEnumerable<InstructionLimit> limits)
    {
        JsonObject root = new()
        {
            [SchemaKey] = SchemaVersion,
            ["processor"] = processor,
            ["version"] = version,
            ["limits"] = new JsonArray([.. limits.Select(limit => new JsonObject
            {
                ["name"] = limit.Name,
                ["instruction_set"] = limit.InstructionSet.ToString(),
                ["one_thread_tflops"] = limit.TeraFlops,
            })]),
        };
        // A name of its own: several processes may measure at once, and the last one's figures are as good as the first's.
        string own = $"{FilePath}.{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}";
        bool isSaved = Try(() =>
        {
            Directory.CreateDirectory(folder);
            File.WriteAllText(own, root.ToJsonString());
            File.Move(own, FilePath, overwrite: true);
        });
        if (!isSaved)
        {
            Try(() => File.Delete(own));
        }

        return isSaved;
    }

    private static InstructionLimit Read(JsonNode limit)
    {
        double rate = limit["one_thread_tflops"]!.GetValue<double>();
        return double.IsFinite(rate) && rate > 0
            ? new InstructionLimit(limit["name"]!.GetValue<string>(), Enum.Parse<InstructionSet>(limit["instruction_set"]!.GetValue<string>()), rate)
            : throw new FormatException($"a limit of {rate} TFLOP/s");
    }

    private static bool Try(Action work)
    {
        try
        {
            work();
            return true;
        }
        catch (Exception exception) when (IsOfTheFile(exception))
        {
            return false;
        }
    }

    // Missing, forbidden, no place for a file, or no such JSON.
    private static bool IsOfTheFile(Exception exception)
        => exception is IOException or UnauthorizedAccessException or NotSupportedException or System.Security.SecurityException
            or JsonException or InvalidOperationException or FormatException or ArgumentException or NullReferenceException or OverflowException;
}
