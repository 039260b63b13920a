namespace ActiveInas.Data.Downloads;

/// <summary>A published file.</summary>
/// <param name="Name">File name.</param>
/// <param name="Size">In bytes.</param>
/// <param name="Sha256">Of its contents, hexadecimal.</param>
/// <param name="Homes">Base addresses, tried in order.</param>
internal sealed record RemoteFile(string Name, long Size, string Sha256, IReadOnlyList<string> Homes);
