namespace ActiveInas.Data;

/// <summary>A file is being loaded or downloaded.</summary>
public sealed record DataProgressed(string What, long Done, long Total) : ProgressEvent;
