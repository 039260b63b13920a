namespace ActiveInas.Data.Downloads;

/// <summary>Patience of a download.</summary>
/// <param name="ConnectTimeout">For a connection.</param>
/// <param name="StallTimeout">Without a byte: the connection counts as dropped.</param>
/// <param name="Attempts">Connections in a row that may fail without progress, before the next address is tried.</param>
/// <param name="Pause">Between attempts.</param>
internal sealed record DownloadOptions(TimeSpan ConnectTimeout, TimeSpan StallTimeout, int Attempts, TimeSpan Pause)
{
    /// <summary>Gives up within seconds when there is no network.</summary>
    public static DownloadOptions Default { get; } = new(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(30), Attempts: 3, TimeSpan.FromSeconds(1));
}
