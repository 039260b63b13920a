namespace ActiveInas.Runs;

/// <summary>A run that cannot be started or resumed as asked: the message says which folder, what is wrong and what to do. Exit code 2.</summary>
public sealed class RunException(string message, Exception? inner = null) : Exception(message, inner);
