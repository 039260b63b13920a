using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;

namespace ActiveInas.Server;

/// <summary>Secrets of requests, and the answer to those without.</summary>
internal static class Secrets
{
    /// <summary>Fewest characters of a token that a person chooses.</summary>
    public const int ShortestToken = 16;

    /// <summary>Whether two secrets are the same, in constant time.</summary>
    public static bool Same(string? given, string wanted)
        => CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(given ?? "")), SHA256.HashData(Encoding.UTF8.GetBytes(wanted)));

    /// <summary>The token of Authorization: Bearer; null: there is none.</summary>
    public static string? Bearer(HttpRequest request) => After(request, "Bearer ");

    /// <summary>The password of Authorization: Basic; null: there is none.</summary>
    public static string? BasicPassword(HttpRequest request)
    {
        try
        {
            return After(request, "Basic ") is { } text && Encoding.UTF8.GetString(Convert.FromBase64String(text)).Split(':', 2) is [_, { } password] ? password : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <summary>Refuses to listen for whoever comes without a secret that somebody chose.</summary>
    /// <exception cref="ConfigurationException">The token is short, or other machines could come in without one.</exception>
    public static void Require(IPAddress address, string? token)
    {
        if (token is { Length: < ShortestToken })
        {
            throw new ConfigurationException($"The token has {token.Length} characters; wanted at least {ShortestToken}, for example from a password manager.");
        }

        if (!IPAddress.IsLoopback(address) && token is null)
        {
            throw new ConfigurationException(
                $"Address {address} is open to other machines, and no token is set: choose one of at least {ShortestToken} characters, or serve this machine alone (127.0.0.1).");
        }
    }

    /// <summary>Refuses a port that there is not.</summary>
    /// <exception cref="ConfigurationException">It is none.</exception>
    public static void RequirePort(int port)
    {
        if (port is < 0 or > IPEndPoint.MaxPort)
        {
            throw new ConfigurationException($"Port {port} is not possible; wanted 1 to {IPEndPoint.MaxPort}, or 0 for a free one.");
        }
    }

    /// <summary>Answers with problem details.</summary>
    public static Task RefuseAsync(HttpContext context, int status, string detail)
    {
        context.Response.StatusCode = status;
        ProblemDetails problem = new() { Status = status, Title = ReasonPhrases.GetReasonPhrase(status), Detail = detail };
        return context.Response.WriteAsJsonAsync(problem, options: null, "application/problem+json");
    }

    private static string? After(HttpRequest request, string scheme)
        => request.Headers.Authorization is [{ } header] && header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) ? header[scheme.Length..].Trim() : null;
}
