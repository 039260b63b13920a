namespace ActiveInas.Cli;

/// <summary>A command line that cannot be understood: exit code 1 and one line that points to the command's help.</summary>
internal sealed class UsageException(string message) : Exception(message);
