using System.Collections.Frozen;
using System.Reflection;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace ActiveInas.Server;

/// <summary>The files of the page, which lie in the assembly.</summary>
internal static class PageFiles
{
    private const string Folder = "Page/";
    private static readonly FrozenDictionary<string, (byte[] Bytes, EntityTagHeaderValue Tag)> s_files = Load();

    /// <summary>Adds / and /page/...</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/", () => File("index.html")).ExcludeFromDescription();
        routes.MapGet("/page/{name}", (string name) => File(name)).ExcludeFromDescription();
    }

    private static IResult File(string name) => s_files.TryGetValue(name, out (byte[] Bytes, EntityTagHeaderValue Tag) file)
        ? Results.Bytes(file.Bytes, MediaType(name), entityTag: file.Tag)
        : Results.Problem($"There is no file '{name}' of the page.", statusCode: StatusCodes.Status404NotFound);

    private static string MediaType(string name) => Path.GetExtension(name) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".svg" => "image/svg+xml",
        ".webmanifest" => "application/manifest+json",
        _ => "application/octet-stream",
    };

    private static FrozenDictionary<string, (byte[] Bytes, EntityTagHeaderValue Tag)> Load()
    {
        Assembly assembly = typeof(PageFiles).Assembly;
        Dictionary<string, (byte[] Bytes, EntityTagHeaderValue Tag)> files = new(StringComparer.Ordinal);
        foreach (string name in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Folder, StringComparison.Ordinal)))
        {
            using Stream stream = assembly.GetManifestResourceStream(name)!;
            using MemoryStream bytes = new();
            stream.CopyTo(bytes);
            files[name[Folder.Length..]] = (bytes.ToArray(), new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(bytes.ToArray())[..8])}\""));
        }

        return files.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
