using System.Net;

namespace ActiveInas.Server;

/// <summary>How a labelling project is served.</summary>
/// <param name="Root">Folder of the project.</param>
public sealed record LabelServerOptions(string Root)
{
    /// <summary>Fewest characters of a token that a person chooses.</summary>
    public const int ShortestToken = Secrets.ShortestToken;

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
        Secrets.Require(Address, Token);
        Secrets.RequirePort(Port);
    }
}
