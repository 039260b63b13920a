using System.Net;

namespace ActiveInas.Server;

/// <summary>How a labelling project is served.</summary>
/// <param name="Root">Folder of the project.</param>
public sealed record LabelServerOptions(string Root)
{
    /// <summary>Fewest characters of a token that a person chooses.</summary>
    public const int ShortestToken = 16;

    /// <summary>Where to listen: by default for browsers of this machine alone.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>Port; 0: a free one.</summary>
    public int Port { get; init; } = 8765;

    /// <summary>Names under which browsers of other machines know this one; they are refused under any other.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>The secret that opens the page; null: the one that the project's folder keeps, made at random. Needed to listen for other machines.</summary>
    public string? Token { get; init; }

    /// <summary>Name of who labels, until they say another.</summary>
    public string Labeller { get; init; } = Environment.UserName;

    /// <summary>How long an image is shown to nobody else.</summary>
    public TimeSpan LeaseTime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Refuses what is not safe.</summary>
    /// <exception cref="ConfigurationException">Other machines could come in without a secret that somebody chose.</exception>
    public void Validate()
    {
        if (Token is { Length: < ShortestToken })
        {
            throw new ConfigurationException($"The token has {Token.Length} characters; wanted at least {ShortestToken}, for example from a password manager.");
        }

        if (!IPAddress.IsLoopback(Address) && Token is null)
        {
            throw new ConfigurationException(
                $"Address {Address} is open to other machines, and no token is set: choose one of at least {ShortestToken} characters, or serve this machine alone (127.0.0.1).");
        }

        if (Port is < 0 or > 65_535)
        {
            throw new ConfigurationException($"Port {Port} is not possible; wanted 1 to 65535, or 0 for a free one.");
        }
    }
}
