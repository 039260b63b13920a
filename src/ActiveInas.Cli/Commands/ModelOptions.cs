using System.CommandLine;
using ActiveInas.Compute;
using ActiveInas.Kernels;

namespace ActiveInas.Cli.Commands;

/// <summary>What every command that uses a model takes.</summary>
internal static class ModelOptions
{
    public static Argument<string> Model() => new("MODEL") { Description = "a run's folder or its id in runs/, a labelling project, or a .safetensors file of this program" };

    public static Option<string?> Kernels() => new("--kernels") { Description = "row of 'ainas info' (default: the fastest by measurement)", HelpName = "NAME" };

    public static Option<int> Threads() => new("--threads") { Description = "threads (default: 0, one a core)", HelpName = "N" };

    /// <summary>The device that two of these options name.</summary>
    public static IDevice Open(ParseResult parsed, Option<string?> kernels, Option<int> threads)
        => KernelSelection.Find(parsed.GetValue(kernels)).Open(CommonOptions.CountOrCores("--threads", parsed.GetValue(threads)));
}
