using System.CommandLine;
using System.Net;

namespace ActiveInas.Cli.Commands;

/// <summary>Where a server listens and who may come in.</summary>
internal sealed class ListeningOptions
{
    private readonly Option<string> _address = new("--address")
    {
        Description = "where to listen; 0.0.0.0 for other machines, which needs --token",
        HelpName = "IP",
        DefaultValueFactory = _ => IPAddress.Loopback.ToString(),
    };

    private readonly Option<int> _port;
    private readonly Option<string[]> _host = new("--host") { Description = "a name under which other machines know this one; may be repeated", HelpName = "NAME" };
    private readonly Option<string?> _token;

    /// <param name="port">By default.</param>
    /// <param name="token">What the secret is for.</param>
    public ListeningOptions(int port, string token)
    {
        _port = new("--port") { Description = "port, 0 for a free one", HelpName = "N", DefaultValueFactory = _ => port };
        _token = new("--token") { Description = token, HelpName = "SECRET" };
    }

    /// <summary>All of them.</summary>
    public IReadOnlyList<Option> All => [_address, _port, _host, _token];

    public void AddTo(Command command)
    {
        foreach (Option option in All)
        {
            command.Add(option);
        }
    }

    public IPAddress Address(ParseResult parsed) => IPAddress.TryParse(parsed.GetRequiredValue(_address), out IPAddress? ip)
        ? ip
        : throw new UsageException($"--address '{parsed.GetValue(_address)}' is no address; give for example 127.0.0.1");

    public int Port(ParseResult parsed) => parsed.GetValue(_port);

    public IReadOnlyList<string> Hosts(ParseResult parsed) => parsed.GetValue(_host) ?? [];

    public string? Token(ParseResult parsed) => parsed.GetValue(_token);
}
