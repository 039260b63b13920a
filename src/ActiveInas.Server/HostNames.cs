using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace ActiveInas.Server;

/// <summary>The names under which a server is asked. A request under another one is refused (DNS rebinding), and one that a page of another origin makes.</summary>
internal sealed class HostNames
{
    private readonly HashSet<string> _names;

    /// <param name="address">Where it listens.</param>
    /// <param name="names">Names by which other machines know this one.</param>
    public HostNames(IPAddress address, IReadOnlyList<string> names)
    {
        _names = new HashSet<string>([.. names, "localhost", "127.0.0.1", "[::1]"], StringComparer.OrdinalIgnoreCase);
        if (!IPAddress.IsLoopback(address) && !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any))
        {
            _names.Add(address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address}]" : address.ToString());
        }
    }

    /// <summary>Status and reason of a refusal; null: none.</summary>
    public (int Status, string Reason)? Refusal(HttpRequest request)
    {
        if (!_names.Contains(request.Host.Host))
        {
            return (StatusCodes.Status421MisdirectedRequest, $"This server is not known as '{request.Host.Host}'; wanted one of {string.Join(", ", _names)}.");
        }

        return request.Headers.Origin is [{ } origin] && origin != $"{request.Scheme}://{request.Host}"
            ? (StatusCodes.Status403Forbidden, $"A page of {origin} may not ask this server.")
            : null;
    }
}
