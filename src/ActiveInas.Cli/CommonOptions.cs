using System.CommandLine;

namespace ActiveInas.Cli;

/// <summary>Options that every command accepts.</summary>
internal static class CommonOptions
{
    public static Option<bool> Json { get; } = new("--json") { Description = "print exactly one JSON document on stdout", Recursive = true };

    public static Option<bool> NoProgress { get; } = new("--no-progress") { Description = "one line a stage instead of moving bars", Recursive = true };

    public static Option<bool> Verbose { get; } = new("--verbose") { Description = "say more, with stack traces of errors", Recursive = true };

    /// <summary>A count of --jobs or --threads.</summary>
    /// <exception cref="UsageException">It is negative.</exception>
    public static int CountOrCores(string option, int value)
        => value >= 0 ? value : throw new UsageException($"{option} is {value}; it must be a count, or 0 to let the number of cores decide");
}
