using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace ActiveInas.Server;

/// <summary>Headers that keep a page what it is: its own scripts, in no other page's frame.</summary>
internal static class Headers
{
    /// <summary>The report brings its scripts along: it may run them, and reach nothing of this server.</summary>
    public const string ReportPolicy = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; font-src data:; sandbox allow-scripts; base-uri 'none'; frame-ancestors 'none'";

    private const string PagePolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>Sets them on every answer, those to exceptions included.</summary>
    public static Task AddAsync(HttpContext context, RequestDelegate next)
    {
        context.Response.OnStarting(() =>
        {
            Set(context);
            return Task.CompletedTask;
        });
        return next(context);
    }

    private static void Set(HttpContext context)
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.TryAdd(HeaderNames.ContentSecurityPolicy, PagePolicy);
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        bool isImage = context.Request.Path.StartsWithSegments("/images") && context.Response.StatusCode < StatusCodes.Status400BadRequest;
        headers.CacheControl = isImage ? "private, max-age=3600" : "no-cache";
    }
}
