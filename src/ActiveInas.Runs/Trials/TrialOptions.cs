namespace ActiveInas.Runs.Trials;

/// <summary>What is the machine's own; no result depends on it.</summary>
/// <param name="Threads">0: one a core.</param>
/// <param name="DataDirectory">Cache of the named data sets; null: the user's cache folder.</param>
public sealed record TrialOptions(int Threads = 0, string? DataDirectory = null);
