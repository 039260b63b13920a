using System.Security.Cryptography;
using System.Text;
using ActiveInas.Runs.Folder;
using Microsoft.AspNetCore.Http;

namespace ActiveInas.Server;

/// <summary>Who may come in: who knows the token, from a page of this server, under one of its names.</summary>
/// <remarks>
/// <para>The token opens the page once; from then on a cookie does, which scripts cannot read and other sites cannot send. Programs send the token itself
/// (Authorization: Bearer). Secrets are compared in constant time.</para>
/// <para>A request under another host name is refused (DNS rebinding), one from another origin too, and a change that comes with the cookie alone needs
/// the value of <c>GET session</c> in a header, which only a page of this server can read.</para>
/// </remarks>
internal sealed class Access
{
    /// <summary>Header of the antiforgery value.</summary>
    public const string AntiforgeryHeader = "X-CSRF-Token";

    private const string LabellerCookie = "ainas_labeller";
    private const int LongestName = 100;
    private readonly byte[] _token;
    private readonly string _cookie;
    private readonly string _antiforgery;
    private readonly string _labeller;
    private readonly HostNames _names;

    /// <param name="options">Token, names of this machine.</param>
    /// <param name="token">The secret.</param>
    public Access(LabelServerOptions options, string token)
    {
        _token = Encoding.UTF8.GetBytes(token);
        _cookie = Derived("session");
        _antiforgery = Derived("antiforgery");
        _labeller = options.Labeller;
        _names = new HostNames(options.Address, options.Hosts);
    }

    /// <summary>The token of a project: the one given, or the one that its folder keeps for the next start, which only its owner can read.</summary>
    public static string TokenOf(LabelServerOptions options)
    {
        if (options.Token is { } given)
        {
            return given;
        }

        string folder = RunFolder.At(options.Root).Labelling.Root;
        string path = Path.Combine(folder, "token");
        Directory.CreateDirectory(folder);
        if (File.Exists(path) && File.ReadAllText(path).Trim() is { Length: >= LabelServerOptions.ShortestToken } kept)
        {
            return kept;
        }

        string made = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        FileStreamOptions mode = new() { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            mode.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using StreamWriter writer = new(path, mode);
        writer.Write(made);
        return made;
    }

    /// <summary>Lets a request in, or answers it.</summary>
    public async Task CheckAsync(HttpContext context, RequestDelegate next)
    {
        HttpRequest request = context.Request;
        if (_names.Refusal(request) is var (status, reason))
        {
            await Secrets.RefuseAsync(context, status, reason).ConfigureAwait(false);
        }
        else if (IsOpen(request.Path))
        {
            await next(context).ConfigureAwait(false);
        }
        else if (HasToken(request))
        {
            await next(context).ConfigureAwait(false);
        }
        else if (!Secrets.Same(request.Cookies[CookieName(request)], _cookie))
        {
            await Secrets.RefuseAsync(context, StatusCodes.Status401Unauthorized, "Open the address that the server printed when it started: it carries the token.").ConfigureAwait(false);
        }
        else if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method) && !Secrets.Same(request.Headers[AntiforgeryHeader], _antiforgery))
        {
            await Secrets.RefuseAsync(context, StatusCodes.Status403Forbidden, $"The header {AntiforgeryHeader} does not fit: load the page again.").ConfigureAwait(false);
        }
        else
        {
            await next(context).ConfigureAwait(false);
        }
    }

    /// <summary>GET /start: exchanges the token for the cookie.</summary>
    public IResult Start(HttpContext context, string? token)
    {
        if (!Secrets.Same(token, Encoding.UTF8.GetString(_token)))
        {
            return Results.Problem("The token does not fit: open the address that the server printed when it started.", statusCode: StatusCodes.Status401Unauthorized);
        }

        context.Response.Cookies.Append(CookieName(context.Request), _cookie, Settings(context.Request));
        return Results.Redirect("/");
    }

    /// <summary>What a page needs to change something.</summary>
    public SessionView Session(HttpContext context) => new(_antiforgery, Labeller(context));

    /// <summary>Who labels in this browser, or with this program.</summary>
    public string Labeller(HttpContext context)
        => context.Request.Headers["X-Labeller"] is [{ Length: > 0 } said] ? Name(Uri.UnescapeDataString(said))
            : context.Request.Cookies[LabellerCookie] is { Length: > 0 } kept ? Name(kept)
            : _labeller;

    /// <summary>Names who labels in this browser.</summary>
    public SessionView Rename(HttpContext context, string name)
    {
        string checkedName = Name(name);
        context.Response.Cookies.Append(LabellerCookie, checkedName, Settings(context.Request));
        return new SessionView(_antiforgery, checkedName);
    }

    private static string Name(string? name)
    {
        string trimmed = (name ?? "").Trim();
        return trimmed.Length is >= 1 and <= LongestName && !trimmed.Any(char.IsControl)
            ? trimmed
            : throw new Runs.Labelling.LabellingException(Runs.Labelling.LabellingFault.Invalid, $"'{trimmed}' is no name of a labeller; wanted 1 to {LongestName} characters.");
    }

    // Those that say nothing of the project.
    private static bool IsOpen(PathString path) => path == "/start" || path.StartsWithSegments("/health");

    private static CookieOptions Settings(HttpRequest request) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = request.IsHttps,
        Path = "/",
        MaxAge = TimeSpan.FromDays(30),
        IsEssential = true,
    };

    // Cookies know no ports: two projects on one machine must not take each other's.
    private static string CookieName(HttpRequest request) => $"ainas_{request.Host.Port ?? 80}";

    private bool HasToken(HttpRequest request) => Secrets.Same(Secrets.Bearer(request) ?? Secrets.BasicPassword(request), Encoding.UTF8.GetString(_token));

    private string Derived(string purpose) => Convert.ToHexStringLower(HMACSHA256.HashData(_token, Encoding.UTF8.GetBytes(purpose)));
}

/// <summary>What a page needs to change something.</summary>
/// <param name="Csrf">For the header X-CSRF-Token.</param>
/// <param name="Labeller">Who labels in this browser.</param>
internal sealed record SessionView(string Csrf, string Labeller);
